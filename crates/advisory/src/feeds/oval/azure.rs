use std::collections::HashMap;

use plimsoll_core::{Advisory, Affected, Ecosystem, Event, FixState, NameKind, Range, RangeKind};

use super::{generator, is_oval};
use crate::Error;
use crate::feeds::facts::word;
use crate::feeds::xml::Element;
use crate::feeds::{About, Document, Emit, Feed, Parsed, Shape, skipped};

/// Azure Linux's and CBL-Mariner's definitions: one a CVE and source package.
#[derive(Clone, Copy, Debug, Default)]
pub struct AzureLinux;

/// What a test looks at: the name of an object, and a bound of a state.
#[derive(Default)]
struct Tests {
    tests: HashMap<String, (String, String)>,
    objects: HashMap<String, String>,
    states: HashMap<String, (String, String)>,
}

impl Feed for AzureLinux {
    fn about(&self) -> &'static About {
        &About {
            id: "azure-linux",
            title: "Azure Linux vulnerability data",
            address: "https://github.com/microsoft/AzureLinuxVulnerabilityData",
            licence: "MIT",
            decides: "which Azure Linux source packages are affected by a CVE, and from which version on they are not",
        }
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        is_oval(shape)
            && (generator(document)
                .is_some_and(|product| product.contains("Azure Linux") || product.contains("Mariner")))
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let mut tests = Tests::default();
        let mut definitions = Vec::new();
        let wanted = ["definition", "rpminfo_test", "rpminfo_object", "rpminfo_state"];
        crate::feeds::elements(self, &document, &wanted, &mut |element| {
            if element.name == "definition" {
                definitions.push(element);
            } else {
                tests.add(element);
            }
            Ok(())
        })?;
        // A few versions are of packages that an older release has built.
        let built = tests.states.values().filter_map(|(_, evr)| release_of(evr));
        let release = release_of(document.name).or_else(|| most(built));
        let Some(release) = release else {
            return Err(Error::Document {
                feed: self.about().id,
                path: document.name.to_owned(),
                why: "it does not say which release it is for".to_owned(),
            });
        };
        let feed = format!("azure-linux/{release}");
        let ecosystem = Ecosystem::with_release("Azure Linux", release);
        // One CVE has a definition for each source package.
        let mut records: std::collections::BTreeMap<String, Advisory> = std::collections::BTreeMap::new();
        for definition in &definitions {
            if let Err(why) = add(&mut records, definition, &tests, &ecosystem, &feed) {
                emit(skipped(&document, definition.attribute("id").unwrap_or("a definition"), why))?;
            }
        }
        for advisory in records.into_values() {
            emit(Parsed::Advisory(Box::new(advisory)))?;
        }
        emit(Parsed::Complete(feed))
    }
}

impl Tests {
    fn add(&mut self, element: Element) {
        let Some(id) = element.attribute("id").map(str::to_owned) else { return };
        let reference =
            |name: &str, attribute: &str| element.child(name)?.attribute(attribute).map(str::to_owned);
        match element.name.as_str() {
            "rpminfo_test" => {
                if let (Some(object), Some(state)) =
                    (reference("object", "object_ref"), reference("state", "state_ref"))
                {
                    self.tests.insert(id, (object, state));
                }
            }
            "rpminfo_object" => {
                if let Some(name) = element.text_of("name") {
                    self.objects.insert(id, name.to_owned());
                }
            }
            _ => {
                if let Some(evr) = element.child("evr") {
                    let operation = evr.attribute("operation").unwrap_or("less than").to_owned();
                    self.states.insert(id, (operation, evr.text.trim().to_owned()));
                }
            }
        }
    }

    fn bound(&self, test: &str) -> Option<(&str, &str, &str)> {
        let (object, state) = self.tests.get(test)?;
        let (operation, evr) = self.states.get(state)?;
        Some((self.objects.get(object)?, operation, evr))
    }
}

fn add(
    records: &mut std::collections::BTreeMap<String, Advisory>,
    definition: &Element,
    tests: &Tests,
    ecosystem: &Ecosystem,
    feed: &str,
) -> Result<(), String> {
    let metadata = definition.child("metadata").ok_or("it has no metadata")?;
    let patchable = metadata.text_of("patchable").unwrap_or_default();
    if patchable.eq_ignore_ascii_case("not applicable") {
        return Ok(());
    }
    let id = metadata.children("reference").find(|reference| reference.attribute("source") == Some("CVE"));
    let id = id.and_then(|reference| reference.attribute("ref_id")).ok_or("it names no CVE")?;
    let mut name = None;
    let mut from = None;
    let mut until = None;
    let criteria = definition.children("criteria").flat_map(|criteria| criteria.children("criterion"));
    for test in criteria.filter_map(|criterion| criterion.attribute("test_ref")) {
        let (package, operation, evr) =
            tests.bound(test).ok_or_else(|| format!("its test {test} is missing"))?;
        name = Some(package);
        let version = evr.strip_prefix("0:").unwrap_or(evr).to_owned();
        match operation {
            "less than" => until = Some(Event::Fixed(version)),
            "less than or equal" => until = Some(Event::LastAffected(version)),
            "greater than" => {
                from = Some(crate::feeds::ranges::next(plimsoll_version::Scheme::Rpm, &version))
            }
            "greater than or equal" => from = Some(version),
            "equals" => {
                from = Some(version.clone());
                until = Some(Event::LastAffected(version));
            }
            other => return Err(format!("its comparison {other:?} is none that is known")),
        }
    }
    let name = name.ok_or("it tests no package")?;
    let mut events = vec![Event::Introduced(from.unwrap_or_else(|| "0".to_owned()))];
    let fixed = matches!(until, Some(Event::Fixed(_)));
    events.extend(until);
    let mut affected = Affected::new(ecosystem.clone(), name, NameKind::Source);
    affected.ranges = vec![Range { kind: RangeKind::Ecosystem, events }];
    affected.fix = (!fixed).then_some(FixState::NotAvailable);
    if let Some(severity) = metadata.text_of("severity") {
        affected.ratings.push(word("Azure Linux", severity));
    }
    let date = metadata.text_of("advisory_date").map(str::to_owned);
    let record = records.entry(id.to_owned()).or_insert_with_key(|id| Advisory {
        id: id.clone(),
        feed: feed.to_owned(),
        ..Advisory::default()
    });
    record.modified = record.modified.take().max(date);
    record.affected.push(affected);
    Ok(())
}

/// The release that is named most often.
fn most<'a>(releases: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    releases.for_each(|release| *counts.entry(release).or_default() += 1);
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(release, _)| release)
}

/// `1.20.7-1.azl3`, `1.1.1k-28.cm2`, `azurelinux-3.0-oval.xml`, `cbl-mariner-2.0-oval.xml`.
fn release_of(text: &str) -> Option<&'static str> {
    if text.contains(".azl3") || text.contains("azurelinux-3.0") {
        Some("3")
    } else if text.contains(".cm2") || text.contains("mariner-2.0") {
        Some("2")
    } else if text.contains(".cm1") || text.contains("mariner-1.0") {
        Some("1")
    } else {
        None
    }
}
