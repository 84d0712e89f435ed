//! Installed Python distributions: `*.dist-info` folders (PyPA specifications, "Recording installed projects") and
//! `*.egg-info` in its two forms. Paths and contents, to be put into an archive.

/// An installed Python distribution.
#[derive(Clone, Debug)]
pub struct PythonPackage {
    name: String,
    version: String,
    site: String,
    headers: Vec<(String, String)>,
    modules: Vec<String>,
}

impl PythonPackage {
    /// A distribution below `site`, a `site-packages` or `dist-packages` folder.
    pub fn new(site: impl Into<String>, name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            site: site.into(),
            headers: Vec::new(),
            modules: Vec::new(),
        }
    }

    /// Another header of the metadata (core metadata specification).
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A module that it installs, by its path from the site folder.
    pub fn module(mut self, path: impl Into<String>) -> Self {
        self.modules.push(path.into());
        self
    }

    /// As a wheel is installed by pip: METADATA, WHEEL, INSTALLER, RECORD, and the modules.
    pub fn dist_info(&self) -> Vec<(String, String)> {
        let folder = format!("{}-{}.dist-info", self.name.replace('-', "_"), self.version);
        let mut files = vec![
            (format!("{folder}/METADATA"), self.metadata("2.1")),
            (
                format!("{folder}/WHEEL"),
                "Wheel-Version: 1.0\nGenerator: bdist_wheel (0.40.0)\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
                    .into(),
            ),
            (format!("{folder}/INSTALLER"), "pip\n".into()),
        ];
        files.extend(self.modules.iter().map(|path| (path.clone(), format!("# {path}\n"))));
        let mut record: String =
            files.iter().map(|(path, content)| format!("{path},,{}\n", content.len())).collect();
        record.push_str(&format!("{folder}/RECORD,,\n"));
        files.push((format!("{folder}/RECORD"), record));
        self.placed(files)
    }

    /// As setuptools' `setup.py install` and pip's legacy installs leave it: a folder with `PKG-INFO`.
    pub fn egg_info(&self) -> Vec<(String, String)> {
        let folder = format!("{}-{}-py3.11.egg-info", self.name.replace('-', "_"), self.version);
        let mut files = vec![
            (format!("{folder}/PKG-INFO"), self.metadata("1.2")),
            (format!("{folder}/SOURCES.txt"), "setup.py\n".into()),
            (format!("{folder}/top_level.txt"), format!("{}\n", self.name)),
        ];
        files.extend(self.modules.iter().map(|path| (path.clone(), format!("# {path}\n"))));
        self.placed(files)
    }

    /// As distutils leaves it, and Debian's older packages: `*.egg-info` is the file itself.
    pub fn egg_info_file(&self) -> Vec<(String, String)> {
        let path = format!("{}-{}.egg-info", self.name.replace('-', "_"), self.version);
        self.placed(vec![(path, self.metadata("1.1"))])
    }

    fn metadata(&self, version: &str) -> String {
        let mut text =
            format!("Metadata-Version: {version}\nName: {}\nVersion: {}\n", self.name, self.version);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\n"));
        }
        text + "\nWhat it does, at length.\n"
    }

    fn placed(&self, files: Vec<(String, String)>) -> Vec<(String, String)> {
        files.into_iter().map(|(path, content)| (format!("{}/{path}", self.site), content)).collect()
    }
}
