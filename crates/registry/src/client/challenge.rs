//! `WWW-Authenticate` (RFC 9110, 11.6.1; RFC 6750, 3; the distribution registry's token authentication).

/// How a server wants to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    Basic,
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

/// The best of the challenges that the headers make: a token rather than a password.
pub(super) fn best<'h>(headers: impl Iterator<Item = &'h str>) -> Option<Challenge> {
    let mut basic = None;
    for header in headers {
        for (scheme, parameters) in challenges(header) {
            if scheme.eq_ignore_ascii_case("bearer") {
                let get = |name: &str| {
                    let found = parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                    found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
                };
                if let Some(realm) = get("realm") {
                    return Some(Challenge::Bearer { realm, service: get("service"), scope: get("scope") });
                }
            } else if scheme.eq_ignore_ascii_case("basic") {
                basic = Some(Challenge::Basic);
            }
        }
    }
    basic
}

type Parameters = Vec<(String, String)>;

/// Schemes with their parameters: `Scheme key="value",key=value, Other …`.
fn challenges(header: &str) -> Vec<(&str, Parameters)> {
    let mut found: Vec<(&str, Parameters)> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
        let Some((word, after)) = rest.split_at_checked(end).filter(|(word, _)| !word.is_empty()) else {
            return found;
        };
        let after_space = after.trim_start_matches([' ', '\t']);
        match after_space.strip_prefix('=') {
            Some(value) => {
                let (value, after) = value_of(value.trim_start_matches([' ', '\t']));
                if let Some((_, parameters)) = found.last_mut() {
                    parameters.push((word.to_owned(), value));
                }
                rest = after;
            }
            None => {
                found.push((word, Vec::new()));
                rest = after;
            }
        }
        if found.len() > 16 || found.last().is_some_and(|(_, parameters)| parameters.len() > 32) {
            return found;
        }
    }
}

/// A token or a quoted string, and what follows it.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([' ', '\t', ',']).unwrap_or(text.len());
        return text
            .split_at_checked(end)
            .map_or((String::new(), ""), |(value, rest)| (value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            _ => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let bearer = |realm: &str, service: Option<&str>, scope: Option<&str>| {
            let own = |text: Option<&str>| text.map(str::to_owned);
            Some(Challenge::Bearer { realm: realm.into(), service: own(service), scope: own(scope) })
        };
        for (headers, expected) in [
            (
                vec![
                    r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:samalba/my-app:pull,push""#,
                ],
                bearer(
                    "https://auth.docker.io/token",
                    Some("registry.docker.io"),
                    Some("repository:samalba/my-app:pull,push"),
                ),
            ),
            (vec![r#"bearer  realm = "a\"b" , service=x"#], bearer("a\"b", Some("x"), None)),
            (vec![r#"Basic realm="Registry Realm""#], Some(Challenge::Basic)),
            (vec![r#"Basic realm="x", Bearer realm="y""#], bearer("y", None, None)),
            (vec!["Basic", r#"Bearer realm="y""#], bearer("y", None, None)),
            (vec!["Negotiate", "Bearer", "", ",,,", "=", r#"Bearer realm=""#], None),
        ] {
            assert_eq!(best(headers.iter().copied()), expected, "{headers:?}");
        }
    }
}
