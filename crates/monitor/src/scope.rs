use plimsoll_core::Digest;
use serde::{Deserialize, Serialize};

/// Where an image is: a repository, and everything around it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The organisation that owns the registry, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// The registry's host, with its port.
    pub registry: String,
    /// The project within the registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The repository's whole name within the registry.
    pub repository: String,
}

impl Place {
    /// A repository of a registry. What stands before the name's first slash is the project, as in Harbor.
    ///
    /// ```
    /// let place = plimsoll_monitor::Place::new("registry.example:5000", "shop/web");
    /// assert_eq!(place.project.as_deref(), Some("shop"));
    /// ```
    pub fn new(registry: impl Into<String>, repository: impl Into<String>) -> Self {
        let repository = repository.into();
        let project = repository.split_once('/').map(|(project, _)| project.to_owned());
        Self { organisation: None, registry: registry.into(), project, repository }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)
    }
}

/// A part of the tree of organisations, registries, projects, repositories and digests. What is absent is free; what
/// ends in `*` is a beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// The organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// The registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// The project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// One image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// How near to an image a [`Scope`] is, the widest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It names nothing.
    Everywhere,
    /// It names an organisation.
    Organisation,
    /// It names a registry.
    Registry,
    /// It names a project.
    Project,
    /// It names a repository.
    Repository,
    /// It names a digest.
    Digest,
}

impl Scope {
    /// The nearest thing that it names.
    pub fn level(&self) -> Level {
        if self.digest.is_some() {
            Level::Digest
        } else if self.repository.is_some() {
            Level::Repository
        } else if self.project.is_some() {
            Level::Project
        } else if self.registry.is_some() {
            Level::Registry
        } else if self.organisation.is_some() {
            Level::Organisation
        } else {
            Level::Everywhere
        }
    }

    /// Whether an image at the place is in it. What is not known of the image is in no scope that names it.
    pub fn contains(&self, place: &Place, digest: Option<&Digest>) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| match (wanted, found) {
            (None, _) => true,
            (Some(wanted), Some(found)) => match wanted.strip_suffix('*') {
                Some(beginning) => found.starts_with(beginning),
                None => wanted == found,
            },
            (Some(_), None) => false,
        };
        is(&self.organisation, place.organisation.as_deref())
            && is(&self.registry, Some(&place.registry))
            && is(&self.project, place.project.as_deref())
            && is(&self.repository, Some(&place.repository))
            && self.digest.as_ref().is_none_or(|wanted| digest == Some(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_is_free_and_unknown_is_in_nothing() {
        let place = Place::new("r.example", "shop/web");
        let scope = |repository: &str| Scope { repository: Some(repository.into()), ..Scope::default() };
        assert!(Scope::default().contains(&place, None));
        assert!(scope("shop/web").contains(&place, None));
        assert!(scope("shop/*").contains(&place, None));
        assert!(!scope("shop").contains(&place, None));
        let organisation = Scope { organisation: Some("*".into()), ..Scope::default() };
        assert!(!organisation.contains(&place, None));
        assert_eq!((organisation.level(), scope("a").level()), (Level::Organisation, Level::Repository));
    }
}
