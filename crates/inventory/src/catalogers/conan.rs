//! C and C++: what Conan selects.

use std::collections::HashSet;

use plimsoll_core::{Diagnostic, PackageType, Purl, Role};
use serde::Deserialize;

use super::document::{Document, Text as File, WHOLE, malformed};
use super::json::{self, Elements, Entries, Text};
use crate::{Interest, Pattern, Sink};

/// Lock files of Conan 1 and 2.
pub(crate) const LOCK: Document = Document {
    id: "conan-lock",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("conan.lock"), take: WHOLE }],
    role: Role::Declared,
    read: read_lock,
};

/// `conanfile.txt`. A requirement that allows several versions gives a package whose version is not known.
pub(crate) const CONANFILE: Document = Document {
    id: "conan-file",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("conanfile.txt"), take: WHOLE }],
    role: Role::Declared,
    read: read_conanfile,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lock {
    graph_lock: Graph,
    requires: Elements<Text>,
    build_requires: Elements<Text>,
    python_requires: Elements<Text>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Graph {
    nodes: Entries<Node>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Node {
    r#ref: Text,
    /// The same with the built package, in the oldest form.
    pref: Text,
    /// Where its recipe is: of the project itself, and of what is worked on beside it.
    path: Text,
    requires: serde_json::Value,
}

impl Node {
    /// The nodes that it requires: a list, or in the oldest form a map.
    fn required(&self) -> Vec<&str> {
        match &self.requires {
            serde_json::Value::Array(list) => list.iter().filter_map(|id| id.as_str()).collect(),
            serde_json::Value::Object(map) => map.values().filter_map(|id| id.as_str()).collect(),
            _ => Vec::new(),
        }
    }
}

fn read_lock(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Lock = json::read(file.bytes).map_err(|error| malformed("Conan's lock file", error))?;
    let required: HashSet<&str> =
        lock.graph_lock.nodes.0.iter().flat_map(|(_, node)| node.required()).collect();
    for (id, node) in &lock.graph_lock.nodes.0 {
        let is_project = node.path.some().is_some() && !required.contains(id.as_str());
        if !is_project && let Some(reference) = node.r#ref.some().or_else(|| node.pref.some()) {
            add(reference, false, out);
        }
    }
    for (references, dev) in
        [(&lock.requires, false), (&lock.build_requires, true), (&lock.python_requires, true)]
    {
        for reference in references.0.iter().filter_map(Text::some) {
            add(reference, dev, out);
        }
    }
    Ok(())
}

fn read_conanfile(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let mut section = "";
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or(line).trim();
        match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(name) if !name.contains('/') => section = name,
            _ if line.starts_with('#') || line.is_empty() => {}
            _ => match section {
                "requires" => add(line, false, out),
                "build_requires" | "tool_requires" | "test_requires" => add(line, true, out),
                _ => {}
            },
        }
    }
    Ok(())
}

/// `name/1.0@user/channel#revision%time`
fn add(reference: &str, dev: bool, out: &mut Sink) {
    let reference = reference.split(['#', '%']).next().unwrap_or(reference);
    let (reference, owner) = reference.split_once('@').unwrap_or((reference, ""));
    let Some((name, version)) = reference.split_once('/') else { return };
    let version = version.split(':').next().unwrap_or(version).trim();
    let version = if version.contains(['[', '>', '<', '*']) { "" } else { version };
    if name.trim().is_empty() {
        return;
    }
    let (user, channel) = owner.split_once('/').unwrap_or((owner, ""));
    let user = user.trim_matches('_');
    let purl =
        Purl::new("conan", Some(user), name.trim(), Some(version)).with("channel", channel.trim_matches('_'));
    let mut package = plimsoll_core::Package::new(PackageType::Conan, name.trim(), version, purl);
    if dev {
        package.role = Role::Development;
    }
    out.packages.push(package);
}
