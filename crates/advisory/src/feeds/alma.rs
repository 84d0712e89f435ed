//! AlmaLinux's `errata.json`.

use std::collections::BTreeSet;

use plimsoll_core::{Advisory, AdvisoryKind, Affected, Ecosystem, NameKind, Reference, calendar};
use serde::Deserialize;

use super::facts::{fixed_in, word};
use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// All errata of one release.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alma;

#[derive(Deserialize)]
struct Erratum {
    updateinfo_id: String,
    title: Option<String>,
    severity: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    issued_date: Option<Date>,
    updated_date: Option<Date>,
    pkglist: List,
    #[serde(default)]
    references: Vec<Link>,
}

#[derive(Deserialize)]
struct Date {
    #[serde(rename = "$date")]
    milliseconds: i64,
}

#[derive(Deserialize)]
struct List {
    name: String,
    module: Option<Module>,
    #[serde(default)]
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Module {
    name: Option<String>,
    stream: Option<String>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    release: String,
    epoch: Option<String>,
    arch: Option<String>,
}

#[derive(Deserialize)]
struct Link {
    href: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    id: Option<String>,
}

impl Feed for Alma {
    fn about(&self) -> &'static About {
        &About {
            id: "alma-errata",
            title: "AlmaLinux errata",
            address: "https://errata.almalinux.org/9/errata.full.json",
            licence: "MIT",
            decides: "which version of an AlmaLinux package an erratum brings, with its module",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.form == Form::Array && shape.has(&["updateinfo_id"])
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let errata: Vec<serde_json::Value> = super::json(self, &document)?;
        for (index, erratum) in errata.into_iter().enumerate() {
            let parsed = Erratum::deserialize(erratum).map_err(|e| e.to_string());
            match parsed.and_then(|erratum| {
                advisory(erratum).ok_or_else(|| "its release is none that is known".to_owned())
            }) {
                Ok(advisory) => emit(Parsed::Advisory(Box::new(advisory)))?,
                Err(why) => emit(skipped(&document, &format!("erratum {index}"), why))?,
            }
        }
        Ok(())
    }
}

fn advisory(erratum: Erratum) -> Option<Advisory> {
    let ecosystem = Ecosystem::with_release("AlmaLinux", release(&erratum.pkglist.name)?);
    let module =
        erratum.pkglist.module.and_then(|module| Some(format!("{}:{}", module.name?, module.stream?)));
    let mut affected: Vec<Affected> = Vec::new();
    let mut seen = BTreeSet::new();
    for package in &erratum.pkglist.packages {
        let version = match package.epoch.as_deref().filter(|epoch| !matches!(*epoch, "0" | "")) {
            Some(epoch) => format!("{epoch}:{}-{}", package.version, package.release),
            None => format!("{}-{}", package.version, package.release),
        };
        // Every architecture brings the same version; a source package is not installed.
        if package.arch.as_deref() == Some("src") || !seen.insert((package.name.clone(), version.clone())) {
            continue;
        }
        let mut entry = Affected::new(ecosystem.clone(), package.name.as_str(), NameKind::Binary);
        entry.ranges = fixed_in(version);
        entry.module.clone_from(&module);
        affected.push(entry);
    }
    let security = erratum.kind.as_deref() == Some("security");
    let severity = erratum.severity.filter(|severity| security && !severity.eq_ignore_ascii_case("none"));
    let cves = erratum.references.iter().filter(|link| link.kind.as_deref() == Some("cve"));
    Some(Advisory {
        id: erratum.updateinfo_id,
        feed: "alma-errata".to_owned(),
        upstream: cves.filter_map(|link| link.id.clone()).collect(),
        summary: erratum.title.unwrap_or_default(),
        published: erratum.issued_date.and_then(|date| rfc3339(date.milliseconds)),
        modified: erratum.updated_date.and_then(|date| rfc3339(date.milliseconds)),
        kind: if security { AdvisoryKind::Vulnerability } else { AdvisoryKind::Informational },
        ratings: severity.map(|severity| word("AlmaLinux", &severity)).into_iter().collect(),
        affected,
        references: erratum
            .references
            .into_iter()
            .filter_map(|link| Some(Reference { kind: "WEB".to_owned(), url: link.href? }))
            .collect(),
        ..Advisory::default()
    })
}

/// `almalinux-8-for-x86_64-appstream-rpms__8_0_default`, `codeready-builder-for-rhel-8-x86_64-rpms__8_0_default`.
fn release(list: &str) -> Option<&str> {
    let mut parts = list.split('-');
    parts.find(|part| matches!(*part, "almalinux" | "rhel"))?;
    parts.next().filter(|release| !release.is_empty() && release.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Milliseconds since 1970 as a date.
fn rfc3339(milliseconds: i64) -> Option<String> {
    let seconds = milliseconds.div_euclid(1000);
    // Four-digit years alone have this form.
    (-62_167_219_200..253_402_300_800).contains(&seconds).then(|| calendar::rfc3339(seconds))
}

#[cfg(test)]
mod tests {
    use super::{release, rfc3339};

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(rfc3339(0).as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(rfc3339(1_629_804_795_086).as_deref(), Some("2021-08-24T11:33:15Z"));
        assert_eq!(rfc3339(951_782_400_000).as_deref(), Some("2000-02-29T00:00:00Z"));
        assert_eq!(rfc3339(-1_000).as_deref(), Some("1969-12-31T23:59:59Z"));
        assert_eq!(rfc3339(i64::MAX), None);
    }

    #[test]
    fn repositories_say_their_release() {
        assert_eq!(release("almalinux-8-for-x86_64-appstream-rpms__8_0_default"), Some("8"));
        assert_eq!(release("codeready-builder-for-rhel-8-x86_64-rpms__8_0_default"), Some("8"));
        assert_eq!(release("x"), None);
    }
}
