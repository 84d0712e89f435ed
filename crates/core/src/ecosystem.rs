use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Word;

/// The name space that advisories and packages share: an OSV ecosystem name with its optional release
/// (OSV schema, "Defined Ecosystems"): `PyPI`, `Debian:12`, `Alpine:v3.19`, `Ubuntu:22.04:LTS`.
///
/// ```
/// let e: plimsoll_core::Ecosystem = "Ubuntu:22.04:LTS".parse().unwrap();
/// assert_eq!((e.name(), e.release()), ("Ubuntu", Some("22.04:LTS")));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Ecosystem {
    text: Word,
    name_len: usize,
}

impl Ecosystem {
    /// An ecosystem without a release.
    pub fn new(name: &str) -> Self {
        Self { text: name.into(), name_len: name.len() }
    }

    /// An ecosystem with a release.
    pub fn with_release(name: &str, release: &str) -> Self {
        Self { text: Word::format(format_args!("{name}:{release}")), name_len: name.len() }
    }

    /// The name without the release.
    pub fn name(&self) -> &str {
        self.text.get(..self.name_len).unwrap_or_default()
    }

    /// What follows the first colon.
    pub fn release(&self) -> Option<&str> {
        self.text.get(self.name_len + 1..).filter(|release| !release.is_empty())
    }

    /// The whole, as OSV writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl From<String> for Ecosystem {
    fn from(text: String) -> Self {
        let name_len = text.find(':').unwrap_or(text.len());
        Self { text: text.into(), name_len }
    }
}

impl From<Ecosystem> for String {
    fn from(ecosystem: Ecosystem) -> Self {
        ecosystem.text.into()
    }
}

impl FromStr for Ecosystem {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.to_owned().into())
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

macro_rules! package_types {
    ($($(#[$doc:meta])* $variant:ident = $purl:literal => $osv:expr,)*) => {
        /// How a package is packaged: the type of its package URL.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum PackageType { $($(#[$doc])* $variant,)* }

        impl PackageType {
            /// Every type.
            pub const ALL: &'static [PackageType] = &[$(Self::$variant,)*];

            /// The type as package URLs write it.
            pub fn purl_type(self) -> &'static str {
                match self { $(Self::$variant => $purl,)* }
            }

            /// The type that package URLs write so.
            pub fn from_purl_type(text: &str) -> Option<Self> {
                match text { $($purl => Some(Self::$variant),)* _ => None }
            }

            /// The one OSV ecosystem that covers the type. Operating-system packages have none of their own:
            /// their distribution decides ([`Distro::ecosystem`](crate::Distro::ecosystem)).
            pub fn osv_ecosystem(self) -> Option<&'static str> {
                match self { $(Self::$variant => $osv,)* }
            }
        }
    };
}

package_types! {
    /// Debian and its derivatives.
    Deb = "deb" => None,
    /// Alpine, Wolfi, Chainguard.
    Apk = "apk" => None,
    /// Red Hat, SUSE and their derivatives.
    Rpm = "rpm" => None,
    /// Arch Linux.
    Alpm = "alpm" => None,
    /// Gentoo.
    Ebuild = "ebuild" => None,
    /// OpenWrt and embedded Linux.
    Opkg = "opkg" => None,
    /// Python.
    PyPi = "pypi" => Some("PyPI"),
    /// Node.js.
    Npm = "npm" => Some("npm"),
    /// Go modules, the standard library as `stdlib` included.
    Golang = "golang" => Some("Go"),
    /// Rust.
    Cargo = "cargo" => Some("crates.io"),
    /// Java.
    Maven = "maven" => Some("Maven"),
    /// Ruby.
    Gem = "gem" => Some("RubyGems"),
    /// .NET.
    Nuget = "nuget" => Some("NuGet"),
    /// PHP.
    Composer = "composer" => Some("Packagist"),
    /// PHP extensions and packages of PEAR and PECL.
    Pear = "pear" => None,
    /// Erlang and Elixir.
    Hex = "hex" => Some("Hex"),
    /// Erlang applications, by whatever they were built.
    Otp = "otp" => None,
    /// Dart.
    Pub = "pub" => Some("Pub"),
    /// Haskell.
    Hackage = "hackage" => Some("Hackage"),
    /// R.
    Cran = "cran" => Some("CRAN"),
    /// R packages of biology.
    Bioconductor = "bioconductor" => Some("Bioconductor"),
    /// Julia.
    Julia = "julia" => Some("Julia"),
    /// Swift.
    Swift = "swift" => Some("SwiftURL"),
    /// Objective-C and Swift by CocoaPods.
    Cocoapods = "cocoapods" => None,
    /// C and C++.
    Conan = "conan" => Some("ConanCenter"),
    /// Conda.
    Conda = "conda" => None,
    /// Bitnami's own builds.
    Bitnami = "bitnami" => Some("Bitnami"),
    /// Lua.
    Luarocks = "luarocks" => None,
    /// Perl.
    Cpan = "cpan" => None,
    /// OCaml.
    Opam = "opam" => Some("opam"),
    /// GitHub Actions.
    GithubActions = "githubactions" => Some("GitHub Actions"),
    /// Extensions of Visual Studio Code.
    Vscode = "vscode-extension" => Some("VSCode"),
    /// Kubernetes' own components, as its records name them: `k8s.io/apiserver`.
    K8s = "k8s" => Some("Kubernetes"),
    /// WordPress plugins and themes.
    Wordpress = "wordpress" => None,
    /// Nix store paths.
    Nix = "nix" => None,
    /// Homebrew.
    Brew = "brew" => None,
    /// Snaps.
    Snap = "snap" => None,
    /// Container-Optimized OS.
    Cos = "cos" => None,
    /// Spack.
    Spack = "spack" => None,
    /// Flatpak applications.
    Flatpak = "flatpak" => None,
    /// Chocolatey, on Windows.
    Chocolatey = "chocolatey" => None,
    /// Software that no package manager knows of.
    Generic = "generic" => None,
}

impl PackageType {
    /// Whether an operating system's package manager installs it.
    pub fn is_os(self) -> bool {
        matches!(self, Self::Deb | Self::Apk | Self::Rpm | Self::Alpm | Self::Ebuild | Self::Opkg)
    }
}

impl fmt::Display for PackageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.purl_type())
    }
}

impl Serialize for PackageType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.purl_type())
    }
}

impl<'de> Deserialize<'de> for PackageType {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_purl_type(&text)
            .ok_or_else(|| serde::de::Error::custom(format_args!("unknown package type {text:?}")))
    }
}
