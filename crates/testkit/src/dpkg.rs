//! dpkg's databases: the one file `var/lib/dpkg/status`, and a file for each package in `var/lib/dpkg/status.d`.

/// A Debian package as dpkg's database holds it (Debian Policy, chapter 5; dpkg's deb-control(5)).
#[derive(Clone, Debug)]
pub struct DebPackage {
    name: String,
    version: String,
    architecture: String,
    status: String,
    source: Option<String>,
    source_version: Option<String>,
    fields: Vec<(String, String)>,
}

impl DebPackage {
    /// An installed package for amd64.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            architecture: "amd64".into(),
            status: "install ok installed".into(),
            source: None,
            source_version: None,
            fields: Vec::new(),
        }
    }

    /// The architecture: `arm64`, `all`.
    pub fn architecture(mut self, architecture: impl Into<String>) -> Self {
        self.architecture = architecture.into();
        self
    }

    /// The source package, where its name is another.
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The source package's version, where it is another: after a binary-only rebuild (`+b1`), for instance.
    pub fn source_version(mut self, version: impl Into<String>) -> Self {
        self.source_version = Some(version.into());
        self
    }

    /// The `Status` field: `hold ok installed`, `deinstall ok config-files`.
    pub fn status(mut self, status: impl Into<String>) -> Self {
        self.status = status.into();
        self
    }

    /// Any other field, its value as it is: continuation lines begin with a space.
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The package's paragraph, without the empty line behind it.
    pub fn paragraph(&self) -> String {
        self.text(true)
    }

    fn text(&self, with_status: bool) -> String {
        let mut text = format!("Package: {}\n", self.name);
        let mut line = |name: &str, value: &str| text.push_str(&format!("{name}: {value}\n"));
        if with_status {
            line("Status", &self.status);
        }
        line("Priority", "optional");
        line("Section", "misc");
        line("Installed-Size", "100");
        line("Maintainer", "Nobody <nobody@example.org>");
        line("Architecture", &self.architecture);
        match (&self.source, &self.source_version) {
            (None, None) => {}
            (Some(source), None) => line("Source", source),
            (source, Some(version)) => {
                line("Source", &format!("{} ({version})", source.as_deref().unwrap_or(&self.name)));
            }
        }
        line("Version", &self.version);
        line("Description", &format!("the package {}", self.name));
        for (name, value) in &self.fields {
            line(name, value);
        }
        text
    }
}

/// `var/lib/dpkg/status`.
pub fn status<'a>(packages: impl IntoIterator<Item = &'a DebPackage>) -> String {
    packages.into_iter().map(|package| package.paragraph() + "\n").collect()
}

/// What distroless images hold instead: for each package a file in `var/lib/dpkg/status.d` without `Status`, and the
/// list of its files beside it. Paths and contents.
pub fn status_d<'a>(packages: impl IntoIterator<Item = &'a DebPackage>) -> Vec<(String, String)> {
    packages
        .into_iter()
        .flat_map(|package| {
            let path = format!("var/lib/dpkg/status.d/{}", package.name);
            let files =
                format!("d41d8cd98f00b204e9800998ecf8427e  usr/share/doc/{}/copyright\n", package.name);
            [(path.clone(), package.text(false)), (format!("{path}.md5sums"), files)]
        })
        .collect()
}

/// A package's `var/lib/dpkg/info/NAME.list`: the absolute paths that it owns, one in a line.
pub fn file_list(package: &DebPackage, files: &[&str]) -> (String, String) {
    let list = files.iter().map(|file| format!("/{file}\n")).collect();
    (format!("var/lib/dpkg/info/{}.list", package.name), list)
}
