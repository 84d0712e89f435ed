use std::collections::HashMap;

/// The attributes of a manifest (Java SE, "JAR File Specification", "Manifest Specification").
#[derive(Debug, Default)]
pub(super) struct Manifest {
    main: HashMap<String, String>,
    /// Attributes of the sections for packages and files, where older builds put what is the archive's; only those
    /// that all sections agree on.
    sections: HashMap<String, Option<String>>,
}

/// Attributes that are asked for; a manifest may have one for every class.
const ASKED: &[&str] = &[
    "implementation-title",
    "implementation-version",
    "implementation-vendor-id",
    "specification-version",
    "bundle-symbolicname",
    "bundle-name",
    "bundle-version",
    "bundle-license",
    "automatic-module-name",
    "group-id",
    "short-name",
    "extension-name",
    "plugin-version",
];

impl Manifest {
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches('\u{feff}');
        let mut manifest = Self::default();
        let mut in_main = true;
        let mut open: Option<(String, String)> = None;
        // A carriage return alone ends a line too; the empty line it seems to make before a line feed is none.
        for line in text.lines().flat_map(|line| line.split('\r')) {
            if let Some(more) = line.strip_prefix(' ') {
                if let Some((_, value)) = &mut open {
                    value.push_str(more);
                }
                continue;
            }
            manifest.close(&mut open, in_main);
            match line.split_once(':') {
                Some((name, value)) => {
                    let name = name.trim().to_ascii_lowercase();
                    in_main &= name != "name";
                    if ASKED.contains(&name.as_str()) {
                        open = Some((name, value.trim_start().to_owned()));
                    }
                }
                None if line.is_empty() && !manifest.main.is_empty() => in_main = false,
                None => {}
            }
        }
        manifest.close(&mut open, in_main);
        manifest
    }

    fn close(&mut self, open: &mut Option<(String, String)>, in_main: bool) {
        let Some((name, value)) = open.take() else { return };
        let value = value.trim().to_owned();
        // What a build did not fill in says nothing.
        if value.is_empty() || value.contains("${") {
            return;
        }
        if in_main {
            self.main.entry(name).or_insert(value);
        } else {
            self.sections
                .entry(name)
                .and_modify(|known| *known = known.take().filter(|known| *known == value))
                .or_insert(Some(value));
        }
    }

    /// The value of an attribute, its name in lower case.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let section = || self.sections.get(name).and_then(Option::as_deref);
        self.main.get(name).map(String::as_str).or_else(section)
    }

    /// `Bundle-SymbolicName` without its directives (OSGi Core 8, 3.2.1).
    pub(super) fn symbolic_name(&self) -> Option<&str> {
        let name = self.get("bundle-symbolicname")?.split(';').next()?.trim();
        (!name.is_empty()).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::Manifest;

    #[test]
    fn long_lines_are_put_together() {
        let text = "Manifest-Version: 1.0\r\nBundle-SymbolicName: org.example.a-very\r\n -long-name;singleton:=true\r\n\
            Implementation-Version: 1.2\r\n .3\r\n\r\nName: org/example/\r\nSpecification-Version: 9\r\n";
        let manifest = Manifest::parse(text.as_bytes());
        assert_eq!(manifest.symbolic_name(), Some("org.example.a-very-long-name"));
        assert_eq!(manifest.get("implementation-version"), Some("1.2.3"));
        assert_eq!(manifest.get("specification-version"), Some("9"));
    }

    #[test]
    fn sections_count_where_they_agree() {
        let text = "Manifest-Version: 1.0\n\nName: a/\nImplementation-Version: 1\nImplementation-Title: a\n\n\
            Name: b/\nImplementation-Version: 1\nImplementation-Title: b\n";
        let manifest = Manifest::parse(text.as_bytes());
        assert_eq!(manifest.get("implementation-version"), Some("1"));
        assert_eq!(manifest.get("implementation-title"), None);
    }

    #[test]
    fn what_was_not_filled_in_says_nothing() {
        let manifest =
            Manifest::parse(b"Implementation-Version: ${project.version}\nImplementation-Title:  \n");
        assert_eq!(manifest.get("implementation-version"), None);
        assert_eq!(manifest.get("implementation-title"), None);
        assert!(Manifest::parse(b"").get("implementation-title").is_none());
    }
}
