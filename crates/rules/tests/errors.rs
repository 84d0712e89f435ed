//! What is wrong with a rules file is one line that says where, what, and what would be right.

use plimsoll_rules::Ruleset;

fn error(toml: &str) -> String {
    let error = Ruleset::parse("rules.toml", toml).unwrap_err().to_string();
    assert!(!error.contains('\n'), "{error}");
    error
}

#[test]
fn unknown_field() {
    let error = error("[[rule]]\nid = 'a'\nreason = 'b'\nseverty_below = 'low'\ncve = 'CVE-1'\n");
    assert!(
        error.starts_with("rules.toml:4: unknown field `severty_below`, expected one of `id`, `reason`,"),
        "{error}"
    );
    assert!(error.contains("`severity_below`"), "{error}");
}

#[test]
fn unknown_table() {
    let error = error("[[rules]]\nid = 'a'\n");
    assert!(error.starts_with("rules.toml:1: unknown field `rules`, expected"), "{error}");
}

#[test]
fn the_rest() {
    for (toml, expected) in [
        ("[[rule]\n", "rules.toml:1: "),
        ("x = 1 y = 2", "rules.toml:1: "),
        ("\n[[rule]]\nreason = 'b'\ncve = 'C'", "rules.toml:2: rule \"\": no id: "),
        ("[[rule]]\nid = 'a'\ncve = 'C'", "rules.toml:1: rule \"a\": no reason: "),
        (
            "[[rule]]\nid = 'a'\nreason = 'b'",
            "rules.toml:1: rule \"a\": no criterion: it would disable every finding",
        ),
        ("[[rule]]\nid = 'a'\nreason = 'b'\ncve = []", "rules.toml:4: an empty list: "),
        ("[[rule]]\nid = 'a'\nreason = 'b'\ncve = ['']", "rules.toml:1: rule \"a\": cve = \"\": empty"),
        (
            "[[rule]]\nid = 'a'\nreason = 'b'\ncve = 1",
            "rules.toml:4: invalid type: integer `1`, expected a string",
        ),
        (
            "[[rule]]\nid = 'a'\nreason = 'b'\nexpires = '31.1.2027'",
            "rules.toml:4: \"31.1.2027\" is not a date: ",
        ),
        (
            "[[rule]]\nid = 'a'\nreason = 'b'\nexpires = 2027",
            "rules.toml:4: invalid type: integer `2027`, expected a date",
        ),
        (
            "[[rule]]\nid = 'a'\nreason = 'b'\nseverity = 'worst'",
            "rules.toml:4: unknown variant `worst`, expected one of",
        ),
        ("[[rule]]\nid = 'a'\nreason = 'b'\ncvss_v3_below = 11", "rules.toml:4: invalid value: "),
        ("[[rule]]\nid = 'a'\nreason = 'b'\nepss_above = -0.1", "rules.toml:4: invalid value: "),
        (
            "[[rule]]\nid = 'a'\nreason = 'b'\npurl = 'jinja2'",
            "rules.toml:1: rule \"a\": purl = \"jinja2\": ",
        ),
        (
            "[[rule]]\nid = 'a'\nreason = 'b'\nversion = '>= '",
            "rules.toml:1: rule \"a\": version = \">= \": expected a version",
        ),
        (
            "[[rule]]\nid = 'a'\nreason = 'b'\ncvss_v3_below = 4\ncvss_v3_above = 7",
            "rules.toml:1: rule \"a\": cvss_v3_above and cvss_v3_below leave nothing between them",
        ),
        (
            "[[rule]]\nid = 'a'\nreason = 'b'\ncve = 'C'\ncreated = 2026-01-02\nexpires = 2026-01-01",
            "rules.toml:1: rule \"a\": expires before it was created",
        ),
        (
            "[[rule]]\nid = 'a'\nreason = 'b'\ncve = 'C'\n[[rule]]\nid = 'a'\nreason = 'c'\ncve = 'D'",
            "rules.toml:5: rule \"a\" is there already, at rules.toml:1; ",
        ),
    ] {
        let found = error(toml);
        assert!(found.starts_with(expected), "{toml}\nfound    {found}\nexpected {expected}");
    }
}

#[test]
fn sets_with_the_same_id_do_not_merge() {
    let set = |name| Ruleset::parse(name, "[[rule]]\nid = 'a'\nreason = 'b'\ncve = 'C'").unwrap();
    let error = Ruleset::merge([set("x.toml"), set("y.toml")]).unwrap_err().to_string();
    assert_eq!(error, "y.toml:1: rule \"a\" is there already, at x.toml:1; give one of them another id");
}
