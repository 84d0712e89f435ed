//! An image's name, in the parts that registries' formats ask for.

use crate::ImageSummary;

/// `registry/repository:tag`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub registry: Option<String>,
    pub repository: String,
    pub tag: Option<String>,
}

impl Name {
    /// The name that the archive gives the image, else the one that the caller gave it.
    pub(crate) fn of(image: &ImageSummary) -> Self {
        let named = image.tags.iter().find(|tag| tag.contains([':', '/'])).unwrap_or(&image.name);
        let mut name = Self::parse(named);
        if name.tag.is_none() {
            name.tag = image.tags.iter().find(|tag| !tag.contains([':', '/', '@'])).cloned();
        }
        name
    }

    fn parse(text: &str) -> Self {
        let text = text.split_once('@').map_or(text, |(before, _)| before);
        let name_at = text.rfind('/').map_or(0, |slash| slash + 1);
        let (path, tag) = match text.rfind(':').filter(|&colon| colon >= name_at) {
            Some(colon) => (text.get(..colon), text.get(colon + 1..)),
            None => (Some(text), None),
        };
        let path = path.unwrap_or_default();
        let (registry, repository) = match path.split_once('/') {
            Some((host, rest)) if host == "localhost" || host.contains(['.', ':']) => (Some(host), rest),
            _ => (None, path),
        };
        Self {
            registry: registry.map(str::to_owned),
            repository: if repository.is_empty() { "image".to_owned() } else { repository.to_owned() },
            tag: tag.filter(|tag| !tag.is_empty()).map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn names_have_their_parts() {
        let parts = |text: &str| {
            let name = Name::parse(text);
            (name.registry.unwrap_or_default(), name.repository, name.tag.unwrap_or_default())
        };
        let own = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(parts("alpine:3.19"), own("", "alpine", "3.19"));
        assert_eq!(parts("localhost:5000/a/b@sha256:00"), own("localhost:5000", "a/b", ""));
        assert_eq!(parts("my.registry/team/app:1"), own("my.registry", "team/app", "1"));
        assert_eq!(parts(""), own("", "image", ""));
    }
}
