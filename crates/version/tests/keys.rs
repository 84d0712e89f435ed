//! The examples of `docs/version-keys.md` are what the code makes.

use plimsoll_version::Scheme;

const EXAMPLES: &[(&str, &str)] = &[
    ("dpkg", "1:2.0~rc1-3"),
    ("dpkg", "2.36-9+deb12u4"),
    ("rpm", "5.14.0-362.el9"),
    ("rpm", "1:1.0~rc1^git1"),
    ("apk", "1.2.3_pre1-r4"),
    ("apk", "1.07b"),
    ("pacman", "1:1.0rc1-2"),
    ("portage", "1.2.03b_p1-r2"),
    ("pep440", "1!2.0.0rc1.post2.dev3+ubuntu.1"),
    ("pep440", "1.0"),
    ("pep440", "1.0-final"),
    ("semver", "1.2.3"),
    ("semver", "1.0.0-rc.1+build"),
    ("npm", "1.2.3.4"),
    ("go", "v0.0.0-20200622213623-75b288015ac9"),
    ("go", "go1.21rc2"),
    ("pub", "1.2.3+7"),
    ("maven", "1.0.0.RELEASE"),
    ("maven", "2.0-rc1-SNAPSHOT"),
    ("maven", "1.2.3-jre"),
    ("rubygems", "3.3.0.a"),
    ("rubygems", "1.a.0.5"),
    ("nuget", "1.0.0.1-Beta.-5"),
    ("packagist", "v1.0.0-RC1"),
    ("hackage", "1.0.10"),
    ("cran", "1.0-10"),
    ("conda", "1.0.post1"),
    ("conda", "1!0.4a.dev+l.1"),
    ("conan", "1.10-2+3"),
    ("bitnami", "2.3.1-4"),
    ("jvm", "1.8.0_131-ea-b11"),
    ("generic", "1.0.0-rc1"),
    ("generic", "1.1.1w"),
];

#[test]
fn the_page_on_keys_is_right() {
    let page = include_str!("../../../docs/version-keys.md");
    let (_, examples) = page.split_once("| scheme | version | key |\n|---|---|---|\n").unwrap();
    let made: String = EXAMPLES
        .iter()
        .map(|(name, version)| {
            let key = Scheme::from_name(name).unwrap().key(version).unwrap();
            let hex: Vec<String> = key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            format!("| {name} | `{version}` | `{}` |\n", hex.join(" "))
        })
        .collect();
    assert_eq!(examples, made);
}

#[test]
fn what_goes_in_circles_has_no_key() {
    let circles = [
        (Scheme::Pacman, ["1.0-1", "1.0-2", "1.0"], "1.0"),
        (Scheme::Maven, ["1-rc", "1", "1.foo.1"], "1.foo.1"),
        (Scheme::Conan, ["2", "10", "1a"], "1a"),
    ];
    for (scheme, [a, b, c], without) in circles {
        assert!(scheme.compare(a, b).unwrap().is_lt(), "{a} {b}");
        assert!(scheme.compare(b, c).unwrap().is_le(), "{b} {c}");
        assert!(scheme.compare(c, a).unwrap().is_le(), "{c} {a}");
        assert_eq!(scheme.key(without), None);
    }
}

#[test]
fn a_key_is_the_same_bytes_however_it_is_kept() {
    for version in ["1.2.3", &format!("1.2.{}", "9".repeat(200))] {
        let key = Scheme::Semver.key(version).unwrap();
        let again = plimsoll_version::Key::from(Vec::from(key.clone()));
        assert_eq!(key, again);
        assert_eq!(key.cmp(&again), std::cmp::Ordering::Equal);
        assert!(key < key.clone().next());
    }
    let (short, long) = (
        Scheme::Hackage.key("1.2").unwrap(),
        Scheme::Hackage.key("1.".repeat(50).trim_end_matches('.')).unwrap(),
    );
    assert_eq!(short.cmp(&long), short.as_bytes().cmp(long.as_bytes()));
}
