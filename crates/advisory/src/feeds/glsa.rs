//! Gentoo's security advisories (GLSA), one XML document each.

use plimsoll_core::{Advisory, Affected, Ecosystem, NameKind, Reference};
use plimsoll_version::Scheme;
use plimsoll_version::expression::Syntax;

use super::facts::word;
use super::ranges::{Ranges, all_but};
use super::xml::Element;
use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// `glsa-….xml`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Glsa;

impl Feed for Glsa {
    fn about(&self) -> &'static About {
        &About {
            id: "glsa",
            title: "Gentoo Linux Security Advisories",
            address: "https://gitweb.gentoo.org/data/glsa.git",
            licence: "CC-BY-SA-4.0",
            decides: "which versions of a Gentoo package are affected",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.form == Form::Xml && shape.names.first().is_some_and(|root| root == "glsa")
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        super::elements(self, &document, &["glsa"], &mut |glsa| match advisory(&glsa) {
            Ok(advisory) => emit(Parsed::Advisory(Box::new(advisory))),
            Err(why) => emit(skipped(&document, glsa.attribute("id").unwrap_or("the advisory"), why)),
        })
    }
}

fn advisory(glsa: &Element) -> Result<Advisory, String> {
    let id = glsa.attribute("id").ok_or("it has no id")?;
    let packages = glsa.children("affected").flat_map(|affected| affected.children("package"));
    let affected: Vec<Affected> = packages.map(package).collect::<Result<_, _>>()?;
    let links = || glsa.children("references").flat_map(|references| references.children("uri"));
    let mut upstream: Vec<String> = Vec::new();
    for link in links() {
        let id = link.text.trim();
        if id.starts_with("CVE-") && !upstream.iter().any(|known| known == id) {
            upstream.push(id.to_owned());
        }
    }
    let day = |text: &str| if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    // Older ones write `2004-05-11: 02`.
    let revised = glsa.text_of("revised").and_then(|text| text.split(':').next()).map(str::trim).map(day);
    let impact = glsa.child("impact").and_then(|impact| impact.attribute("type"));
    Ok(Advisory {
        id: format!("GLSA-{id}"),
        feed: "glsa".to_owned(),
        upstream,
        summary: glsa.text_of("title").unwrap_or_default().to_owned(),
        published: glsa.text_of("announced").map(day),
        modified: revised,
        ratings: impact.map(|impact| word("Gentoo", impact)).into_iter().collect(),
        affected,
        references: links()
            .filter_map(|link| {
                Some(Reference { kind: "WEB".to_owned(), url: link.attribute("link")?.to_owned() })
            })
            .collect(),
        ..Advisory::default()
    })
}

/// Affected is what any `vulnerable` range holds and no `unaffected` one.
fn package(package: &Element) -> Result<Affected, String> {
    let name = package.attribute("name").ok_or("a package has no name")?;
    let mut safe: Vec<String> = Vec::new();
    // What no vulnerable range holds is outside all of them.
    let mut outside: Vec<String> = Vec::new();
    for bound in &package.children {
        let operation = bound.attribute("range").unwrap_or("eq");
        let version = bound.text.trim();
        match (bound.name.as_str(), version) {
            (_, "") => {}
            ("unaffected", "*") => safe.push(String::new()),
            ("vulnerable", "*") => outside.push("< 0".to_owned()),
            ("unaffected", _) => safe.push(within(operation, version)?),
            ("vulnerable", _) => outside.push(without(operation, version)?),
            _ => {}
        }
    }
    let ranges = if outside.is_empty() {
        Ranges::default()
    } else if outside.iter().any(|text| text.contains("||")) {
        // Several gaps can't be one list of comparisons: the ranges as they are.
        let vulnerable = package
            .children("vulnerable")
            .map(|bound| within(bound.attribute("range").unwrap_or("eq"), bound.text.trim()));
        let text = vulnerable.collect::<Result<Vec<_>, _>>()?.join(" || ");
        Ranges::read(Syntax::Comparators(Scheme::Portage), &text)?
    } else {
        safe.push(outside.join(", "));
        all_but(Syntax::Comparators(Scheme::Portage), &safe)?
    };
    let mut affected = Affected::new(Ecosystem::new("Gentoo"), name, NameKind::Binary);
    affected.ranges = ranges.ranges;
    affected.versions = ranges.versions;
    let arch = package.attribute("arch").unwrap_or("*");
    if arch != "*" {
        affected.arch = arch.split_whitespace().map(str::to_owned).collect();
    }
    Ok(affected)
}

/// What a range holds. Those with an `r` are about the revisions of one version alone (GLSA DTD).
fn within(operation: &str, version: &str) -> Result<String, String> {
    let (base, _) = revision(version);
    Ok(match operation {
        "lt" => format!("< {version}"),
        "le" => format!("<= {version}"),
        "eq" => format!("= {version}"),
        "ge" => format!(">= {version}"),
        "gt" => format!("> {version}"),
        "rlt" => format!(">= {base}, < {version}"),
        "rle" => format!(">= {base}, <= {version}"),
        "rge" => format!(">= {version}, <= {base}-r{LAST}"),
        "rgt" => format!("> {version}, <= {base}-r{LAST}"),
        other => return Err(format!("its range {other:?} is none that is known")),
    })
}

fn without(operation: &str, version: &str) -> Result<String, String> {
    let (base, _) = revision(version);
    Ok(match operation {
        "lt" => format!(">= {version}"),
        "le" => format!("> {version}"),
        "eq" => format!("< {version} || > {version}"),
        "ge" => format!("< {version}"),
        "gt" => format!("<= {version}"),
        "rlt" => format!("< {base} || >= {version}"),
        "rle" => format!("< {base} || > {version}"),
        "rge" => format!("< {version} || > {base}-r{LAST}"),
        "rgt" => format!("<= {version} || > {base}-r{LAST}"),
        other => return Err(format!("its range {other:?} is none that is known")),
    })
}

/// A revision that none is above.
const LAST: u32 = 999_999_999;

/// `1.2-r3` is the third revision of `1.2`.
fn revision(version: &str) -> (&str, Option<&str>) {
    match version.rsplit_once("-r") {
        Some((base, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => (base, Some(number)),
        _ => (version, None),
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_core::Event;

    use super::*;
    use crate::feeds::xml;

    fn ranges(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        xml::each::<()>(text, &["package"], &mut |element| {
            out.push(package(&element).unwrap());
            Ok(())
        })
        .unwrap();
        let show = |event: &Event| match event {
            Event::Introduced(version) => format!(">={version}"),
            Event::Fixed(version) => format!("<{version}"),
            Event::LastAffected(version) => format!("<={version}"),
            Event::Limit(version) => version.clone(),
        };
        let shown =
            out[0].ranges.iter().map(|range| range.events.iter().map(show).collect::<Vec<_>>().join(" "));
        shown.chain(out[0].versions.iter().map(|version| format!("={version}"))).collect()
    }

    #[test]
    fn unaffected_revisions_are_taken_out() {
        let text = |inner: &str| format!("<package name=\"a/b\">{inner}</package>");
        assert_eq!(
            ranges(&text(
                "<unaffected range=\"ge\">1.33</unaffected><vulnerable range=\"lt\">1.33</vulnerable>"
            )),
            [">=0 <1.33"]
        );
        assert_eq!(
            ranges(&text(
                "<unaffected range=\"rge\">2.4-r3</unaffected><unaffected range=\"ge\">3.0</unaffected><vulnerable range=\"lt\">3.0</vulnerable>"
            )),
            [">=0 <2.4-r3", ">=2.4-r999999999.0.0.1 <3.0"]
                .map(|text| text.replace("r999999999.0.0.1", "r1000000000"))
        );
        assert_eq!(ranges(&text("<vulnerable range=\"eq\">1.0</vulnerable>")), ["=1.0"]);
        assert_eq!(
            ranges(&text(
                "<unaffected range=\"lt\">1.0</unaffected><vulnerable range=\"lt\">2.0</vulnerable>"
            )),
            [">=1.0 <2.0"]
        );
    }
}
