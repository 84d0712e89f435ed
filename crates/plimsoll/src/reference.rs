use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use plimsoll_image::SourceKind;

use crate::subject::Form;

/// What to scan as a person names it: a path, with or without its form in front. `-` is standard input.
///
/// ```
/// use plimsoll::Reference;
/// let reference: Reference = "oci:build/layout".parse()?;
/// assert_eq!(reference.path().to_str(), Some("build/layout"));
/// assert_eq!("C:/images/app.tar".parse::<Reference>()?.to_string(), "C:/images/app.tar");
/// assert!("docker://alpine".parse::<Reference>().is_err());
/// # Ok::<(), plimsoll::ReferenceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    text: String,
    path: PathBuf,
    form: Option<Form>,
}

/// Why a text does not name an image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// Nothing is named.
    #[error("no image is named: expected a path, such as app.tar or oci:layout/")]
    Empty,
    /// The form in front is none that can be read.
    #[error(
        "images of the form {0:?} can't be read: expected a path, or one after docker-archive:, oci:, oci-archive:, dir: or sbom:"
    )]
    UnknownForm(String),
}

const FORMS: [(&str, Form); 5] = [
    ("docker-archive:", Form::Image(SourceKind::DockerArchive)),
    ("oci:", Form::Image(SourceKind::OciLayout)),
    ("oci-archive:", Form::Image(SourceKind::OciArchive)),
    ("dir:", Form::Image(SourceKind::Directory)),
    ("sbom:", Form::Sbom),
];

impl Reference {
    /// The file or folder.
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
        Self { text: path.to_string_lossy().into_owned(), path: path.to_owned(), form: None }
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        for (word, form) in FORMS {
            if let Some(path) = text.strip_prefix(word) {
                if path.is_empty() {
                    return Err(ReferenceError::Empty);
                }
                return Ok(Self { text: text.to_owned(), path: path.into(), form: Some(form) });
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
        Ok(Self::from(Path::new(text)))
    }
}

/// Forms that other tools have and that people will try.
const FORM_WORDS: [&str; 12] = [
    "docker",
    "docker-daemon",
    "podman",
    "containers-storage",
    "containerd",
    "registry",
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
