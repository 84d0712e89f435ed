//! The small words: digests, paths, ecosystems, distributions, severities, sanitised text.

use plimsoll_core::{Digest, Distro, Ecosystem, ImagePath, Severity, Shared, Word, clean};

#[test]
fn digests_are_strict() {
    let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let digest: Digest = format!("sha256:{hex}").parse().unwrap();
    assert_eq!(digest.hex(), hex);
    for bad in [
        hex,
        "sha256:",
        "md5:00",
        &format!("sha256:{}", hex.to_uppercase()),
        &format!("sha256:{hex}0"),
        "sha256:é",
    ] {
        assert!(bad.parse::<Digest>().is_err(), "{bad}");
    }
}

#[test]
fn paths_are_normal_or_refused() {
    for (raw, normal) in
        [("/etc/passwd", "etc/passwd"), ("./a/./b//c/", "a/b/c"), ("/", ""), ("", ""), ("a/...", "a/...")]
    {
        assert_eq!(ImagePath::new(raw.as_bytes()).unwrap().as_bytes(), normal.as_bytes(), "{raw}");
    }
    for raw in ["..", "a/..", "../a", "a/../b", "a\0b"] {
        assert!(ImagePath::new(raw.as_bytes()).is_err(), "{raw:?}");
    }
    assert_eq!(ImagePath::new(b"a/b/c").unwrap().parent().as_bytes(), b"a/b");
    assert_eq!(ImagePath::new(b"a").unwrap().parent().as_bytes(), b"");
}

#[test]
fn distributions_name_their_osv_ecosystem() {
    for (id, version, ecosystem) in [
        ("debian", "12", Some("Debian:12")),
        ("debian", "12.5", Some("Debian:12")),
        ("debian", "3.1", Some("Debian:3.1")),
        ("debian", "4.0", Some("Debian:4")),
        ("debian", "", None),
        ("alpine", "3.19.1", Some("Alpine:v3.19")),
        ("alpine", "3.21_alpha20240807", Some("Alpine:edge")),
        ("ubuntu", "22.04", Some("Ubuntu:22.04:LTS")),
        ("ubuntu", "23.10", Some("Ubuntu:23.10")),
        ("ubuntu", "25.04", Some("Ubuntu:25.04")),
        ("almalinux", "8.4", Some("AlmaLinux:8")),
        ("rocky", "9.3", Some("Rocky Linux:9")),
        ("opensuse-leap", "15.2", Some("openSUSE:Leap 15.2")),
        ("sles", "15.5", Some("SUSE:Linux Enterprise Server 15 SP5")),
        ("wolfi", "20230201", Some("Wolfi")),
        ("plan9", "4", None),
    ] {
        let distro = Distro { id: id.into(), version: version.into(), ..Distro::default() };
        assert_eq!(distro.ecosystem().as_ref().map(Ecosystem::as_str), ecosystem, "{id} {version}");
    }
}

#[test]
fn severities_are_ordered_and_named() {
    assert!(Severity::Critical > Severity::High && Severity::Low > Severity::Negligible);
    assert!(Severity::Unknown < Severity::None);
    assert_eq!("HIGH".parse::<Severity>(), Ok(Severity::High));
    assert!("bad".parse::<Severity>().unwrap_err().contains("expected one of critical"));
}

#[test]
fn terminal_escapes_and_hidden_text_are_shown_not_obeyed() {
    let hostile = "x\x1b]0;title\x07\r\n::error::\u{9b}31m\u{202e}gpj.exe\u{200b}\u{feff}é漢";
    let shown = clean(hostile).to_string();
    assert!(!shown.chars().any(|c| c.is_control() || c == '\u{202e}' || c == '\u{200b}'));
    assert!(shown.ends_with("é漢") && shown.contains("::error::"));
}

#[test]
fn what_is_shared_is_copied_by_whoever_changes_it() {
    let first: Shared<Vec<String>> = vec!["a".to_owned()].into();
    let mut second = first.clone();
    assert!(Shared::is_same(&first, &second));
    second.push("b".to_owned());
    assert_eq!(
        (&first, &second),
        (&vec!["a".to_owned()].into(), &vec!["a".to_owned(), "b".to_owned()].into())
    );
    assert_eq!(Shared::into_inner(first), ["a"]);
}

#[test]
fn words_are_texts_of_any_length() {
    for text in ["", "CVE-2021-44228", "a sentence that is longer than what fits into the word itself"] {
        let word = Word::from(text);
        assert_eq!((word.as_str(), word.len()), (text, text.len()));
        assert_eq!(Word::format(format_args!("{text}")), word);
        assert_eq!(String::from(word), text);
    }
    let (a, b) = (Word::of("a"), Word::from("b"));
    assert!(a < b && a == "a");
}
