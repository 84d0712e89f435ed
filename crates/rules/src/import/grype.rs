use plimsoll_core::FixState;

use super::node::Value;
use super::{Draft, Node, literal, literal_version};
use crate::{Category, Error, Rule};

/// The list `ignore` of Grype's configuration. In one entry all criteria must hold.
pub(super) fn read(draft: &mut Draft, text: &str) -> Result<(), Error> {
    let document = Node::yaml(&draft.file, text)?;
    for entry in document.get("ignore").map(Node::items).unwrap_or_default() {
        match rule(entry) {
            Ok((about, rule)) => draft.add(entry.line, &about, rule),
            Err(why) => draft.lose(entry.line, &entry.shown(), &why),
        }
    }
    Ok(())
}

fn rule(entry: &Node) -> Result<(String, Rule), String> {
    let mut rule = Rule::default();
    let mut about = Vec::new();
    for (key, value) in entry.entries() {
        if matches!(value.value, Value::List(_)) || matches!(value.value, Value::Table(_)) && key != "package"
        {
            return Err(format!("{key} is no single value"));
        }
        let text = value.text().unwrap_or_default().trim();
        match key {
            // A rule matches aliases in any case, which is what this asks for, or more.
            "include-aliases" => {}
            "reason" => rule.reason = text.to_owned(),
            _ if text.is_empty() && !matches!(key, "package") => {}
            "vulnerability" => rule.cve.push(literal(text)?),
            "fix-state" => rule.fix.push(fix_state(text)?),
            "namespace" => namespace(text, &mut rule)?,
            "package" => package(value, &mut rule, &mut about)?,
            _ => return Err(format!("{key} has no rule that says the same")),
        }
    }
    about.splice(0..0, rule.cve.iter().cloned());
    about.extend(entry.text_at("fix-state").map(str::to_owned));
    Ok((if about.is_empty() { "entry".to_owned() } else { about.join("+") }, rule))
}

fn package(package: &Node, rule: &mut Rule, about: &mut Vec<String>) -> Result<(), String> {
    for (key, value) in package.entries() {
        if matches!(value.value, Value::List(_) | Value::Table(_)) {
            return Err(format!("package.{key} is no single value"));
        }
        let text = value.text().unwrap_or_default().trim();
        match key {
            _ if text.is_empty() => continue,
            "name" => rule.package.push(name(text)?),
            "upstream-name" => rule.source_package.push(name(text)?),
            "version" => rule.version.push(literal_version(text)?),
            "location" => rule.path.push(path(text)?),
            "type" => rule.ecosystem.push(package_type(text)?.to_owned()),
            // Both say where the package is from, and a criterion's values are alternatives.
            "language" if package.text_at("type").is_none() => {
                rule.ecosystem.push(language(text)?.to_owned())
            }
            "language" => {}
            _ => return Err(format!("package.{key} has no rule that says the same")),
        }
        about.push(text.to_owned());
    }
    Ok(())
}

fn fix_state(text: &str) -> Result<FixState, String> {
    Ok(match text {
        "fixed" => FixState::Available,
        "not-fixed" => FixState::NotAvailable,
        "wont-fix" => FixState::WontFix,
        "unknown" => FixState::Unknown,
        _ => return Err(format!("{text} is no fix-state")),
    })
}

/// `debian:distro:debian:12`, `github:language:python`.
fn namespace(text: &str, rule: &mut Rule) -> Result<(), String> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [_, "distro", id, version] => {
            rule.os.push(format!("{id}:{version}"));
            rule.category.push(Category::Os);
            Ok(())
        }
        ["github", "language", name] => {
            rule.ecosystem.push(language(name)?.to_owned());
            Ok(())
        }
        _ => Err(format!("the namespace {text} has no rule that says the same")),
    }
}

/// Names are regular expressions there; those that are names with `.*` can be said as patterns.
fn name(text: &str) -> Result<String, String> {
    let text = text.strip_prefix('^').unwrap_or(text);
    let text = text.strip_suffix('$').unwrap_or(text);
    let pattern = text.replace("\\.", "\u{1}").replace(".*", "*");
    if pattern.contains(['\\', '[', ']', '(', ')', '{', '}', '|', '+', '?', '^', '$'])
        || pattern.contains("**")
    {
        return Err(format!("the regular expression {text:?} is more than a name with wildcards"));
    }
    // A star that was not `.*` repeats the character before it.
    if pattern.matches('*').count() != text.matches(".*").count() {
        return Err(format!("the regular expression {text:?} is more than a name with wildcards"));
    }
    Ok(pattern.replace('\u{1}', "."))
}

/// Paths are glob patterns; alternatives, ranges and escapes can't be said.
pub(super) fn path(text: &str) -> Result<String, String> {
    if text.contains(['[', ']', '{', '}', '\\', '!']) {
        return Err(format!("the path pattern {text:?} has alternatives, which rules do not have"));
    }
    Ok(text.to_owned())
}

/// Package types by Syft's names, as package URL types.
fn package_type(text: &str) -> Result<&'static str, String> {
    Ok(match text {
        "deb" => "deb",
        "apk" => "apk",
        "rpm" => "rpm",
        "alpm" => "alpm",
        "portage" => "ebuild",
        "python" => "pypi",
        "npm" => "npm",
        "go-module" => "golang",
        "gem" => "gem",
        "rust-crate" => "cargo",
        "java-archive" | "jenkins-plugin" => "maven",
        "dotnet" => "nuget",
        "php-composer" => "composer",
        "dart-pub" => "pub",
        "hex" => "hex",
        "hackage" => "hackage",
        "conan" => "conan",
        "cocoapods" | "pod" => "cocoapods",
        "swift" => "swift",
        "R-package" => "cran",
        "github-action" | "github-action-workflow" => "githubactions",
        "nix" => "nix",
        "binary" => "generic",
        "bitnami" => "bitnami",
        "conda" => "conda",
        _ => return Err(format!("the package type {text} is not known")),
    })
}

fn language(text: &str) -> Result<&'static str, String> {
    Ok(match text {
        "python" => "pypi",
        "javascript" => "npm",
        "go" => "golang",
        "ruby" => "gem",
        "rust" => "cargo",
        "java" => "maven",
        "dotnet" => "nuget",
        "php" => "composer",
        "dart" => "pub",
        "erlang" | "elixir" => "hex",
        "haskell" => "hackage",
        "swift" => "swift",
        "R" => "cran",
        _ => return Err(format!("the language {text} is not known")),
    })
}
