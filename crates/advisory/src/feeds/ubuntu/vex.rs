use std::collections::BTreeMap;

use plimsoll_core::{Advisory, Affected, FixState, NameKind, Purl};
use serde::Deserialize;

use super::ecosystem;
use crate::Error;
use crate::feeds::facts::{fixed_in, not_affected, unclear, unfixed};
use crate::feeds::{About, Document, Emit, Feed, Parsed, Shape, skipped};

/// Ubuntu's VEX: OpenVEX documents, one a CVE or a notice. Their products are packages by release; what they say of
/// source packages is read, since that is what holds for all architectures.
#[derive(Clone, Copy, Debug, Default)]
pub struct UbuntuVex;

#[derive(Deserialize)]
struct Vex {
    metadata: Option<Metadata>,
    author: Option<String>,
    timestamp: Option<String>,
    #[serde(default)]
    statements: Vec<Statement>,
}

#[derive(Deserialize)]
struct Metadata {
    author: Option<String>,
    timestamp: Option<String>,
}

#[derive(Deserialize)]
struct Statement {
    vulnerability: Vulnerability,
    #[serde(default)]
    products: Vec<Product>,
    status: String,
    action_statement: Option<String>,
    status_notes: Option<String>,
}

#[derive(Deserialize)]
struct Vulnerability {
    name: String,
    description: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
}

#[derive(Deserialize)]
struct Product {
    #[serde(rename = "@id")]
    id: String,
}

impl Feed for UbuntuVex {
    fn about(&self) -> &'static About {
        &About {
            id: "ubuntu-vex",
            title: "Ubuntu VEX",
            address: "https://security-metadata.canonical.com/vex/",
            licence: "CC-BY-SA-4.0",
            decides: "the state of every Ubuntu source package: fixed, affected, not affected, under investigation; Pro's as well",
        }
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        let head = document.bytes.get(..64 << 10).unwrap_or(document.bytes);
        let has = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
        shape.has(&["statements"]) && has(b"openvex") && (has(b"Canonical") || has(b"pkg:deb/ubuntu/"))
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let vex: Vex = match crate::feeds::json(self, &document) {
            Ok(vex) => vex,
            Err(e) => return emit(skipped(&document, "the document", e)),
        };
        let author = vex.author.or_else(|| vex.metadata.as_ref()?.author.clone()).unwrap_or_default();
        if !author.starts_with("Canonical") {
            return emit(skipped(
                &document,
                "the document",
                format!("{author:?} speaks of packages of others"),
            ));
        }
        let time = vex.timestamp.or_else(|| vex.metadata.as_ref()?.timestamp.clone());
        // Every vulnerability once; a document has a statement for each of its states.
        let mut records: BTreeMap<String, Advisory> = BTreeMap::new();
        for statement in vex.statements {
            add(&mut records, statement, time.as_deref());
        }
        records.into_values().try_for_each(|advisory| emit(Parsed::Advisory(Box::new(advisory))))
    }
}

fn add(records: &mut BTreeMap<String, Advisory>, statement: Statement, time: Option<&str>) {
    let vulnerability = statement.vulnerability;
    let record = records.entry(vulnerability.name).or_insert_with_key(|id| Advisory {
        id: id.clone(),
        feed: "ubuntu-vex".to_owned(),
        // A notice names the CVEs that it is about; a CVE, pages about it.
        upstream: vulnerability.aliases.into_iter().filter(|alias| alias.starts_with("CVE-")).collect(),
        summary: vulnerability
            .description
            .unwrap_or_default()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        modified: time.map(|time| if time.ends_with('Z') { time.to_owned() } else { format!("{time}Z") }),
        ..Advisory::default()
    });
    let why = statement.action_statement.or(statement.status_notes).unwrap_or_default();
    for product in statement.products {
        if let Some(affected) = affected(&product.id, &statement.status, &why)
            && !record.affected.contains(&affected)
        {
            record.affected.push(affected);
        }
    }
}

/// `pkg:deb/ubuntu/curl@7.47.0-1ubuntu2.19+esm13?arch=source&distro=esm-infra/xenial`. Its plus sign and its epoch's
/// colon are not always escaped, which a package URL's reader takes as they are.
fn affected(product: &str, status: &str, why: &str) -> Option<Affected> {
    let purl: Purl = product.parse().ok()?;
    let qualifier = |name: &str| purl.qualifiers.get(name).map(String::as_str);
    if purl.kind != "deb" || qualifier("arch") != Some("source") {
        return None;
    }
    let mut affected = Affected::new(ecosystem(qualifier("distro")?)?, purl.name.as_str(), NameKind::Source);
    affected.ranges = match status {
        "fixed" => fixed_in(purl.version.clone()?),
        "not_affected" => not_affected(),
        "affected" => unfixed(),
        "under_investigation" => unclear("under investigation"),
        _ => return None,
    };
    if status == "affected" {
        affected.fix = Some(fix(why));
    }
    Some(affected)
}

/// What is to become of it stands in a sentence.
fn fix(why: &str) -> FixState {
    let why = why.to_ascii_lowercase();
    // What the notes behind it say is not the state.
    let why = why.split("cve notes").next().unwrap_or_default();
    if why.contains("end of life") || why.contains("end-of-life") || why.contains("no longer supported") {
        FixState::EndOfLife
    } else if why.contains("not fix") || why.contains("ignored") {
        FixState::WontFix
    } else if why.contains("deferred") || why.contains("postponed") {
        FixState::Deferred
    } else {
        FixState::NotAvailable
    }
}
