use plimsoll_core::{Confidence, Content};
use plimsoll_testkit::zip::{ZipBuilder, maven_jar};

use super::Archives;
use crate::{Cataloger, File, Sink};

fn read(path: &str, bytes: &[u8]) -> Sink {
    let size = u64::try_from(bytes.len()).unwrap();
    let mut whole = Sink::default();
    Archives.parse(File { path: path.as_bytes(), size, content: Content::Whole(bytes) }, &mut whole);
    let mut streamed = Sink::default();
    let mut reader = bytes;
    Archives
        .parse(File { path: path.as_bytes(), size, content: Content::Stream(&mut reader) }, &mut streamed);
    assert_eq!(whole.packages, streamed.packages);
    whole
}

fn manifest(text: &str) -> ZipBuilder {
    ZipBuilder::new().file("META-INF/MANIFEST.MF", format!("Manifest-Version: 1.0\r\n{text}\r\n"))
}

fn pom(zip: ZipBuilder, group: &str, artifact: &str, version: &str) -> ZipBuilder {
    zip.file(
        format!("META-INF/maven/{group}/{artifact}/pom.properties"),
        format!("groupId={group}\nartifactId={artifact}\nversion={version}\n"),
    )
}

/// Name, version, and the place within the archive.
fn found(sink: &Sink) -> Vec<(String, String, String)> {
    let mut out: Vec<_> = sink
        .packages
        .iter()
        .map(|p| {
            let place = p.locations.first().map(|l| l.path.to_text()).unwrap_or_default();
            (p.name.clone(), p.version.clone(), place)
        })
        .collect();
    out.sort();
    out
}

fn one(path: &str, zip: ZipBuilder) -> (String, String, Confidence) {
    let sink = read(path, &zip.finish());
    assert_eq!(sink.packages.len(), 1, "{path}: {:?}", sink.packages);
    let package = sink.packages.into_iter().next().unwrap();
    (package.name, package.version, package.identity.unwrap().confidence)
}

#[test]
fn maven_says_what_it_built() {
    let sink = read("lib/app-1.0.jar", &maven_jar("org.example", "app", "1.0"));
    assert_eq!(found(&sink), [("org.example:app".into(), "1.0".into(), String::new())]);
    assert_eq!(sink.packages[0].purl.to_string(), "pkg:maven/org.example/app@1.0");
}

#[test]
fn shaded_artifacts_are_named_by_their_place() {
    let zip = pom(manifest(""), "org.shaded", "inner", "0.3");
    let sink = read("lib/outer-2.0.jar", &pom(zip, "org.example", "outer", "2.0").finish());
    assert_eq!(
        found(&sink),
        [
            ("org.example:outer".into(), "2.0".into(), String::new()),
            (
                "org.shaded:inner".into(),
                "0.3".into(),
                "/META-INF/maven/org.shaded/inner/pom.properties".into()
            ),
        ]
    );
}

#[test]
fn an_archive_that_only_shades_others_is_itself_too() {
    let sink = read("lib/guice-4.0.jar", &pom(manifest(""), "org.shaded", "inner", "0.3").finish());
    let names: Vec<_> = found(&sink).into_iter().map(|(name, version, _)| (name, version)).collect();
    assert_eq!(
        names,
        [("com.google.inject:guice".into(), "4.0".into()), ("org.shaded:inner".into(), "0.3".into())]
    );
}

#[test]
fn nested_archives_are_named_by_their_path() {
    let inner = ZipBuilder::new().file("lib/a-1.jar", maven_jar("org.example", "a", "1")).finish();
    let war = ZipBuilder::new()
        .stored("WEB-INF/lib/b.jar", inner)
        .stored("WEB-INF/lib/c-3.jar", maven_jar("g.h", "c", "3"));
    assert_eq!(
        found(&read("app.war", &war.finish())),
        [
            ("g.h:c".into(), "3".into(), "/WEB-INF/lib/c-3.jar".into()),
            ("org.example:a".into(), "1".into(), "/WEB-INF/lib/b.jar:lib/a-1.jar".into()),
        ]
    );
}

#[test]
fn a_renamed_archive_is_what_its_only_properties_say() {
    let zip = pom(manifest(""), "com.zaxxer", "HikariCP", "2.5.1");
    assert_eq!(one("renamed.jar", zip), ("com.zaxxer:HikariCP".into(), "2.5.1".into(), Confidence::High));
}

#[test]
fn numbers_in_names_are_told_from_versions() {
    let zip = pom(manifest(""), "org.apache.logging.log4j", "log4j-1.2-api", "2.17.2");
    assert_eq!(one("log4j-1.2-api-2.17.2.jar", zip).0, "org.apache.logging.log4j:log4j-1.2-api");
    let zip = manifest("Implementation-Version: 2.17.2\r\n");
    let expected = ("org.apache.logging.log4j:log4j-1.2-api".into(), "2.17.2".into(), Confidence::Medium);
    assert_eq!(one("log4j-1.2-api-2.17.2.jar", zip), expected);
    assert_eq!(one("kafka_2.13-3.4.0.jar", manifest("")).1, "3.4.0");
    assert_eq!(one("org.eclipse.osgi_3.18.0.v2022.jar", manifest("")).1, "3.18.0.v2022");
}

#[test]
fn without_properties_name_and_manifest_speak() {
    for (path, text, name, version, confidence) in [
        ("aopalliance-1.0.jar", "", "aopalliance:aopalliance", "1.0", Confidence::Medium),
        ("nobody-knows-1.0.jar", "", "nobody-knows", "1.0", Confidence::Low),
        (
            "thing-2.1.jar",
            "Implementation-Vendor-Id: org.example.things\r\n",
            "org.example.things:thing",
            "2.1",
            Confidence::Medium,
        ),
        (
            "some-lib-2.1.jar",
            "Bundle-SymbolicName: org.example.some-lib\r\n",
            "org.example:some-lib",
            "2.1",
            Confidence::Low,
        ),
        (
            "test.jar",
            "Bundle-Name: tomcat-embed-websocket\r\nBundle-Version: 9.0.65\r\nImplementation-Title: Apache Tomcat\r\n",
            "org.apache.tomcat.embed:tomcat-embed-websocket",
            "9.0.65",
            Confidence::Medium,
        ),
        (
            "git.hpi",
            "Group-Id: org.jenkins-ci.plugins\r\nShort-Name: git\r\nPlugin-Version: 5.2.0\r\n",
            "org.jenkins-ci.plugins:git",
            "5.2.0",
            Confidence::High,
        ),
    ] {
        assert_eq!(one(path, manifest(text)), (name.into(), version.into(), confidence), "{path}");
    }
}

#[test]
fn no_version_or_no_name_is_no_package() {
    for (path, text) in [
        ("random.jar", ""),
        ("rt.jar", "Implementation-Title: Java Runtime Environment\r\nImplementation-Version: 1.8.0_292\r\n"),
        ("tool.jar", "Implementation-Version: ${project.version}\r\n"),
    ] {
        assert!(read(path, &manifest(text).finish()).packages.is_empty(), "{path}");
    }
}

#[test]
fn without_a_group_no_advisory_can_speak_of_it() {
    let sink = read("nobody-knows-1.0.jar", &manifest("").finish());
    assert_eq!(sink.packages[0].ecosystem, None);
    assert_eq!(sink.packages[0].purl.to_string(), "pkg:maven/nobody-knows@1.0");
}

#[test]
fn what_is_no_archive_is_reported() {
    let sink = read("a.jar", b"not a jar");
    assert_eq!((sink.packages.len(), sink.diagnostics.len()), (0, 1));
}

#[test]
fn every_archive_has_its_digest() {
    // What sha1sum says of an archive that has nothing in it, and which `zip` and `jar` both write so.
    const EMPTY: &str = "b04f3ee8f5e43fa3b162981b50bb72fe1acabb33";
    let empty = ZipBuilder::new().finish();
    let sink = read("lib/a-1.0.jar", &empty);
    assert_eq!(sink.packages[0].sha1, [EMPTY]);
    let war = pom(pom(ZipBuilder::new(), "org.shaded", "part", "2"), "org.shaded", "other", "3")
        .file("WEB-INF/lib/b-1.jar", empty.clone())
        .stored("WEB-INF/lib/c-1.jar", empty.clone())
        .stored("WEB-INF/lib/what.jar", empty);
    let sink = read("app.war", &war.finish());
    let digests: Vec<_> = sink.packages.iter().map(|p| (&*p.name, p.sha1.first().map(|s| &**s))).collect();
    assert_eq!(digests.iter().filter(|(_, sha1)| *sha1 == Some(EMPTY)).count(), 2, "{digests:?}");
    assert!(digests.contains(&("org.shaded:part", None)), "{digests:?}");
    let unnamed: Vec<_> = sink.unnamed.iter().map(|it| it.path.to_text()).collect();
    assert_eq!(unnamed.len(), 2, "the war too has no name of its own: {unnamed:?}");
    assert_eq!(unnamed[0], "/WEB-INF/lib/what.jar");
    assert_eq!(sink.unnamed[0].sha1, EMPTY);
}
