use core::cmp::Ordering;

use crate::order::{self, Order};
use crate::{Key, Unparsable};

macro_rules! schemes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal => $order:ident,)*) => {
        /// The order of one ecosystem's versions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Scheme { $($(#[$doc])* $variant,)* }

        impl Scheme {
            /// Every scheme.
            pub const ALL: &'static [Scheme] = &[$(Self::$variant,)*];

            /// The scheme's name in commands and documents.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The scheme of that [`name`](Self::name), or of an OSV ecosystem.
            pub fn from_name(name: &str) -> Option<Scheme> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => Self::for_ecosystem(name),
                }
            }

            /// Orders two versions.
            ///
            /// # Errors
            /// [`Unparsable`] where one of them has no place in the order.
            pub fn compare(self, a: &str, b: &str) -> Result<Ordering, Unparsable> {
                match self { $(Self::$variant => order::$order::compare(a, b),)* }
            }

            /// The version as bytes whose order is the scheme's: `compare(a, b)` is `key(a).cmp(&key(b))` for all
            /// that have one. None where the text has no place in the order or the order cannot be put in bytes.
            pub fn key(self, version: &str) -> Option<Key> {
                match self { $(Self::$variant => order::$order::key(version),)* }
            }

            /// Whether the version's place in the order is known. A text that only a convention orders, such as a
            /// Python version from before PEP 440, compares but does not parse.
            ///
            /// # Errors
            /// [`Unparsable`] says where and why not.
            pub fn parses(self, version: &str) -> Result<(), Unparsable> {
                match self { $(Self::$variant => order::$order::parses(version),)* }
            }

            /// [`compare`](Self::compare), where no convention decides: both [parse](Self::parses), or they part before
            /// the place where one stops making sense, as `4.17-r0` and `4.10-1-r1` of Alpine do.
            ///
            /// # Errors
            /// [`Unparsable`] where a text has no place in the order, or only a convention gives it one.
            pub fn decides(self, a: &str, b: &str) -> Result<Ordering, Unparsable> {
                match self { $(Self::$variant => order::$order::decides(a, b),)* }
            }

            /// Whether the ecosystem's own tool would take the text as a version. What it would not may still
            /// [parse](Self::parses), because packages and advisories are full of such texts.
            pub fn accepts(self, version: &str) -> bool {
                match self { $(Self::$variant => order::$order::accepts(version),)* }
            }
        }
    };
}

schemes! {
    /// Debian, Ubuntu and their derivatives: deb-version(7).
    Dpkg = "dpkg" => Dpkg,
    /// Red Hat, SUSE and their derivatives: rpm-version(7).
    Rpm = "rpm" => Rpm,
    /// Alpine, Wolfi and Chainguard: apk-package(5).
    Apk = "apk" => Apk,
    /// Arch Linux: vercmp(8).
    Pacman = "pacman" => Pacman,
    /// Gentoo: the Package Manager Specification.
    Portage = "portage" => Portage,
    /// Python: PEP 440.
    Pep440 = "pep440" => Pep440,
    /// Rust: Semantic Versioning 2.0.0.
    Semver = "semver" => Semver,
    /// Node.js: node-semver.
    Npm = "npm" => Npm,
    /// Go modules and Go itself.
    Go = "go" => Go,
    /// Java packages: Maven's "Version Order Specification".
    Maven = "maven" => Maven,
    /// Ruby: `Gem::Version`.
    RubyGems = "rubygems" => RubyGems,
    /// .NET: `NuGetVersion`.
    NuGet = "nuget" => NuGet,
    /// PHP: `version_compare()`.
    Packagist = "packagist" => Packagist,
    /// Erlang and Elixir: Semantic Versioning 2.0.0.
    Hex = "hex" => Semver,
    /// Dart: `pub_semver`.
    Pub = "pub" => Pub,
    /// Haskell: `Data.Version`.
    Hackage = "hackage" => Hackage,
    /// R: `package_version`.
    Cran = "cran" => Cran,
    /// Conda: CEP 33.
    Conda = "conda" => Conda,
    /// Julia: `VersionNumber`.
    Julia = "julia" => Pub,
    /// Swift: Semantic Versioning 2.0.0.
    Swift = "swift" => Semver,
    /// C and C++: Conan 2's `Version`.
    Conan = "conan" => Conan,
    /// Bitnami's packages, without the revision of the packaging.
    Bitnami = "bitnami" => Bitnami,
    /// Java runtimes: JEP 223 and the versions before it.
    Jvm = "jvm" => Jvm,
    /// What a person takes a version for, where no ecosystem orders it.
    Generic = "generic" => Generic,
}

impl Scheme {
    /// The scheme of an OSV ecosystem (OSV schema, "Defined Ecosystems"), with or without what follows its first
    /// colon: `Debian:12`, `Ubuntu:22.04:LTS`, `Red Hat:enterprise_linux:9::appstream`.
    pub fn for_ecosystem(osv: &str) -> Option<Scheme> {
        let (name, suffix) = osv.split_once(':').unwrap_or((osv, ""));
        Some(match name {
            "Debian" | "Ubuntu" | "Raspbian" => Self::Dpkg,
            // Rebuilt packages of languages as well as of a distribution of its own.
            "Echo" => Self::for_ecosystem(suffix).unwrap_or(Self::Dpkg),
            "AlmaLinux" | "Red Hat" | "Rocky Linux" | "SUSE" | "openSUSE" | "Mageia" | "openEuler"
            | "Photon OS" | "Azure Linux" | "Amazon Linux" | "Oracle Linux" | "Fedora" | "EPEL"
            | "Anolis OS" | "ALT Linux" | "Bottlerocket" | "CentOS" | "CloudLinux" => Self::Rpm,
            "Alpine"
            | "Wolfi"
            | "Chainguard"
            | "MinimOS"
            | "SecureOS"
            | "Alpaquita"
            | "CleanStart"
            | "BellSoft Hardened Containers" => Self::Apk,
            "Arch Linux" => Self::Pacman,
            "Gentoo" => Self::Portage,
            // Debian's order, by opam's manual, section "Version ordering".
            "opam" => Self::Dpkg,
            "PyPI" => Self::Pep440,
            "crates.io" | "VSCode" | "Kubernetes" | "kubernetes" | "Linux" | "GitHub Actions" => Self::Semver,
            "npm" => Self::Npm,
            "Go" => Self::Go,
            "Maven" | "Java" => Self::Maven,
            "RubyGems" => Self::RubyGems,
            "NuGet" => Self::NuGet,
            "Packagist" => Self::Packagist,
            "Hex" => Self::Hex,
            "Pub" => Self::Pub,
            "Hackage" | "GHC" => Self::Hackage,
            "CRAN" | "Bioconductor" => Self::Cran,
            "Conda" | "conda" => Self::Conda,
            "Julia" => Self::Julia,
            "SwiftURL" => Self::Swift,
            "ConanCenter" => Self::Conan,
            "Bitnami" => Self::Bitnami,
            // Products by their CPE, and Windows by its builds: numbers with dots between them.
            "CPE" | "Windows" => Self::Generic,
            // Tags of whatever form a project gives them; and releases with a security patch level, `12L:2022-08-05`.
            "OSS-Fuzz" | "Android" => Self::Generic,
            // Rebuilds of other ecosystems' packages, named after them.
            "Root" | "Seal" | "TuxCare" | "Docker Hardened Images" => return Self::for_ecosystem(suffix),
            _ => return None,
        })
    }
}
