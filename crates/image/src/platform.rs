use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What an image runs on (OCI image specification, image-index.md, "platform").
///
/// ```
/// use plimsoll_image::Platform;
/// let arm: Platform = "linux/arm64/v8".parse()?;
/// assert_eq!(arm.architecture, "arm64");
/// assert_eq!(arm.to_string(), "linux/arm64/v8");
/// assert!("linux".parse::<Platform>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Platform {
    /// `linux`, `windows`; as `GOOS` has it.
    #[serde(default)]
    pub os: String,
    /// `amd64`, `arm64`; as `GOARCH` has it.
    #[serde(default)]
    pub architecture: String,
    /// The processor's variant: `v7`, `v8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The version of the operating system, which Windows images carry: `10.0.20348.2402`.
    #[serde(default, rename = "os.version", skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
}

impl Platform {
    /// Linux on the processor that this program runs on.
    pub fn host() -> Self {
        let architecture = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "386",
            "powerpc64" => "ppc64le",
            other => other,
        };
        Self { os: "linux".into(), architecture: architecture.into(), ..Self::default() }
    }

    /// Whether an image for `self` is what someone means who asks for `wanted`: the variant and the version of
    /// the operating system count only where they were asked for. `arm64` without a variant is `v8`
    /// (image-index.md, "Platform Variants").
    pub fn satisfies(&self, wanted: &Self) -> bool {
        let variant = |platform: &Self| match (&platform.variant, platform.architecture.as_str()) {
            (None, "arm64") => Some("v8".to_owned()),
            (variant, _) => variant.clone(),
        };
        self.os == wanted.os
            && self.architecture == wanted.architecture
            && (wanted.variant.is_none() || variant(self) == variant(wanted))
            && wanted.os_version.as_ref().is_none_or(|version| {
                self.os_version.as_ref().is_some_and(|own| {
                    own == version
                        || own.strip_prefix(version.as_str()).is_some_and(|rest| rest.starts_with('.'))
                })
            })
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = |text: &str| if text.is_empty() { "unknown".to_owned() } else { text.to_owned() };
        write!(f, "{}/{}", known(&self.os), known(&self.architecture))?;
        if let Some(variant) = &self.variant {
            write!(f, "/{variant}")?;
        }
        if let Some(version) = &self.os_version {
            write!(f, ":{version}")?;
        }
        Ok(())
    }
}

impl FromStr for Platform {
    type Err = String;

    /// Reads `os/architecture[/variant][:os-version]`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (text, os_version) = match text.split_once(':') {
            Some((text, version)) => (text, Some(version.to_owned())),
            None => (text, None),
        };
        let mut parts = text.split('/').map(str::to_owned);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(os), Some(architecture), variant, None) if !os.is_empty() && !architecture.is_empty() => {
                Ok(Self { os, architecture, variant, os_version })
            }
            _ => Err(format!("{text:?} is not a platform: expected os/architecture, such as linux/arm64")),
        }
    }
}
