use plimsoll_core::{Content, Distro, Package, PackageType, Purl, Role, Take};

use crate::fake::{Image, Node, file};
use crate::{Cataloger, Catalogers, File, Hearsay, Interest, Inventory, Owned, Pattern, Sink, path_hash};

/// Lines: `said NAME VERSION`, `os-said NAME VERSION`, `installed PATH`, `os NAME VERSION`, `own NAME PATH`, `lang NAME VERSION`, `distro ID VERSION`, `bad MESSAGE`.
struct Lines(&'static str, &'static [Interest]);

impl Cataloger for Lines {
    fn id(&self) -> &'static str {
        self.0
    }
    fn revision(&self) -> u32 {
        1
    }
    fn interests(&self) -> &'static [Interest] {
        self.1
    }
    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        for line in std::str::from_utf8(bytes).unwrap().lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let package = |kind: PackageType, name: &str, version: &str| {
                Package::new(kind, name, version, Purl::new(kind.purl_type(), None, name, Some(version)))
            };
            let said = |package: Package| Hearsay { package, any_version: true };
            match words[..] {
                ["os", name, version] => out.packages.push(package(PackageType::Deb, name, version)),
                ["lang", name, version] => out.packages.push(package(PackageType::PyPi, name, version)),
                ["own", name, path] => {
                    let paths = vec![path_hash(path.as_bytes())];
                    out.owned.push(Owned { package: name.to_owned(), paths });
                }
                ["said", name, version] => out.hearsay.push(said(package(PackageType::PyPi, name, version))),
                ["os-said", name, version] => {
                    out.hearsay.push(said(package(PackageType::Deb, name, version)))
                }
                ["installed", path] => out.installed.push(path_hash(path.as_bytes())),
                ["distro", id, version] => {
                    out.distro =
                        Some(Distro { id: id.to_owned(), version: version.to_owned(), ..Distro::default() });
                }
                _ => panic!("{line}"),
            }
        }
    }
    fn place(&self, path: &[u8], package: &mut Package) {
        if path.starts_with(b"test/") {
            package.role = Role::Fixture;
        }
    }
}

const fn on(pattern: Pattern) -> Interest {
    Interest { pattern, take: Take::Whole { max: 1 << 20 } }
}

const RELEASE: &[Interest] = &[on(Pattern::Path("etc/release")), on(Pattern::Path("usr/release"))];
const DATABASE: &[Interest] = &[on(Pattern::Path("var/db")), on(Pattern::Directory("var/info"))];
const LANGUAGE: &[Interest] = &[on(Pattern::Name("lang.txt")), on(Pattern::Suffix(".jar"))];

fn catalogers() -> Catalogers {
    Catalogers::new(vec![
        Box::new(Lines("release", RELEASE)),
        Box::new(Lines("db", DATABASE)),
        Box::new(Lines("lang", LANGUAGE)),
    ])
}

fn inventory(image: Image) -> Inventory {
    image.inventory(&catalogers())
}

/// `name@version path[layer] …`, with what marks it.
fn shown(inventory: &Inventory) -> Vec<String> {
    let line = |package: &Package| {
        let mut line = format!("{}@{}", package.name, package.version);
        for location in &package.locations {
            line += &format!(" {}[{}]", location.path, location.layer.as_ref().unwrap().index);
        }
        line + &package.owned_by.as_ref().map(|owner| format!(" <{owner}")).unwrap_or_default()
    };
    inventory.packages.iter().map(line).collect()
}

#[test]
fn a_package_belongs_to_the_layer_that_brought_it_not_the_one_that_wrote_the_database_last() {
    let image = Image::default()
        .layer([("var/db", file("os a 1\nos b 1"))])
        .layer([("etc/other", file(""))])
        .layer([("var/db", file("os a 1\nos b 2\nos c 1"))])
        .layer([("var/db", file("os a 1\nos b 2\nos c 1\nos d 1"))]);
    assert_eq!(
        shown(&inventory(image)),
        ["a@1 /var/db[0]", "b@2 /var/db[2]", "c@1 /var/db[2]", "d@1 /var/db[3]"]
    );
}

#[test]
fn a_package_that_went_and_came_back_belongs_to_the_layer_that_brought_it_back() {
    let image = Image::default()
        .layer([("var/db", file("os a 1\nos b 1"))])
        .layer([("var/db", file("os a 1"))])
        .layer([("var/db", file("os a 1\nos b 1"))]);
    assert_eq!(shown(&inventory(image)), ["a@1 /var/db[0]", "b@1 /var/db[2]"]);

    let language = Image::default()
        .layer([("x/lang.txt", file("lang a 1"))])
        .layer([("x", Node::Whiteout)])
        .layer([("x/lang.txt", file("lang a 1"))])
        .layer([("x/lang.txt", file("lang a 1"))]);
    assert_eq!(shown(&inventory(language)), ["a@1 /x/lang.txt[2]"]);
}

#[test]
fn what_a_layer_took_away_is_told_with_the_layer_that_did() {
    let image = Image::default()
        .layer([("var/db", file("os a 1\nos b 1\nos c 1")), ("x/lang.txt", file("lang l 1"))])
        .layer([("var/db", file("os a 1\nos c 2"))])
        .layer([("x", Node::Whiteout), ("var/db", file("os a 1\nos c 2\nos d 1"))]);
    let found = inventory(image);
    assert_eq!(shown(&found), ["a@1 /var/db[0]", "c@2 /var/db[1]", "d@1 /var/db[2]"]);
    let index = |layer: &Option<plimsoll_core::LayerRef>| layer.as_ref().map(|layer| layer.index);
    let introduced: Vec<_> = found.packages.iter().map(|package| index(&package.introduced_in)).collect();
    assert_eq!(introduced, [None, Some(0), None], "an earlier layer had another version of c");
    let removed: Vec<_> = found.removed.iter().map(|it| (&*it.name, index(&it.removed_in))).collect();
    assert_eq!(removed, [("b", Some(1)), ("l", Some(2))]);
    assert_eq!(index(&found.removed[0].locations[0].layer), Some(0));
}

#[test]
fn only_what_is_visible_counts() {
    let image = Image::default()
        .layer([("a/lang.txt", file("lang a 1")), ("b/lang.txt", file("lang b 1"))])
        .layer([("a/lang.txt", Node::Whiteout), ("c/lang.txt", file("lang c 1"))])
        .layer([("c", Node::Opaque), ("c/d/lang.txt", file("lang d 1"))]);
    assert_eq!(shown(&inventory(image)), ["b@1 /b/lang.txt[0]", "d@1 /c/d/lang.txt[2]"]);
}

#[test]
fn a_package_in_several_places_has_several_locations() {
    let image = Image::default()
        .layer([("b/lang.txt", file("lang a 1")), ("a/lang.txt", file("lang a 1\nlang a 2"))]);
    assert_eq!(shown(&inventory(image)), ["a@1 /a/lang.txt[0] /b/lang.txt[0]", "a@2 /a/lang.txt[0]"]);
}

#[test]
fn content_counts_under_every_visible_name_wherever_it_came_first() {
    // The first name says nothing, so the content has to be read again.
    let store = Image::default()
        .layer([
            ("store/00", file("lang a 1")),
            ("x/lang.txt", Node::Hardlink("store/00")),
            ("y/lang.txt", Node::Hardlink("store/00")),
        ])
        .layer([("store", Node::Whiteout)]);
    assert_eq!(shown(&inventory(store)), ["a@1 /x/lang.txt[0] /y/lang.txt[0]"]);

    // The first name has said it, and is gone: nothing needs to be read again.
    let renamed = Image::default()
        .layer([("x/lang.txt", file("lang a 1")), ("test/lang.txt", Node::Hardlink("x/lang.txt"))])
        .layer([("x", Node::Whiteout)]);
    let facts = renamed.facts(&catalogers());
    assert_eq!(facts.iter().map(|facts| facts.packages()).sum::<usize>(), 1);
    let found = inventory(renamed);
    assert_eq!(shown(&found), ["a@1 /test/lang.txt[0]"]);
    assert_eq!(found.packages[0].role, Role::Fixture, "the visible name decides");
    assert_eq!(found.precise().count(), 0);

    // A name that interests nobody gives nothing.
    let boring = Image::default()
        .layer([("x/lang.txt", file("lang a 1")), ("x/boring", Node::Hardlink("x/lang.txt"))])
        .layer([("x/lang.txt", Node::Whiteout)]);
    assert!(inventory(boring).packages.is_empty());
}

#[test]
fn content_that_looks_like_a_package_is_not_read_twice() {
    let catalogers = Catalogers::all();
    let image = Image::default()
        .layer([
            ("store/00", file(r#"{"name":"a","version":"1.0.0"}"#)),
            ("store/01", file(r#"{"name":"never-linked","version":"1.0.0"}"#)),
            ("store/02", file("Metadata-Version: 2.1\nName: b\nVersion: 2\n\n")),
            ("store/03", file(r#"{"nothing":"of interest"}"#)),
            ("app/node_modules/a/package.json", Node::Hardlink("store/00")),
            ("lib/b-2.dist-info/METADATA", Node::Hardlink("store/02")),
            ("lib/c-2.dist-info/METADATA", Node::Hardlink("store/03")),
        ])
        .layer([("store", Node::Whiteout)]);
    let facts = image.facts(&catalogers);
    assert_eq!(facts[0].packages(), 2);
    let found = image.inventory(&catalogers);
    assert_eq!(
        shown(&found)[..2],
        ["b@2 /lib/b-2.dist-info/METADATA[0]", "a@1.0.0 /app/node_modules/a/package.json[0]"]
    );
    assert!(found.packages.iter().all(|package| package.role == Role::Normal));
}

#[test]
fn exact_paths_follow_symbolic_links() {
    let image = Image::default()
        .layer([("usr/release", file("distro debian 12")), ("etc/release", Node::Symlink("usr/release"))])
        .layer([("opt/db", file("os a 1")), ("var/db", Node::Symlink("opt/db"))]);
    let found = inventory(image);
    assert_eq!(shown(&found), ["a@1 /var/db[1]"]);
    assert_eq!(found.packages[0].purl.to_string(), "pkg:deb/debian/a@1?distro=debian-12");
    assert_eq!(found.packages[0].ecosystem.as_ref().unwrap().as_str(), "Debian:12");
    let dangling = Image::default().layer([("var/db", Node::Symlink("nowhere"))]);
    assert!(inventory(dangling).packages.is_empty());
}

#[test]
fn the_first_ranking_release_file_names_the_distribution() {
    let image = Image::default()
        .layer([("usr/release", file("distro debian 11")), ("etc/release", file("distro debian 12"))]);
    assert_eq!(inventory(image).distro.unwrap().version, "12");
    let upgraded = Image::default()
        .layer([("etc/release", file("distro alpine 3.18.1"))])
        .layer([("etc/release", file("distro alpine 3.19.1"))]);
    assert_eq!(inventory(upgraded).distro.unwrap().version, "3.19.1");
}

#[test]
fn packages_of_another_family_are_not_the_distributions() {
    let image =
        Image::default().layer([("etc/release", file("distro alpine 3.19.1")), ("var/db", file("os a 1"))]);
    let found = inventory(image);
    assert_eq!((&found.packages[0].ecosystem, &found.packages[0].purl.namespace), (&None, &None));
}

#[test]
fn a_file_of_an_os_package_is_its_until_a_later_layer_writes_it_again() {
    let base = || {
        Image::default()
            .layer([("var/db", file("os py 1\nown py x/lang.txt")), ("x/lang.txt", file("lang a 1"))])
    };
    let owned = inventory(base());
    assert_eq!(shown(&owned), ["py@1 /var/db[0]", "a@1 /x/lang.txt[0] <py"]);
    assert_eq!(owned.precise().map(|package| &package.name[..]).collect::<Vec<_>>(), ["py"]);

    let upgraded = base().layer([("x/lang.txt", file("lang a 2"))]);
    assert_eq!(shown(&inventory(upgraded)), ["py@1 /var/db[0]", "a@2 /x/lang.txt[1]"]);

    let copied_up = base().layer([("x/lang.txt", file("lang a 1"))]);
    assert_eq!(shown(&inventory(copied_up))[1], "a@1 /x/lang.txt[0] <py");

    // Another package's installation writes the database anew and takes nothing back.
    let unrelated = base()
        .layer([("x/lang.txt", file("lang a 2"))])
        .layer([("var/db", file("os py 1\nown py x/lang.txt\nos other 1"))]);
    assert_eq!(shown(&inventory(unrelated))[2], "a@2 /x/lang.txt[1]");

    // Upgrading the package itself does.
    let taken_back = base()
        .layer([("x/lang.txt", file("lang a 2"))])
        .layer([("var/db", file("os py 2\nown py x/lang.txt")), ("x/lang.txt", file("lang a 1"))]);
    assert_eq!(shown(&inventory(taken_back))[1], "a@1 /x/lang.txt[2] <py");
}

#[test]
fn a_list_without_its_package_owns_nothing() {
    let image = Image::default()
        .layer([("var/info/py", file("own py x/lang.txt")), ("x/lang.txt", file("lang a 1"))]);
    assert_eq!(shown(&inventory(image)), ["a@1 /x/lang.txt[0]"]);
}

#[test]
fn merged_directories_have_two_names_where_a_link_says_so() {
    let database = file("os py 1\nown py lib/lang.txt");
    let merged = Image::default().layer([
        ("var/db", database.clone()),
        ("lib", Node::Symlink("usr/lib")),
        ("usr/lib/lang.txt", file("lang a 1")),
    ]);
    assert_eq!(shown(&inventory(merged))[1], "a@1 /usr/lib/lang.txt[0] <py");
    let apart = Image::default().layer([
        ("var/db", database),
        ("lib/lang.txt", file("lang a 1")),
        ("usr/lib/lang.txt", file("lang a 2")),
    ]);
    assert_eq!(shown(&inventory(apart))[1..], ["a@1 /lib/lang.txt[0] <py", "a@2 /usr/lib/lang.txt[0]"]);
}

#[test]
fn software_is_known_by_its_content_whatever_its_name_and_mode() {
    let jar = plimsoll_testkit::zip::maven_jar("g.h", "a", "1");
    let program = plimsoll_testkit::binaries::GoBinary::new("go1.22.1", "example.org/tool")
        .dep("example.org/lib", "v1.2.3")
        .elf();
    let image = Image::default().layer([("srv/service", file(&jar)), ("srv/data.bin", file(&program))]);
    let names: Vec<String> =
        image.inventory(&Catalogers::all()).precise().map(|package| package.name.clone()).collect();
    assert!(names.contains(&"g.h:a".to_owned()), "{names:?}");
    assert!(names.contains(&"example.org/lib".to_owned()), "{names:?}");
}

#[test]
fn what_nothing_identified_is_counted() {
    let of_type = |kind: u8, mode| {
        let mut head = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        head.extend([kind, 0]);
        head.resize(64, 0);
        Node::File(head, mode)
    };
    let elf = || of_type(2, 0o755);
    let image = Image::default().layer([
        ("var/db", file("os tool 1\nown tool bin/owned")),
        ("bin/owned", elf()),
        ("bin/unknown", elf()),
        ("bin/same", Node::Hardlink("bin/unknown")),
        ("bin/library", of_type(3, 0o444)),
        ("bin/object.o", of_type(1, 0o755)),
        ("bin/script", Node::File(b"#!/bin/sh\nexit".to_vec(), 0o755)),
        ("bin/gone", elf()),
        ("usr/site-packages/a/lang.txt", file("lang b 1")),
        ("usr/site-packages/a/native/x.so", elf()),
        ("opt/site-packages/x.so", elf()),
        ("opt/empty.jar", file("")),
        ("opt/known.jar", file("lang a 1")),
    ]);
    let image = image.layer([("bin/gone", Node::Whiteout)]);
    let found = inventory(image).unidentified;
    assert_eq!((found.executables, found.archives), (3, 1));
    let paths: Vec<String> = found.paths.iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["/bin/library", "/bin/same", "/opt/empty.jar", "/opt/site-packages/x.so"]);
}

#[test]
fn what_is_only_said_counts_where_nothing_else_was_found() {
    let image = Image::default()
        .layer([("var/db", file("os a 1")), ("x/lang.txt", file("lang b 1"))])
        .layer([("y/lang.txt", file("said B 1\nsaid b 2\nsaid c 1\nos-said d 1"))])
        .layer([("z/lang.txt", file("said c 1"))]);
    assert_eq!(
        shown(&inventory(image)),
        ["a@1 /var/db[0]", "b@1 /x/lang.txt[0]", "c@1 /y/lang.txt[1] /z/lang.txt[2]"]
    );
    let without = Image::default().layer([("y/lang.txt", file("os-said d 1"))]);
    assert_eq!(shown(&inventory(without)), ["d@1 /y/lang.txt[0]"]);
    // What is gone says nothing any more.
    let test =
        Image::default().layer([("test/lang.txt", file("lang b 1")), ("y/lang.txt", file("said b 1"))]);
    assert_eq!(shown(&inventory(test)), ["b@1 /test/lang.txt[0]", "b@1 /y/lang.txt[0]"]);
}
