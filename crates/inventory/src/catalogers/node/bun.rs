use std::collections::HashMap;

use plimsoll_core::{Diagnostic, Role};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::super::document::{Document, Text as File, WHOLE, malformed};
use super::super::json::{self, Elements, Entries};
use super::super::selection::Selection;
use super::lock::package_of;
use crate::{Interest, Pattern, Sink};

/// Lock files of bun in their text form.
pub(crate) const BUN: Document = Document {
    id: "node-bun-lock",
    revision: 2,
    interests: &[Interest { pattern: Pattern::Name("bun.lock"), take: WHOLE }],
    role: Role::Declared,
    read,
};

/// Folders that are looked through, and the longest that is: a name of more was made up.
const MAX_STEPS: usize = 16;
const MAX_PLACE: usize = 512;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lock {
    /// By the folder of each; the project itself is in the empty one.
    workspaces: Entries<Needs>,
    /// By the place of each; the first element is `name@version`, and an object says what it needs.
    packages: Entries<Elements<Value>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Needs {
    dependencies: Entries<IgnoredAny>,
    #[serde(rename = "optionalDependencies")]
    optional: Entries<IgnoredAny>,
    #[serde(rename = "peerDependencies")]
    peers: Entries<IgnoredAny>,
    #[serde(rename = "devDependencies")]
    development: Entries<IgnoredAny>,
}

impl Needs {
    fn runtime(&self) -> impl Iterator<Item = &str> {
        [&self.dependencies, &self.optional, &self.peers]
            .into_iter()
            .flat_map(|list| &list.0)
            .map(|(name, _)| name.as_str())
    }
}

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Lock =
        json::read(&json::plain(file.bytes)).map_err(|error| malformed("bun's lock file", error))?;
    let mut selection = Selection::default();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (place, parts) in &lock.packages.0 {
        let Some(resolved) = parts.0.first().and_then(Value::as_str) else { continue };
        let from = usize::from(resolved.starts_with('@'));
        let at = resolved.get(from..).and_then(|rest| rest.find('@')).map_or(resolved.len(), |at| from + at);
        let (name, version) = (resolved.get(..at).unwrap_or(resolved), resolved.get(at + 1..).unwrap_or(""));
        // Workspaces are the project's own; other sources state no version.
        let at = if version.starts_with("workspace:") {
            selection.project()
        } else {
            let version = if version.contains([':', '/', '#']) { "" } else { version };
            let Some(package) = package_of(name, version, false) else { continue };
            selection.add(package)
        };
        places.insert(place, at);
    }
    selection.says_direct();
    selection.trace_development();
    for (_, workspace) in &lock.workspaces.0 {
        for name in workspace.runtime() {
            nearest(&places, "", name).into_iter().for_each(|at| selection.direct(at));
        }
        for (name, _) in &workspace.development.0 {
            nearest(&places, "", name).into_iter().for_each(|at| selection.direct_development(at));
        }
    }
    for (place, parts) in &lock.packages.0 {
        let Some(at) = places.get(place.as_str()) else { continue };
        let needs = parts.0.iter().find(|part| part.is_object());
        let Some(needs) = needs.and_then(|needs| Needs::deserialize(needs).ok()) else { continue };
        for other in needs.runtime().filter_map(|name| nearest(&places, place, name)) {
            selection.needs(*at, other);
        }
    }
    selection.finish(out);
    Ok(())
}

/// What a name is in a place: `a/b` is the `b` that only `a` finds.
fn nearest(places: &HashMap<&str, usize>, place: &str, name: &str) -> Option<usize> {
    let mut around = place;
    for _ in 0..MAX_STEPS {
        if around.len() > MAX_PLACE || name.len() > MAX_PLACE {
            break;
        }
        let found = if around.is_empty() {
            places.get(name)
        } else {
            places.get(format!("{around}/{name}").as_str())
        };
        if found.is_some() || around.is_empty() {
            return found.copied();
        }
        let outer = around.rsplit_once('/').map_or("", |(outer, _)| outer);
        // A scope is no place.
        let scope = outer.rsplit('/').next().is_some_and(|last| last.starts_with('@'));
        around = if scope { outer.rsplit_once('/').map_or("", |(outer, _)| outer) } else { outer };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::super::document::needs;
    use super::*;

    #[test]
    fn each_place_finds_the_nearest() {
        let text = r#"{"lockfileVersion":1,"workspaces":{"":{"name":"app","dependencies":{"@s/a":"1"},"devDependencies":{"t":"1"}},},
            "packages":{
                "@s/a":["@s/a@1.0.0","",{"dependencies":{"b":"1","c":"1"}},"sha512-x"],
                "@s/a/b":["b@1.0.0","",{"dependencies":{"c":"1"}},"sha512-x"],
                "b":["b@2.0.0","",{},"sha512-x"],
                "c":["@real/c@1.0.0","",{"peerDependencies":{"b":"2"}},"sha512-x"],
                "t":["t@1.0.0","",{"dependencies":{"u":"1"}},"sha512-x"],
                "u":["u@1.0.0","",{},"sha512-x"],
                "w":["w@workspace:packages/w",{"dependencies":{"b":"2"}}],
            }}"#;
        assert_eq!(
            needs(&BUN, "bun.lock", text),
            [
                "@real/c@1.0.0 indirect: b@2.0.0",
                "@s/a@1.0.0 direct: @real/c@1.0.0 b@1.0.0",
                "b@1.0.0 indirect: @real/c@1.0.0",
                "b@2.0.0 indirect:",
                "t@1.0.0 direct development: u@1.0.0",
                "u@1.0.0 indirect development:",
            ]
        );
    }
}
