//! Which cataloger reads which directory of the test data, and what its peers write differently.

/// A directory of cases.
pub(crate) struct Format {
    pub(crate) directory: &'static str,
    /// The catalogers that read its files, whatever those are called there.
    pub(crate) catalogers: &'static [&'static str],
    /// Ends of names of files that are not for these catalogers.
    pub(crate) skips: &'static [&'static str],
    /// Name and version in one spelling for us and the peer.
    pub(crate) name: fn(&str, &str) -> (String, String),
}

const fn format(directory: &'static str, catalogers: &'static [&'static str]) -> Format {
    Format { directory, catalogers, skips: &[], name: as_written }
}

impl Format {
    const fn without(self, skips: &'static [&'static str]) -> Self {
        Self { skips, ..self }
    }

    const fn named(self, name: fn(&str, &str) -> (String, String)) -> Self {
        Self { name, ..self }
    }
}

fn as_written(name: &str, version: &str) -> (String, String) {
    (name.to_owned(), version.to_owned())
}

/// PyPA, "Name normalization".
fn python(name: &str, version: &str) -> (String, String) {
    (name.to_lowercase().replace(['_', '.'], "-"), version.to_owned())
}

/// With or without the leading `v`, the standard library's included.
fn go(name: &str, version: &str) -> (String, String) {
    (name.to_owned(), version.trim_start_matches('v').to_owned())
}

const PYTHON: &[&str] = &["python-installed", "python-archive"];

const JAVA: &[&str] = &["java-archive"];

pub(crate) const FORMATS: &[Format] = &[
    format("python-packaging", PYTHON).without(&["LICENSE.txt"]).named(python),
    format("python-wheelegg", PYTHON).named(python),
    format("javascript-packagejson", &["node-installed"]),
    format("nodejs-pkg", &["node-installed"]),
    format("go-buildinfo", &["binary"]).named(go),
    format("golang-binary", &["binary"]).named(go),
    format("golang-gobinary", &["binary"]).named(go),
    format("java-archive", JAVA),
    format("java-jar", JAVA),
    format("rust-binary", &["binary"]),
    format("rust-cargoauditable", &["binary"]),
];

/// Cases whose peer says something else, and why we do not.
pub(crate) const DIFFERENCES: &[(&str, &str)] = &[
    (
        "java-archive/osv-scalibr-Test_MANIFEST.MF_with_no_valid_ArtifactID",
        "the peer finds nothing; the file's name says com.google.src.yolo 0.1.2",
    ),
    (
        "java-jar/trivy-artifactId-search",
        "the peer takes the group from a database of everything that was ever published",
    ),
    (
        "javascript-packagejson/osv-scalibr-package_with_dependencies",
        "ranges of a manifest are no versions: the peer invents the lowest that fits",
    ),
];
