//! Amazon Linux's advisories as pages for people: what a repository's updateinfo says, of one advisory each.

use std::collections::BTreeSet;

use plimsoll_core::{Advisory, Affected, Ecosystem, NameKind, Reference};

use super::csaf::nevr;
use super::facts::{fixed_in, word};
use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// `alas.aws.amazon.com/AL2023/ALAS-2023-126.html`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alas;

/// What stands before the name of the release and of the advisory.
const HEADING: &str = " Security Advisory:</b>";

impl Feed for Alas {
    fn about(&self) -> &'static About {
        &About {
            id: "alas",
            title: "Amazon Linux Security Center, pages of advisories",
            address: "https://alas.aws.amazon.com/",
            licence: "Amazon's terms",
            decides: "which version of a package an Amazon Linux advisory brings, and which CVEs it fixes",
        }
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.form == Form::Xml
            && shape.names.first().is_some_and(|root| root.eq_ignore_ascii_case("html"))
            && String::from_utf8_lossy(document.bytes).contains(HEADING)
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let text = String::from_utf8_lossy(document.bytes);
        match advisory(&text) {
            Ok(advisory) => emit(Parsed::Advisory(Box::new(advisory))),
            Err(why) => emit(skipped(&document, "the page", why)),
        }
    }
}

fn advisory(page: &str) -> Result<Advisory, &'static str> {
    let (before, after) = page.split_once(HEADING).ok_or("it has no heading")?;
    let name = before.rsplit('>').next().unwrap_or_default().trim();
    let id = after.trim_start().split(|c: char| c.is_whitespace() || c == '<').next().unwrap_or_default();
    if !page.contains("</html>") {
        return Err("it is cut off");
    }
    if !id.starts_with("ALAS") {
        return Err("it names no advisory");
    }
    let release = match name.strip_prefix("Amazon Linux").map(str::trim) {
        Some("AMI" | "1" | "") => "1",
        Some(release) if release.starts_with(|c: char| c.is_ascii_digit()) => release,
        _ => return Err("its release is none of Amazon Linux"),
    };
    let ecosystem = Ecosystem::with_release("Amazon Linux", release);
    let references = section(page, "id='references'").unwrap_or_default();
    let mut upstream: Vec<String> = Vec::new();
    for cve in super::bodhi::cves(references) {
        if !upstream.contains(&cve) {
            upstream.push(cve);
        }
    }
    // The last section of the page: an advisory that fixes nothing yet has none.
    let packages = page.split_once("id='new_packages'").and_then(|(_, rest)| rest.split_once("</pre>"));
    let (packages, _) = packages.ok_or("its packages are not there, or cut off")?;
    Ok(Advisory {
        id: id.to_owned(),
        feed: format!("alas/{ecosystem}"),
        aliases: heading(page).filter(|alias| *alias != id).map(str::to_owned).into_iter().collect(),
        upstream,
        summary: summary(page),
        published: dated(page, "Advisory Release Date:"),
        modified: dated(page, "Advisory Updated Date:"),
        ratings: severity(page).map(|text| word("Amazon Linux", &text)).into_iter().collect(),
        affected: fixes(&ecosystem, packages),
        references: vec![Reference {
            kind: "ADVISORY".to_owned(),
            url: format!("https://alas.aws.amazon.com/{}{id}.html", folder(release)),
        }],
        ..Advisory::default()
    })
}

/// The pages of the first release are at the top.
fn folder(release: &str) -> String {
    if release == "1" { String::new() } else { format!("AL{release}/") }
}

/// What stands in the `div` of an attribute.
fn section<'a>(page: &'a str, attribute: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(attribute)?;
    rest.split_once("</div>").map(|(section, _)| section)
}

/// `<h1 id='…'>ALAS2023-2023-126</h1>`: the name that the release's repository gives the advisory.
fn heading(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("<h1")?;
    let (_, rest) = rest.split_once('>')?;
    rest.split_once('<').map(|(heading, _)| heading.trim()).filter(|heading| heading.starts_with("ALAS"))
}

fn summary(page: &str) -> String {
    let packages = section(page, "id='affected_packages'").and_then(|section| {
        let (_, rest) = section.split_once("<p>")?;
        rest.split_once("</p>").map(|(packages, _)| packages.trim())
    });
    packages.unwrap_or_default().to_owned()
}

/// The word after the marks around it.
fn severity(page: &str) -> Option<String> {
    let section = section(page, "id='severity'")?;
    let mut words = section.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text.trim());
    let word = words.rfind(|text| !text.is_empty())?;
    (word.chars().all(char::is_alphabetic)).then(|| word.to_owned())
}

/// `<b>Advisory Release Date:</b> 2023-03-07 00:29 Pacific`: the day.
fn dated(page: &str, label: &str) -> Option<String> {
    let (_, rest) = page.split_once(label)?;
    let day = rest.trim_start_matches("</b>").trim_start().get(..10)?;
    let digits = day.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    digits.then(|| format!("{day}T00:00:00Z"))
}

/// Files of packages, by architecture: `kpartx-0.8.7-16.amzn2023.0.1.aarch64`.
fn fixes(ecosystem: &Ecosystem, packages: &str) -> Vec<Affected> {
    let plain = packages.replace("&nbsp;", " ");
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for line in plain.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text.trim()) {
        let Some((package, arch)) = line.rsplit_once('.') else { continue };
        let (name, Some(version)) = nevr(package) else { continue };
        let kind = if arch == "src" { NameKind::Source } else { NameKind::Binary };
        if !seen.insert((name.to_owned(), version.clone(), arch == "src")) {
            continue;
        }
        let mut fixed = Affected::new(ecosystem.clone(), name, kind);
        fixed.ranges = fixed_in(version);
        out.push(fixed);
    }
    out
}
