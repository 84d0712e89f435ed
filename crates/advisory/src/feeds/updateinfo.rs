//! `updateinfo.xml` of rpm repositories: errata, and the versions of the packages that they bring.

use std::collections::BTreeSet;

use plimsoll_core::{
    Advisory, AdvisoryKind, Affected, Ecosystem, Event, NameKind, Range, RangeKind, Reference,
};

use super::facts::word;
use super::xml::Element;
use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// Errata of Amazon Linux, AlmaLinux, Rocky Linux, Fedora, EPEL and Bottlerocket, as their repositories carry them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Updateinfo;

impl Feed for Updateinfo {
    fn about(&self) -> &'static About {
        &About {
            id: "updateinfo",
            title: "updateinfo of Amazon Linux, AlmaLinux, Rocky Linux, Fedora, EPEL and Bottlerocket",
            address: "https://cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list",
            licence: "the distribution's own",
            decides: "which version of an rpm package an erratum brings, and which CVEs it fixes",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.form == Form::Xml && shape.names.first().is_some_and(|root| root == "updates")
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        super::elements(self, &document, &["update"], &mut |update| match advisory(&update) {
            Ok(advisory) => emit(Parsed::Advisory(Box::new(advisory))),
            Err(why) => emit(skipped(&document, update.text_of("id").unwrap_or("an update"), why)),
        })
    }
}

fn advisory(update: &Element) -> Result<Advisory, &'static str> {
    let id = update.text_of("id").ok_or("it has no id")?;
    let mut affected: Vec<Affected> = Vec::new();
    let mut scope = String::new();
    let lists = update.children("pkglist").flat_map(|list| list.children("collection"));
    for collection in lists {
        let place = place(update, collection).ok_or("its release is of no distribution that is known")?;
        scope = collection.attribute("short").unwrap_or_else(|| place.ecosystem.as_str()).to_owned();
        let module = collection.child("module").and_then(|module| {
            Some(format!("{}:{}", module.attribute("name")?, module.attribute("stream")?))
        });
        let mut seen = BTreeSet::new();
        for package in collection.children("package") {
            let Some(version) = version(package) else { continue };
            let (Some(name), arch) = (package.attribute("name"), package.attribute("arch")) else { continue };
            // Every architecture brings the same version; a source package is not installed.
            if matches!(arch, Some("src" | "nosrc")) || !seen.insert((name.to_owned(), version.clone())) {
                continue;
            }
            let mut entry = Affected::new(place.ecosystem.clone(), name, NameKind::Binary);
            let events = vec![Event::Introduced(place.from.clone()), Event::Fixed(version)];
            entry.ranges = vec![Range { kind: RangeKind::Ecosystem, events }];
            entry.module.clone_from(&module);
            affected.push(entry);
        }
    }
    let mut upstream: Vec<String> = Vec::new();
    let mut references = Vec::new();
    for reference in update.children("references").flat_map(|list| list.children("reference")) {
        let id = reference.attribute("id").or_else(|| reference.attribute("title")).unwrap_or_default();
        if id.starts_with("CVE-") && !upstream.iter().any(|known| known == id) {
            upstream.push(id.to_owned());
        }
        if let Some(url) = reference.attribute("href") {
            references.push(Reference { kind: "WEB".to_owned(), url: url.to_owned() });
        }
    }
    let date = |name: &str| {
        let element = update.child(name)?;
        element.attribute("date").map(rfc3339)
    };
    let security = update.attribute("type") == Some("security");
    let ecosystem = affected.first().map_or("", |entry| entry.ecosystem.name());
    let severity = update.text_of("severity").filter(|severity| !severity.eq_ignore_ascii_case("none"));
    Ok(Advisory {
        id: id.to_owned(),
        feed: format!("updateinfo/{scope}"),
        upstream,
        summary: update.text_of("title").unwrap_or_default().to_owned(),
        published: date("issued"),
        modified: date("updated").or_else(|| date("issued")),
        kind: if security { AdvisoryKind::Vulnerability } else { AdvisoryKind::Informational },
        ratings: severity
            .filter(|_| security)
            .map(|severity| word(ecosystem, severity))
            .into_iter()
            .collect(),
        affected,
        references,
        ..Advisory::default()
    })
}

/// Which distribution a collection is of, and from which version on its packages are.
struct Place {
    ecosystem: Ecosystem,
    from: String,
}

fn place(update: &Element, collection: &Element) -> Option<Place> {
    let name = collection.text_of("name").unwrap_or_default();
    let release = update.text_of("release").unwrap_or_default();
    let short = collection.attribute("short").unwrap_or_default();
    let of = |ecosystem: &str, release: &str| {
        Some(Place { ecosystem: Ecosystem::with_release(ecosystem, release), from: "0".into() })
    };
    for text in [name, release] {
        if let Some(rest) = text.strip_prefix("Amazon Linux AMI") {
            let _ = rest;
            return of("Amazon Linux", "1");
        }
        if let Some(rest) = text.strip_prefix("Amazon Linux ") {
            let (release, repository) = rest.split_once(" - ").unwrap_or((rest, ""));
            let release = release.split(['.', ' ']).next()?;
            let ecosystem = Ecosystem::with_release("Amazon Linux", release);
            return Some(Place { ecosystem, from: from(repository) });
        }
        if let Some(rest) = text.strip_prefix("Rocky Linux ") {
            return of("Rocky Linux", major(rest)?);
        }
        if let Some(rest) = text.strip_prefix("AlmaLinux ").or_else(|| text.strip_prefix("almalinux-")) {
            return of("AlmaLinux", major(rest)?);
        }
        if let Some(rest) = text.strip_prefix("Fedora EPEL ") {
            return of("EPEL", major(rest)?);
        }
        if let Some(rest) = text.strip_prefix("Fedora ") {
            return of("Fedora", major(rest)?);
        }
    }
    if short == "bottlerocket" || name == "Bottlerocket" {
        return Some(Place { ecosystem: Ecosystem::new("Bottlerocket"), from: "0".into() });
    }
    if short.starts_with("amazon-linux-ami") {
        return of("Amazon Linux", "1");
    }
    if let Some(rest) = short.strip_prefix("almalinux-") {
        return of("AlmaLinux", major(rest)?);
    }
    None
}

fn major(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).filter(|major| !major.is_empty())
}

/// Amazon Linux 2's extras (`Kernel-5.15`, `Postgresql14`) carry packages that have the names of the core ones.
/// Which repository a package is from is not recorded; its version says it: that of an extra with a number in its
/// name begins there.
fn from(repository: &str) -> String {
    let at = repository.rfind(|c: char| !(c.is_ascii_digit() || c == '.')).map_or(0, |at| at + 1);
    match repository.get(at..).map(|number| number.trim_matches('.')) {
        Some(number) if !number.is_empty() && !repository.is_empty() => number.to_owned(),
        _ => "0".to_owned(),
    }
}

fn version(package: &Element) -> Option<String> {
    let version = package.attribute("version")?;
    let release = package.attribute("release")?;
    Some(match package.attribute("epoch").filter(|epoch| !matches!(*epoch, "0" | "None")) {
        Some(epoch) => format!("{epoch}:{version}-{release}"),
        None => format!("{version}-{release}"),
    })
}

/// `2022-06-06 17:58` and `2021-07-22 18:25:24`, which are UTC.
fn rfc3339(date: &str) -> String {
    match date.split_once(' ') {
        Some((day, time)) if time.len() == 5 => format!("{day}T{time}:00Z"),
        Some((day, time)) if time.len() == 8 => format!("{day}T{time}Z"),
        _ if date.len() == 10 => format!("{date}T00:00:00Z"),
        _ => date.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_begin_at_the_number_in_their_name() {
        for (repository, version) in [
            ("Kernel-5.15", "5.15"),
            ("Postgresql14", "14"),
            ("Docker", "0"),
            ("", "0"),
            ("Core", "0"),
            ("Php8.2", "8.2"),
        ] {
            assert_eq!(from(repository), version, "{repository}");
        }
    }

    #[test]
    fn dates_become_rfc_3339() {
        assert_eq!(rfc3339("2022-06-06 17:58"), "2022-06-06T17:58:00Z");
        assert_eq!(rfc3339("2021-07-22 18:25:24"), "2021-07-22T18:25:24Z");
        assert_eq!(rfc3339("2021-07-22"), "2021-07-22T00:00:00Z");
    }
}
