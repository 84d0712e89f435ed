//! Valid files of each language cataloger, with places that they can stand in, for the tests that break them.

use plimsoll_testkit::zip::{ZipBuilder, maven_jar};

pub(super) fn language(id: &str) -> Vec<(&'static str, Vec<u8>)> {
    let text = |path, text: &str| (path, text.as_bytes().to_vec());
    match id {
        "python-installed" => {
            vec![text("x.dist-info/METADATA", "Metadata-Version: 2.1\nName: a\nVersion: 1\n\ntext")]
        }
        "node-installed" => vec![text("node_modules/a/package.json", r#"{"name":"@a/b","version":"1.0.0"}"#)],
        "python-archive" => {
            let egg = ZipBuilder::new().file("EGG-INFO/PKG-INFO", "Name: a\nVersion: 1\n");
            vec![("a.egg", egg.finish())]
        }
        "java-archive" => {
            let war = ZipBuilder::new().file("WEB-INF/lib/a-1.jar", maven_jar("g.h", "a", "1"));
            vec![("a-1.jar", maven_jar("g.h", "a", "1")), ("b.war", war.finish())]
        }
        _ => panic!("give a valid file of the cataloger {id} here, so that it can be broken in every way"),
    }
}
