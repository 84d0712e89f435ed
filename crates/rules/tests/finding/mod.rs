//! Findings for tests, from few words.

use plimsoll_core::{
    Ecosystem, Finding, FixState, ImagePath, LayerRef, Location, Package, PackageType, Purl, Rating,
    Severity, Shared, Status,
};

/// A finding of a vulnerability in the package of a package URL.
pub(crate) fn finding(id: &str, purl: &str) -> Finding {
    let purl: Purl = purl.parse().unwrap();
    let name = match (&purl.namespace, purl.kind.as_str()) {
        (Some(scope), "npm" | "golang") => format!("{scope}/{}", purl.name),
        _ => purl.name.clone(),
    };
    let kind = PackageType::from_purl_type(&purl.kind).unwrap();
    let version = purl.version.clone().unwrap_or_default();
    Finding {
        id: id.to_owned(),
        aliases: Shared::default(),
        summary: String::new(),
        package: Package::new(kind, name, version, purl).into(),
        status: Status::Affected,
        severity: Severity::Unknown,
        score_tenths: None,
        rating: None,
        severity_rule: String::new(),
        actions: Vec::new(),
        ratings: Shared::default(),
        priority: None,
        first_seen: None,
        cwes: Default::default(),
        fixed_versions: Shared::default(),
        fix: FixState::Unknown,
        evidence: Shared::default(),
        references: Shared::default(),
        disabled: None,
    }
}

/// The same with more said of it.
#[allow(dead_code)]
pub(crate) trait With: Sized {
    fn alias(self, id: &str) -> Self;
    fn severity(self, level: Severity) -> Self;
    fn fixed(self, version: &str) -> Self;
    fn rated(self, vector: &str) -> Self;
    fn at(self, path: &str, layer: u32) -> Self;
    fn ecosystem(self, ecosystem: &str) -> Self;
}

impl With for Finding {
    fn alias(mut self, id: &str) -> Self {
        self.aliases.push(id.to_owned());
        self
    }

    fn severity(mut self, level: Severity) -> Self {
        self.severity = level;
        self
    }

    fn fixed(mut self, version: &str) -> Self {
        self.fixed_versions.push(version.to_owned());
        self.fix = FixState::Available;
        self
    }

    fn rated(mut self, vector: &str) -> Self {
        self.ratings.push(Rating { source: "NVD".into(), scheme: "CVSS_V3".into(), value: vector.into() });
        self
    }

    fn at(mut self, path: &str, layer: u32) -> Self {
        let layer = Some(LayerRef { index: layer, diff_id: None, created_by: None });
        self.package.locations.push(Location { path: ImagePath::new(path.as_bytes()).unwrap(), layer });
        self
    }

    fn ecosystem(mut self, ecosystem: &str) -> Self {
        self.package.ecosystem = Some(Ecosystem::from(ecosystem.to_owned()));
        self
    }
}
