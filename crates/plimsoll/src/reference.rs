use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use plimsoll_image::SourceKind;
use plimsoll_registry::{ImageName, ImageNameError};

use crate::subject::Form;

/// What to scan as a person names it: a path, with or without its form in front, or a name in a registry. `-` is
/// standard input.
///
/// A path that exists is always the path. What does not exist and looks like a name (`alpine:3.19`,
/// `host:5000/app`) is one; what looks like a path (a slash or dot in front, a backslash, the ending of a file that can
/// be scanned) is one.
///
/// ```
/// use plimsoll::Reference;
/// let reference: Reference = "oci:build/layout".parse()?;
/// assert_eq!(reference.path().to_str(), Some("build/layout"));
/// assert_eq!("C:/images/app.tar".parse::<Reference>()?.to_string(), "C:/images/app.tar");
/// let reference: Reference = "alpine:3.19".parse()?;
/// assert_eq!(reference.registry().map(|name| name.repository()), Some("library/alpine"));
/// assert!("docker-daemon:alpine".parse::<Reference>().is_err());
/// # Ok::<(), plimsoll::ReferenceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    text: String,
    path: PathBuf,
    form: Option<Form>,
    registry: Option<ImageName>,
}

/// Why a text does not name an image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// Nothing is named.
    #[error(
        "no image is named: expected a path, such as app.tar or oci:layout/, or a name, such as alpine:3.19"
    )]
    Empty,
    /// The form in front is none that can be read.
    #[error(
        "images of the form {0:?} can't be read: expected a path, or one after docker-archive:, oci:, oci-archive:, dir: \
         or sbom:, or a name in a registry, after registry: if need be"
    )]
    UnknownForm(String),
    /// What follows `registry:` is no image's name.
    #[error(transparent)]
    Name(#[from] ImageNameError),
}

const FORMS: [(&str, Form); 5] = [
    ("docker-archive:", Form::Image(SourceKind::DockerArchive)),
    ("oci:", Form::Image(SourceKind::OciLayout)),
    ("oci-archive:", Form::Image(SourceKind::OciArchive)),
    ("dir:", Form::Image(SourceKind::Directory)),
    ("sbom:", Form::Sbom),
];

/// Forms of names in registries.
const REGISTRY_FORMS: [&str; 2] = ["registry:", "docker://"];

/// Endings of files: what has one is meant as a file, also where there is none.
const FILES: [&str; 21] = [
    ".tar", ".tgz", ".gz", ".zst", ".tzst", ".xz", ".bz2", ".zip", ".jar", ".whl", ".json", ".xml", ".yaml",
    ".yml", ".toml", ".txt", ".lock", ".mod", ".spdx", ".db", ".sqlite",
];

impl Reference {
    /// The image in a registry, where it is one.
    pub fn registry(&self) -> Option<&ImageName> {
        self.registry.as_ref()
    }

    /// The file or folder; of an image in a registry, its name.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The form of the image, where it is said.
    pub fn kind(&self) -> Option<SourceKind> {
        match self.form? {
            Form::Image(kind) => Some(kind),
            Form::Sbom => None,
        }
    }

    /// Whether it is said to be a bill of materials.
    pub fn is_sbom(&self) -> bool {
        self.form == Some(Form::Sbom)
    }
}

impl From<&Path> for Reference {
    fn from(path: &Path) -> Self {
        Self { text: path.to_string_lossy().into_owned(), path: path.to_owned(), form: None, registry: None }
    }
}

impl From<ImageName> for Reference {
    fn from(name: ImageName) -> Self {
        let text = name.to_string();
        Self {
            path: text.clone().into(),
            text,
            form: Some(Form::Image(SourceKind::Registry)),
            registry: Some(name),
        }
    }
}

/// Whether a text that names nothing that exists is meant as a path.
fn is_like_a_path(text: &str) -> bool {
    text.starts_with(['/', '.', '~'])
        || text.contains('\\')
        || text.ends_with('/')
        || FILES.iter().any(|it| text.ends_with(it))
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        for (word, form) in FORMS {
            if let Some(path) = text.strip_prefix(word) {
                if path.is_empty() {
                    return Err(ReferenceError::Empty);
                }
                return Ok(Self {
                    text: text.to_owned(),
                    path: path.into(),
                    form: Some(form),
                    registry: None,
                });
            }
        }
        for form in REGISTRY_FORMS {
            if let Some(name) = text.strip_prefix(form) {
                return Ok(Self { text: text.to_owned(), ..Self::from(name.parse::<ImageName>()?) });
            }
        }
        if text.is_empty() {
            return Err(ReferenceError::Empty);
        }
        // A drive letter is one letter long; a longer word before a colon is meant as a form, unless it is a path.
        if let Some((form, rest)) = text.split_once(':')
            && (rest.starts_with("//") || FORM_WORDS.contains(&form))
            && !Path::new(text).exists()
        {
            return Err(ReferenceError::UnknownForm(format!("{form}:")));
        }
        if !is_like_a_path(text)
            && let Ok(name) = text.parse::<ImageName>()
            && !Path::new(text).exists()
        {
            return Ok(Self { text: text.to_owned(), ..Self::from(name) });
        }
        Ok(Self::from(Path::new(text)))
    }
}

/// Forms that other tools have and that people will try.
const FORM_WORDS: [&str; 11] = [
    "docker",
    "docker-daemon",
    "podman",
    "containers-storage",
    "containerd",
    "oci-dir",
    "oci-layout",
    "singularity",
    "http",
    "https",
    "file",
];

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}
