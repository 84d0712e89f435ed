//! OVAL definitions of distributions (OVAL 5): tests of package versions, joined by criteria.

mod alma;
mod alt;
mod anolis;
mod azure;
mod criteria;
mod debian;
mod oracle;
mod photon;
mod redhat;
mod suse;
mod test;
mod ubuntu;

use std::collections::BTreeMap;

use plimsoll_core::{Advisory, Affected, Ecosystem, FixState, NameKind, Reference};

use criteria::{Condition, Reader, State, Tested};
use test::Tests;

use super::facts::{fixed_in, not_affected, unfixed, vector, word};
use super::xml::Element;
use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

pub use alma::ALMA;
pub use alt::ALT;
pub use anolis::ANOLIS;
pub use azure::AzureLinux;
pub use debian::DEBIAN;
pub use oracle::ORACLE;
pub use photon::PHOTON;
pub use redhat::RED_HAT;
pub use suse::SUSE;
pub use ubuntu::UBUNTU;

/// A distribution's definitions. What each says in its own way is data here, each in a file of its own.
#[derive(Clone, Copy, Debug)]
pub struct Oval {
    about: About,
    /// What the generator in the document's head is called, or begins with.
    product: &'static str,
    /// How ratings name the publisher.
    source: &'static str,
    names: NameKind,
    /// The ecosystem of a release by its name: `Oracle Linux 8`.
    ecosystem: fn(&str) -> Option<Ecosystem>,
    /// Whether a test of a package's presence says that it is affected.
    presence: bool,
}

impl Feed for Oval {
    fn about(&self) -> &About {
        &self.about
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        is_oval(shape) && generator(document).is_some_and(|product| product.starts_with(self.product))
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        // Tests stand behind the definitions that they are of.
        let mut tests = Tests::default();
        super::elements(self, &document, test::WANTED, &mut |element| {
            tests.add(element);
            Ok(())
        })?;
        let feed = format!("{}/{}", self.about.id, stem(document.name));
        // One vulnerability may have a definition for each package.
        let mut records: BTreeMap<String, Advisory> = BTreeMap::new();
        super::elements(self, &document, &["definition"], &mut |definition| match self.advisory(
            &definition,
            &tests,
            &feed,
        ) {
            Ok(advisory) => {
                merge(&mut records, advisory);
                Ok(())
            }
            Err(why) => emit(skipped(&document, definition.attribute("id").unwrap_or("a definition"), why)),
        })?;
        records.into_values().try_for_each(|advisory| emit(Parsed::Advisory(Box::new(advisory))))?;
        emit(Parsed::Complete(feed))
    }
}

fn merge(records: &mut BTreeMap<String, Advisory>, advisory: Advisory) {
    let Some(known) = records.get_mut(&advisory.id) else {
        records.insert(advisory.id.clone(), advisory);
        return;
    };
    known.affected.extend(advisory.affected);
    known.modified = known.modified.take().max(advisory.modified);
    for rating in advisory.ratings {
        if !known.ratings.contains(&rating) {
            known.ratings.push(rating);
        }
    }
}

pub(super) fn is_oval(shape: &Shape<'_>) -> bool {
    shape.form == Form::Xml && shape.names.first().is_some_and(|root| root == "oval_definitions")
}

/// What the head of the document says that it was made by.
fn generator<'a>(document: &Document<'a>) -> Option<&'a str> {
    let head = document.bytes.get(..8192).unwrap_or(document.bytes);
    let mark = b"product_name>";
    let at = head.windows(mark.len()).position(|window| window == mark)?;
    let rest = head.get(at + mark.len()..)?;
    let end = rest.iter().position(|&byte| byte == b'<')?;
    std::str::from_utf8(rest.get(..end)?).ok().map(str::trim)
}

/// The file's name without its endings: publishers make a file for each release.
fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\', ' ']).next().unwrap_or(name);
    let file = file.strip_suffix(".xml").unwrap_or(file);
    file.strip_suffix(".oval").unwrap_or(file)
}

impl Oval {
    fn advisory(&self, definition: &Element, tests: &Tests, feed: &str) -> Result<Advisory, String> {
        let metadata = definition.child("metadata").ok_or("it has no metadata")?;
        let title = metadata.text_of("title").unwrap_or_default();
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let (id, summary) = id(&title).ok_or_else(|| format!("its title {title:?} names no id"))?;
        let advisory = metadata.child("advisory");
        let references = || metadata.children("reference");
        let mut upstream: Vec<String> = references()
            .filter(|reference| reference.attribute("source") == Some("CVE"))
            .filter_map(|reference| reference.attribute("ref_id"))
            // Photon writes `CVE:00001:CVE-2023-5115`, SUSE `Mitre CVE-2001-1267`.
            .filter_map(|id| id.rsplit([':', ' ']).next())
            .filter(|other| *other != id)
            .map(str::to_owned)
            .collect();
        upstream.dedup();
        let affected = self.affected(definition, metadata, tests);
        let date = |name: &str| {
            let date = advisory?.child(name)?.attribute("date")?;
            Some(if date.len() == 10 { format!("{date}T00:00:00Z") } else { date.to_owned() })
        };
        Ok(Advisory {
            feed: feed.to_owned(),
            summary: summary.to_owned(),
            published: date("issued"),
            modified: date("updated").or_else(|| date("issued")),
            kind: super::osv::kind(id),
            ratings: self.ratings(advisory),
            affected,
            references: references()
                .filter_map(|reference| {
                    Some(Reference {
                        kind: "WEB".to_owned(),
                        url: reference.attribute("ref_url")?.to_owned(),
                    })
                })
                .collect(),
            upstream,
            id: id.to_owned(),
            ..Advisory::default()
        })
    }

    /// The publisher's word, and the vector where the definition is of one vulnerability.
    fn ratings(&self, advisory: Option<&Element>) -> Vec<plimsoll_core::Rating> {
        let Some(advisory) = advisory else { return Vec::new() };
        let severity = advisory.text_of("severity").filter(|word| *word != "N/A");
        let mut ratings: Vec<_> = severity.map(|severity| word(self.source, severity)).into_iter().collect();
        let mut cves = advisory.children("cve");
        if let (Some(cve), None) = (cves.next(), cves.next()) {
            let vectors =
                ["cvss4", "cvss3", "cvss", "cvss_vector"].iter().filter_map(|name| cve.attribute(name));
            // Red Hat writes `7.0/CVSS:3.1/AV:L/…`, others the vector alone.
            let vectors = vectors.filter_map(|text| {
                text.find("CVSS:").or_else(|| text.find("AV:")).and_then(|at| text.get(at..))
            });
            ratings.extend(vectors.map(|text| vector(self.source, text)));
        }
        ratings
    }

    fn affected(&self, definition: &Element, metadata: &Element, tests: &Tests) -> Vec<Affected> {
        // Red Hat has definitions that say what is not affected.
        let never = definition.attribute("id").is_some_and(|id| id.contains(".unaffected:"));
        let installed = if never { State::Never } else { State::Open };
        let is_platform = |text: &str| (self.ecosystem)(text).is_some();
        let reader =
            Reader { tests, is_platform: &is_platform, installed: self.presence.then_some(&installed) };
        let stated = || {
            let platforms = metadata.children("affected").flat_map(|affected| affected.children("platform"));
            platforms.filter_map(|platform| (self.ecosystem)(platform.text.trim())).collect::<Vec<_>>()
        };
        let products = redhat::products(metadata);
        let fixes = redhat::resolutions(metadata);
        let mut out: Vec<Affected> = Vec::new();
        let Some(criteria) = definition.child("criteria") else { return out };
        reader.walk(criteria, &Condition::default(), &mut |tested| {
            let mut ecosystems: Vec<Ecosystem> = match &products {
                Some(products) if self.source == "Red Hat" => products.clone(),
                _ => tested.condition.platforms.iter().filter_map(|text| (self.ecosystem)(text)).collect(),
            };
            if ecosystems.is_empty() {
                ecosystems = stated();
            }
            for ecosystem in ecosystems {
                self.entries(ecosystem, &tested, never, &fixes, &mut out);
            }
        });
        let mut seen = std::collections::HashSet::new();
        out.retain(|entry| seen.insert(format!("{entry:?}")));
        out
    }

    fn entries(
        &self,
        ecosystem: Ecosystem,
        tested: &Tested<'_>,
        never: bool,
        fixes: &[(String, FixState)],
        out: &mut Vec<Affected>,
    ) {
        let mut entry = Affected::new(ecosystem, tested.name.as_str(), self.names);
        entry.arch = match &tested.condition.arch {
            Some(arch) => vec![arch.clone()],
            None => tested.arch.clone(),
        };
        entry.module.clone_from(&tested.condition.module);
        match &tested.state {
            _ if never => entry.ranges = not_affected(),
            State::Never => entry.ranges = not_affected(),
            State::Open => {
                entry.ranges = unfixed();
                entry.fix = Some(redhat::fix(fixes, &tested.name).unwrap_or(FixState::NotAvailable));
            }
            State::Before(version) => {
                let version = version.strip_prefix("0:").unwrap_or(version);
                entry.ranges = fixed_in(version);
                if let Some(pro) = ubuntu::pro(&entry.ecosystem, version) {
                    // The fix is for those who have Pro alone.
                    let fixed = Affected { ecosystem: pro, ..entry.clone() };
                    entry.ranges = unfixed();
                    entry.fix = Some(FixState::NotAvailable);
                    out.push(fixed);
                }
            }
        }
        out.push(entry);
    }
}

/// The id in a definition's title, and what follows it: `ELSA-2007-0057: Moderate: …`,
/// `PHSA-2024:00001 ansible Security Update. (Important)`, `USN-6561-1 -- libssh vulnerability`,
/// `Unaffected components for: CVE-2002-0059 zlib: …`.
fn id(title: &str) -> Option<(&str, &str)> {
    let mut rest = title;
    while !rest.is_empty() {
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        let word = word.trim_end_matches([':', ',']);
        let (head, tail) = word.split_once('-').unwrap_or((word, ""));
        let is_id = head.len() > 1
            && head.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            && tail.bytes().any(|byte| byte.is_ascii_digit());
        if is_id {
            return Some((word, after.trim_start_matches("-- ").trim()));
        }
        rest = after;
    }
    None
}
