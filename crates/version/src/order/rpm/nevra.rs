use core::cmp::Ordering;

use super::Evr;
use crate::Unparsable;

/// A whole package name as rpm prints it: `[name-][epoch:]version-release[.arch]`.
///
/// Ordered, and equal, by name, then as `rpm` orders epoch, version and release, then by architecture.
///
/// ```
/// let nevra = plimsoll_version::order::rpm::Nevra::read("fonts-filesystem-1:2.0.5-12.fc39.noarch").unwrap();
/// assert_eq!((nevra.name, nevra.epoch, nevra.version), ("fonts-filesystem", "1", "2.0.5"));
/// assert_eq!((nevra.release, nevra.arch), ("12.fc39", "noarch"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Nevra<'a> {
    /// Empty where the text has none.
    pub name: &'a str,
    /// Digits; empty where the text has none, which means 0.
    pub epoch: &'a str,
    /// Never empty.
    pub version: &'a str,
    /// Empty where the text has none.
    pub release: &'a str,
    /// Empty where the text does not end in an architecture that rpm knows.
    pub arch: &'a str,
}

/// The architectures of rpm's `rpmrc`, sorted.
const ARCHITECTURES: &[&str] = &[
    "aarch64",
    "alpha",
    "alphaev5",
    "alphaev56",
    "alphaev6",
    "alphaev67",
    "alphapca56",
    "amd64",
    "armv3l",
    "armv4b",
    "armv4l",
    "armv4tl",
    "armv5tejl",
    "armv5tel",
    "armv5tl",
    "armv6hl",
    "armv6l",
    "armv7hl",
    "armv7hnl",
    "armv7l",
    "armv8hl",
    "armv8l",
    "athlon",
    "geode",
    "i386",
    "i486",
    "i586",
    "i686",
    "ia32e",
    "ia64",
    "loongarch64",
    "m68k",
    "mips",
    "mips64",
    "mips64el",
    "mips64r6",
    "mips64r6el",
    "mipsel",
    "mipsr6",
    "mipsr6el",
    "noarch",
    "nosrc",
    "pentium3",
    "pentium4",
    "ppc",
    "ppc32dy4",
    "ppc64",
    "ppc64iseries",
    "ppc64le",
    "ppc64p7",
    "ppc64pseries",
    "ppc8260",
    "ppc8560",
    "ppciseries",
    "ppcpseries",
    "riscv",
    "riscv32",
    "riscv64",
    "s390",
    "s390x",
    "sh",
    "sh3",
    "sh4",
    "sh4a",
    "sparc",
    "sparc64",
    "sparc64v",
    "sparcv8",
    "sparcv9",
    "sparcv9v",
    "src",
    "x86_64",
    "x86_64_v2",
    "x86_64_v3",
    "x86_64_v4",
];

impl<'a> Nevra<'a> {
    /// Reads from the end: architecture, release, version with epoch, and the rest is the name.
    ///
    /// # Errors
    /// [`Unparsable`] where there is no version.
    pub fn read(text: &'a str) -> Result<Self, Unparsable> {
        let (label, arch) = match text.rsplit_once('.') {
            Some((label, arch)) if ARCHITECTURES.binary_search(&arch).is_ok() => (label, arch),
            _ => (text, ""),
        };
        let (rest, release) = label.rsplit_once('-').unwrap_or((label, ""));
        let (name, version) = rest.rsplit_once('-').unwrap_or(("", rest));
        let (epoch, version) = match version.split_once(':') {
            Some((epoch, version)) if epoch.bytes().all(|byte| byte.is_ascii_digit()) => (epoch, version),
            _ => ("", version),
        };
        super::not_empty(version.as_bytes())?;
        Ok(Self { name, epoch, version, release, arch })
    }
}

impl Ord for Nevra<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let evr = |nevra: &Self| Evr {
            epoch: nevra.epoch.as_bytes(),
            version: nevra.version.as_bytes(),
            release: Some(nevra.release.as_bytes()),
        };
        self.name
            .cmp(other.name)
            .then_with(|| evr(self).compare(&evr(other)))
            .then_with(|| self.arch.cmp(other.arch))
    }
}

impl PartialOrd for Nevra<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Nevra<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Nevra<'_> {}
