//! Installed Node packages: `node_modules` trees. Paths and contents, to be put into an archive.

use serde_json::{Map, Value, json};

/// An installed Node package.
#[derive(Clone, Debug)]
pub struct NodePackage {
    name: String,
    version: String,
    members: Map<String, Value>,
    nested: Vec<NodePackage>,
}

impl NodePackage {
    /// A package; the name may have a scope: `@babel/core`.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self { name: name.into(), version: version.into(), members: Map::new(), nested: Vec::new() }
    }

    /// Another member of its `package.json`.
    pub fn member(mut self, key: impl Into<String>, value: Value) -> Self {
        self.members.insert(key.into(), value);
        self
    }

    /// A dependency in the package's own `node_modules`.
    pub fn nested(mut self, package: NodePackage) -> Self {
        self.nested.push(package);
        self
    }

    /// Its `package.json`.
    pub fn package_json(&self) -> String {
        let mut json = json!({ "name": self.name, "version": self.version, "main": "index.js" });
        if let Value::Object(json) = &mut json {
            json.extend(self.members.clone());
        }
        format!("{json:#}\n")
    }

    /// Its files, installed below the folder `parent`, which gets a `node_modules`.
    pub fn files(&self, parent: &str) -> Vec<(String, String)> {
        let home = format!("{parent}/node_modules/{}", self.name);
        let mut files = vec![
            (format!("{home}/package.json"), self.package_json()),
            (format!("{home}/index.js"), "module.exports = {};\n".into()),
        ];
        files.extend(self.nested.iter().flat_map(|package| package.files(&home)));
        files
    }
}

/// `package-lock.json`, version 3, of packages that all stand in the same `node_modules`.
pub fn package_lock<'a>(project: &str, packages: impl IntoIterator<Item = &'a NodePackage>) -> String {
    let mut entries = Map::new();
    entries.insert(String::new(), json!({ "name": project, "version": "1.0.0" }));
    for package in packages {
        entries.insert(format!("node_modules/{}", package.name), json!({ "version": package.version }));
    }
    let lock = json!({ "name": project, "version": "1.0.0", "lockfileVersion": 3, "requires": true, "packages": entries });
    format!("{lock:#}\n")
}
