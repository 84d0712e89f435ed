//! Red Hat's map of CVEs (`cvemap.xml`): what its security data API says, of all CVEs in one document.

use plimsoll_core::{Advisory, Reference};

use super::facts::{vector, word};
use super::redhat_data::{Release, State, cwes, releases, states};
use super::xml::Element;
use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// `cvemap.xml`, which Red Hat no longer publishes. Its packages are source packages.
#[derive(Clone, Copy, Debug, Default)]
pub struct CveMap;

impl Feed for CveMap {
    fn about(&self) -> &'static About {
        &About {
            id: "redhat-cvemap",
            title: "Red Hat's map of CVEs",
            address: "https://access.redhat.com/security/data/metrics/cvemap.xml",
            licence: "CC-BY-4.0",
            decides: "the state of a source rpm of a product: fixed, affected, not affected, will not fix, put off",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.form == Form::Xml && shape.names.first().is_some_and(|root| root == "cvemap")
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        super::elements(self, &document, &["Vulnerability"], &mut |element| match element
            .attribute("name")
            .filter(|name| name.starts_with("CVE-"))
        {
            Some(id) => emit(Parsed::Advisory(Box::new(advisory(id, &element)))),
            None => emit(skipped(&document, "a vulnerability", "it has no name")),
        })
    }
}

fn advisory(id: &str, element: &Element) -> Advisory {
    let text = |element: &Element, name: &str| element.text_of(name).map(str::to_owned);
    let released = element.children("AffectedRelease").map(|release| Release {
        advisory: text(release, "Advisory"),
        cpe: release.attribute("cpe").map(str::to_owned),
        package: text(release, "Package"),
    });
    let (mut affected, errata) = releases(released.collect());
    affected.extend(states(element.children("PackageState").filter_map(|state| {
        Some(State {
            fix_state: text(state, "FixState")?,
            package_name: text(state, "PackageName")?,
            cpe: state.attribute("cpe").map(str::to_owned),
        })
    })));
    let vectors = [("CVSS3", "CVSS3ScoringVector"), ("CVSS", "CVSSScoringVector")];
    let vectors = vectors.iter().filter_map(|(outer, inner)| element.child(outer)?.text_of(inner));
    let severity = element.text_of("ThreatSeverity").into_iter().map(|text| word("Red Hat", text));
    let summary = element.text_of("Bugzilla").unwrap_or_default();
    let urls = element.text_of("References").unwrap_or_default().split_whitespace();
    Advisory {
        id: id.to_owned(),
        feed: "redhat-cvemap".to_owned(),
        related: errata,
        summary: summary.split_whitespace().collect::<Vec<_>>().join(" "),
        published: text(element, "PublicDate"),
        ratings: severity.chain(vectors.map(|text| vector("Red Hat", text))).collect(),
        cwes: cwes(element.text_of("CWE").unwrap_or_default()),
        affected,
        references: urls.map(|url| Reference { kind: "WEB".to_owned(), url: url.to_owned() }).collect(),
        ..Advisory::default()
    }
}
