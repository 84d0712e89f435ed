//! Microsoft's security updates, as far as they are of Windows: by build, which is what an image says of itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use plimsoll_core::{Advisory, Affected, Ecosystem, NameKind};
use serde::Deserialize;

use super::facts::{fixed_in, vector, word};
use super::xml::Element;
use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// The monthly CVRF documents (XML), and the affected products of the Security Update Guide (JSON).
///
/// A Windows image has an `os.version` such as `10.0.20348.2340`: the build family `10.0.20348` is the package, the
/// whole the version. Updates are cumulative, so that a build fixes all that an older one of its family fixes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Msrc;

#[derive(Deserialize)]
struct Page {
    value: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    cve_number: String,
    product: Option<String>,
    #[serde(alias = "cveTitle")]
    title: Option<String>,
    severity: Option<String>,
    vector_string: Option<String>,
    release_date: Option<String>,
    #[serde(default)]
    kb_articles: Vec<Article>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Article {
    fixed_build_number: Option<String>,
}

impl Feed for Msrc {
    fn about(&self) -> &'static About {
        &About {
            id: "msrc",
            title: "Microsoft Security Update Guide",
            address: "https://api.msrc.microsoft.com/cvrf/v3.0/updates",
            licence: "Microsoft's terms of use",
            decides: "which builds of Windows are affected by a CVE, and which build fixes it",
        }
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        let head = document.bytes.get(..16 << 10).unwrap_or(document.bytes);
        let microsoft = || head.windows(9).any(|window| window == b"microsoft");
        match shape.form {
            Form::Xml => shape.names.first().is_some_and(|root| root == "cvrfdoc") && microsoft(),
            Form::Object => shape.has(&["@odata.context", "value"]) && microsoft(),
            _ => false,
        }
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        if Shape::of(document.bytes).form == Form::Xml {
            return cvrf(self, document, emit);
        }
        let page: Page = super::json(self, &document)?;
        let mut records: BTreeMap<String, Advisory> = BTreeMap::new();
        for (index, product) in page.value.into_iter().enumerate() {
            // The guide's list of vulnerabilities rates them and names no builds; that of advisories does neither.
            if product.get("cveNumber").is_none() {
                continue;
            }
            match Product::deserialize(product) {
                Ok(product) => add(&mut records, product),
                Err(e) => emit(skipped(&document, &format!("product {index}"), e))?,
            }
        }
        records.into_values().try_for_each(|advisory| emit(Parsed::Advisory(Box::new(advisory))))
    }
}

fn add(records: &mut BTreeMap<String, Advisory>, product: Product) {
    if product.product.as_deref().is_some_and(|name| !name.starts_with("Windows ")) {
        return;
    }
    let record = records.entry(product.cve_number).or_insert_with_key(|id| record(id.clone()));
    record.modified = record.modified.take().max(product.release_date);
    if let Some(title) = product.title.filter(|_| record.summary.is_empty()) {
        record.summary = title;
    }
    let builds = product.kb_articles.iter().filter_map(|article| article.fixed_build_number.as_deref());
    builds.for_each(|build| fix(record, build));
    if let Some(severity) = product.severity {
        let rating = word("Microsoft", &severity);
        if !record.ratings.contains(&rating) {
            record.ratings.push(rating);
        }
    }
    if let Some(text) = product.vector_string {
        let rating = vector("Microsoft", &text);
        if !record.ratings.contains(&rating) {
            record.ratings.push(rating);
        }
    }
}

fn record(id: String) -> Advisory {
    Advisory { id, feed: "msrc".to_owned(), ..Advisory::default() }
}

/// A build that fixes the vulnerability for its family.
fn fix(record: &mut Advisory, build: &str) {
    let Some((family, revision)) = build.trim().rsplit_once('.') else { return };
    let numbers = |text: &str| !text.is_empty() && text.split('.').all(|part| part.parse::<u32>().is_ok());
    // Other products write versions of their own here: only `10.0.20348.2340` is a build of Windows.
    if family.split('.').count() != 3 || !numbers(family) || !numbers(revision) {
        return;
    }
    let mut affected = Affected::new(Ecosystem::new("Windows"), family, NameKind::Binary);
    affected.ranges = fixed_in(build.trim());
    if !record.affected.contains(&affected) {
        record.affected.push(affected);
    }
}

fn cvrf(feed: &Msrc, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
    let mut names: HashMap<String, String> = HashMap::new();
    let mut date = None;
    let wanted = ["DocumentTracking", "ProductTree", "Vulnerability"];
    super::elements(feed, &document, &wanted, &mut |element| {
        match element.name.as_str() {
            "DocumentTracking" => date = element.text_of("CurrentReleaseDate").map(utc),
            "ProductTree" => products(&element, &mut names),
            _ => match vulnerability(&element, &names, date.as_deref()) {
                Ok(advisory) => emit(Parsed::Advisory(Box::new(advisory)))?,
                Err(why) => emit(skipped(&document, "a vulnerability", why))?,
            },
        }
        Ok(())
    })
}

fn utc(date: &str) -> String {
    if date.ends_with('Z') || date.contains('+') { date.to_owned() } else { format!("{date}Z") }
}

fn products(element: &Element, names: &mut HashMap<String, String>) {
    if element.name == "FullProductName"
        && let Some(id) = element.attribute("ProductID")
    {
        names.insert(id.to_owned(), element.text.trim().to_owned());
    }
    // The depth is that of the document, which its reader bounds.
    element.children.iter().for_each(|child| products(child, names));
}

fn vulnerability(
    element: &Element,
    names: &HashMap<String, String>,
    date: Option<&str>,
) -> Result<Advisory, &'static str> {
    let mut advisory = record(element.text_of("CVE").ok_or("it has no CVE")?.to_owned());
    advisory.summary = element.text_of("Title").unwrap_or_default().to_owned();
    advisory.modified = date.map(str::to_owned);
    let cwes = element.children("CWE").filter_map(|cwe| cwe.attribute("ID"));
    advisory.cwes = cwes.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect();
    let within = |list: &'static str, item: &'static str| {
        element.children(list).flat_map(move |list| list.children(item).collect::<Vec<_>>())
    };
    for remediation in within("Remediations", "Remediation") {
        let Some(build) = remediation.text_of("FixedBuild") else { continue };
        let windows = remediation
            .children("ProductID")
            .filter_map(|id| names.get(id.text.trim()))
            .any(|name| name.starts_with("Windows "));
        if windows {
            fix(&mut advisory, build);
        }
    }
    let mut ratings = Vec::new();
    for threat in within("Threats", "Threat").filter(|threat| threat.attribute("Type") == Some("Severity")) {
        ratings.extend(threat.text_of("Description").map(|severity| word("Microsoft", severity)));
    }
    for score in within("CVSSScoreSets", "ScoreSet") {
        ratings.extend(score.text_of("Vector").map(|text| vector("Microsoft", text)));
    }
    let mut seen = std::collections::HashSet::new();
    ratings.retain(|rating| seen.insert(rating.clone()));
    advisory.ratings = ratings;
    Ok(advisory)
}
