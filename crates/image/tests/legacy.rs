//! Archives of Docker before 1.10 (Docker image specification v1.1).

mod seen;

use plimsoll_core::MergedView;
use plimsoll_image::{Error, Image, ImageStatus, OpenOptions, SourceKind};
use plimsoll_testkit::{FileTree, TarBuilder};
use seen::{scan, write};

fn id(digit: char) -> String {
    std::iter::repeat_n(digit, 64).collect()
}

fn layer(tree: &mut FileTree, digit: char, parent: Option<char>, command: &str, tar: TarBuilder) {
    let parent = parent.map_or(String::new(), |parent| format!(r#""parent":"{}","#, id(parent)));
    let json = format!(
        r#"{{"id":"{}",{parent}"created":"2015-11-10T12:00:00Z","architecture":"amd64","os":"linux","Size":1,
            "container_config":{{"Hostname":"x","Cmd":["/bin/sh","-c","{command}"]}},"config":null}}"#,
        id(digit)
    );
    tree.insert(format!("{}/VERSION", id(digit)), "1.0");
    tree.insert(format!("{}/json", id(digit)), json);
    tree.insert(format!("{}/layer.tar", id(digit)), tar.finish());
}

fn tree() -> FileTree {
    let mut tree = FileTree::new();
    layer(
        &mut tree,
        'a',
        None,
        "#(nop) ADD file:1 in /",
        TarBuilder::new().file("base", "1").file("gone", "1"),
    );
    layer(&mut tree, 'b', Some('a'), "rm gone", TarBuilder::new().file(".wh.gone", ""));
    layer(&mut tree, 'c', Some('b'), "#(nop) CMD x", TarBuilder::new());
    tree.insert("repositories", format!(r#"{{"app":{{"1":"{}","base":"{}"}}}}"#, id('c'), id('a')));
    tree
}

fn named(reference: &str) -> OpenOptions {
    OpenOptions { reference: Some(reference.into()), ..Default::default() }
}

#[test]
fn the_chain_of_parents_is_the_image() {
    let (_folder, path) = write(&tree().to_tar());
    let scanned = scan(&path, &named("app:1")).expect("an image");
    assert!(scanned.tree.resolve(b"base").is_some());
    assert!(scanned.tree.resolve(b"gone").is_none(), "the second layer removes it");
    let image = Image::open(&path, &named("app:1")).expect("an image");
    let info = image.info();
    assert_eq!(info.source, SourceKind::DockerArchive);
    assert_eq!(info.status, ImageStatus::Linux);
    assert_eq!(info.platform.to_string(), "linux/amd64");
    assert_eq!(info.tags, ["app:1"]);
    let built: Vec<_> = info.layers.iter().filter_map(|layer| layer.created_by.as_deref()).collect();
    assert_eq!(built, ["/bin/sh -c #(nop) ADD file:1 in /", "/bin/sh -c rm gone", "/bin/sh -c #(nop) CMD x"]);
    assert!(info.diagnostics[0].message.contains("could be verified"), "{:?}", info.diagnostics);
    let base = Image::open(&path, &named(&id('a'))).expect("by id");
    assert_eq!(
        (base.info().layers.len(), base.info().tags.as_slice()),
        (1, ["app:base".to_owned()].as_slice())
    );
    assert!(matches!(Image::open(&path, &named("other")), Err(Error::NoReference { .. })));
}

#[test]
fn hostile_chains_are_errors() {
    let refused = |change: &dyn Fn(&mut FileTree)| {
        let mut tree = tree();
        change(&mut tree);
        let (_folder, path) = write(&tree.to_tar());
        Image::open(&path, &named("app:1")).expect_err("an error").to_string()
    };
    let round = refused(&|tree| layer(tree, 'a', Some('c'), "x", TarBuilder::new()));
    assert!(round.contains("its own ancestor"), "{round}");
    let missing = refused(&|tree| layer(tree, 'a', Some('d'), "x", TarBuilder::new()));
    assert!(missing.contains("layer dddddddddddd"), "{missing}");
    let outside = refused(&|tree| tree.insert("repositories", r#"{"app":{"1":"../../etc"}}"#));
    assert!(outside.contains("no layer's id"), "{outside}");
    let none = refused(&|tree| tree.insert("repositories", "{}"));
    assert!(none.contains("names no image"), "{none}");
}
