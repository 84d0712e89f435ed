//! apk's database, `lib/apk/db/installed` (Alpine wiki, "Apk spec": one letter, a colon and a value in each line).

/// An Alpine package as apk's database holds it.
#[derive(Clone, Debug)]
pub struct ApkPackage {
    name: String,
    version: String,
    architecture: String,
    origin: Option<String>,
    fields: Vec<(char, String)>,
    files: Vec<String>,
}

impl ApkPackage {
    /// An installed package for x86_64.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            architecture: "x86_64".into(),
            origin: None,
            fields: Vec::new(),
            files: Vec::new(),
        }
    }

    /// The architecture (`A:`).
    pub fn architecture(mut self, architecture: impl Into<String>) -> Self {
        self.architecture = architecture.into();
        self
    }

    /// The source package (`o:`).
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// Any other field.
    pub fn field(mut self, letter: char, value: impl Into<String>) -> Self {
        self.fields.push((letter, value.into()));
        self
    }

    /// A file that it owns, by its path from the root.
    pub fn file(mut self, path: impl Into<String>) -> Self {
        self.files.push(path.into());
        self
    }

    /// The package's record, without the empty line behind it.
    pub fn record(&self) -> String {
        let mut text = String::from("C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
        let mut line = |letter: char, value: &str| text.push_str(&format!("{letter}:{value}\n"));
        line('P', &self.name);
        line('V', &self.version);
        line('A', &self.architecture);
        line('T', &format!("the package {}", self.name));
        line('L', "MIT");
        if let Some(origin) = &self.origin {
            line('o', origin);
        }
        for (letter, value) in &self.fields {
            line(*letter, value);
        }
        let mut dir = None;
        for file in &self.files {
            let (parent, name) = file.rsplit_once('/').unwrap_or(("", file));
            if dir != Some(parent) {
                line('F', parent);
                dir = Some(parent);
            }
            line('R', name);
        }
        text
    }
}

/// `lib/apk/db/installed`.
pub fn installed<'a>(packages: impl IntoIterator<Item = &'a ApkPackage>) -> String {
    packages.into_iter().map(|package| package.record() + "\n").collect()
}
