//! The version of the main module, where the build told it to the linker: `-ldflags "-X main.version=1.2.3"` is
//! how programs that are not built by `go install` are told who they are.

/// The main module's version that `-X` flags set, written as Go writes versions. Nothing where no variable of the
/// main module is a version, or where two of them differ.
pub(super) fn version(ldflags: &str, main: &str) -> Option<String> {
    let mut found: Option<String> = None;
    let mut fields = fields(ldflags).into_iter();
    while let Some(field) = fields.next() {
        let assignment = match field.strip_prefix("-X").or_else(|| field.strip_prefix("--X")) {
            Some("") => fields.next(),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        let Some(value) = assignment.as_deref().and_then(|a| of_main_module(a, main)) else { continue };
        match &found {
            Some(other) if *other != value => return None,
            _ => found = Some(value),
        }
    }
    found
}

/// `PACKAGE.VARIABLE=VALUE`, where the package is the main one or one of the main module.
fn of_main_module(assignment: &str, main: &str) -> Option<String> {
    let (variable, value) = assignment.split_once('=')?;
    let (package, variable) = variable.rsplit_once('.')?;
    // Kubernetes keeps its version in a module of its own.
    let kubernetes = main == "k8s.io/kubernetes" && package == "k8s.io/component-base/version";
    let ours = kubernetes
        || package == "main"
        || package.strip_prefix(main).is_some_and(|r| r.is_empty() || r.starts_with('/'));
    let is_version = ["version", "ver", "gitversion", "buildversion", "appversion"]
        .iter()
        .any(|name| variable.eq_ignore_ascii_case(name));
    let number = value.strip_prefix('v').unwrap_or(value);
    (ours && is_version && is_semantic(number)).then(|| format!("v{number}"))
}

/// Three numbers, and perhaps what Semantic Versioning 2.0.0 lets follow them.
fn is_semantic(text: &str) -> bool {
    let core_end = text.find(['-', '+']).unwrap_or(text.len());
    let (core, rest) = text.split_at(core_end);
    let mut numbers = 0;
    for number in core.split('.') {
        numbers += 1;
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return false;
        }
    }
    numbers == 3 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.'))
}

/// Splits at white space, with quotes around whole fields taken off (Go, `cmd/internal/quoted.Split`).
fn fields(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (field, after) = match first {
            '"' | '\'' => {
                let inner = rest.get(1..).unwrap_or_default();
                inner.split_once(first).unwrap_or((inner, ""))
            }
            _ => rest.split_at(rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len())),
        };
        out.push(field.to_owned());
        rest = after.trim_start();
    }
    out
}

/// A Go string literal's text, or the text as it is where it is not quoted.
pub(super) fn unquote(text: &str) -> String {
    if let Some(raw) = text.strip_prefix('`').and_then(|t| t.strip_suffix('`')) {
        return raw.to_owned();
    }
    let Some(inner) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => {}
            },
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_the_main_module_are_taken() {
        for (flags, expected) in [
            ("-s -w -X main.version=v1.0.0", Some("v1.0.0")),
            ("-X main.version=1.0.0 -X main.commit=abc", Some("v1.0.0")),
            ("-X=main.Version=1.0.0-rc.1", Some("v1.0.0-rc.1")),
            ("-X 'example.org/a/internal/build.Version=1.0.0'", Some("v1.0.0")),
            ("-X example.org/ab.Version=1.0.0", None),
            ("-X example.org/lib.version=2.0.0", None),
            ("-X main.version=dev", None),
            ("-X main.version=2024-01-01", None),
            ("-X main.goversion=1.2.3", None),
            ("-X main.version=1.0.0 -X example.org/a.Version=2.0.0", None),
            ("-X main.version=1.0.0 -X example.org/a.Version=v1.0.0", Some("v1.0.0")),
            ("-extldflags \"-static -X main.version=3.0.0\"", None),
            ("-X", None),
            ("", None),
        ] {
            assert_eq!(version(flags, "example.org/a").as_deref(), expected, "{flags}");
        }
        let flags = "-X 'k8s.io/client-go/pkg/version.gitVersion=v1.28.1' -X 'k8s.io/component-base/version.gitVersion=v1.28.2'";
        assert_eq!(version(flags, "k8s.io/kubernetes").as_deref(), Some("v1.28.2"));
        assert_eq!(version(flags, "example.org/a"), None);
    }

    #[test]
    fn quoted_settings_lose_their_quotes() {
        assert_eq!(unquote(r#""-X \"main.v=1\"\\""#), r#"-X "main.v=1"\"#);
        assert_eq!(unquote("`a b`"), "a b");
        assert_eq!(unquote("plain"), "plain");
        assert_eq!(unquote("\""), "\"");
    }
}
