use serde::{Deserialize, Serialize};

/// Whether a package could be judged at all. "No finding" means something only where this is `Assessed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Coverage {
    /// A feed covers its ecosystem and release, and its version could be compared.
    Assessed,
    /// No imported feed covers its ecosystem or release.
    NoFeed,
    /// It comes from a repository that is not the distribution's, so the distribution's feed does not speak of it.
    ThirdParty,
    /// Its version can't be read in its ecosystem's order, or there is none.
    UnparsedVersion,
    /// It is of a sort that no known feed covers.
    Unsupported,
}

/// How many packages have which [`Coverage`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageCounts {
    /// Packages in all.
    pub packages: usize,
    /// [`Coverage::Assessed`].
    pub assessed: usize,
    /// [`Coverage::NoFeed`].
    pub no_feed: usize,
    /// [`Coverage::ThirdParty`].
    pub third_party: usize,
    /// [`Coverage::UnparsedVersion`].
    pub unparsed_version: usize,
    /// [`Coverage::Unsupported`].
    pub unsupported: usize,
}

impl CoverageCounts {
    /// Counts one package.
    pub fn add(&mut self, coverage: Coverage) {
        self.packages += 1;
        *match coverage {
            Coverage::Assessed => &mut self.assessed,
            Coverage::NoFeed => &mut self.no_feed,
            Coverage::ThirdParty => &mut self.third_party,
            Coverage::UnparsedVersion => &mut self.unparsed_version,
            Coverage::Unsupported => &mut self.unsupported,
        } += 1;
    }
}

/// What a scan comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Assessment {
    /// Every package was assessed and none has a finding.
    Healthy,
    /// Every package was assessed; all findings are disabled by rules.
    HealthyByExemption,
    /// There are findings.
    Unhealthy,
    /// No finding, but not everything could be read or judged.
    Partial,
    /// No package was found, and nothing that should have held one was unreadable.
    NothingToScan,
    /// Not an image that can be scanned: Windows, an artifact, an encrypted image.
    NotApplicable,
    /// No finding, but the advisories are too old for that to mean anything.
    Stale,
    /// The scan could not be done.
    Failed,
}
