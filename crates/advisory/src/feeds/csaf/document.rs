//! The parts of a CSAF 2.0 document that are read (OASIS CSAF 2.0, section 3.2).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Csaf<'a> {
    #[serde(borrow)]
    pub(super) document: Meta<'a>,
    #[serde(borrow)]
    pub(super) product_tree: Option<Tree<'a>>,
    #[serde(borrow, default)]
    pub(super) vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Meta<'a> {
    #[serde(borrow)]
    pub(super) category: Option<Cow<'a, str>>,
    pub(super) title: Option<String>,
    #[serde(borrow)]
    pub(super) publisher: Option<Publisher<'a>>,
    #[serde(borrow)]
    pub(super) tracking: Tracking<'a>,
    #[serde(borrow)]
    pub(super) aggregate_severity: Option<Severity<'a>>,
    #[serde(default)]
    pub(super) references: Vec<Link>,
}

#[derive(Deserialize)]
pub(super) struct Publisher<'a> {
    #[serde(borrow)]
    pub(super) name: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Tracking<'a> {
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
    pub(super) current_release_date: Option<String>,
    pub(super) initial_release_date: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Severity<'a> {
    #[serde(borrow)]
    pub(super) text: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Link {
    pub(super) category: Option<String>,
    pub(super) url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Tree<'a> {
    #[serde(borrow, default)]
    pub(super) branches: Vec<Branch<'a>>,
    #[serde(borrow, default)]
    pub(super) relationships: Vec<Relationship<'a>>,
    #[serde(borrow, default)]
    pub(super) full_product_names: Vec<Product<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Branch<'a> {
    #[serde(borrow)]
    pub(super) product: Option<Product<'a>>,
    #[serde(borrow, default)]
    pub(super) branches: Vec<Branch<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Product<'a> {
    #[serde(borrow)]
    pub(super) product_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) product_identification_helper: Option<Helper<'a>>,
}

#[derive(Default, Deserialize)]
pub(super) struct Helper<'a> {
    #[serde(borrow)]
    pub(super) cpe: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) purl: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Relationship<'a> {
    #[serde(borrow)]
    pub(super) full_product_name: Product<'a>,
    #[serde(borrow)]
    pub(super) product_reference: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) relates_to_product_reference: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Vulnerability<'a> {
    #[serde(borrow)]
    pub(super) cve: Option<Cow<'a, str>>,
    pub(super) title: Option<String>,
    #[serde(borrow)]
    pub(super) cwe: Option<Cwe<'a>>,
    #[serde(borrow, default)]
    pub(super) product_status: BTreeMap<Cow<'a, str>, Vec<Cow<'a, str>>>,
    #[serde(borrow, default)]
    pub(super) remediations: Vec<Remediation<'a>>,
    #[serde(borrow, default)]
    pub(super) threats: Vec<Threat<'a>>,
    #[serde(borrow, default)]
    pub(super) scores: Vec<Scored<'a>>,
    #[serde(default)]
    pub(super) references: Vec<Link>,
}

#[derive(Deserialize)]
pub(super) struct Cwe<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Remediation<'a> {
    #[serde(borrow)]
    pub(super) category: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) details: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) url: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) product_ids: Vec<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Threat<'a> {
    #[serde(borrow)]
    pub(super) category: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) details: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Scored<'a> {
    #[serde(borrow)]
    pub(super) cvss_v2: Option<Cvss<'a>>,
    #[serde(borrow)]
    pub(super) cvss_v3: Option<Cvss<'a>>,
    #[serde(borrow)]
    pub(super) cvss_v4: Option<Cvss<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Cvss<'a> {
    #[serde(rename = "vectorString", borrow)]
    pub(super) vector: Option<Cow<'a, str>>,
}
