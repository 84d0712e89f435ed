//! CSAF 2.0 and 2.1 (OASIS), any profile with product statuses.

use std::collections::HashMap;

use super::{VexDocument, VexProduct, VexStatement, VexStatus};
use crate::import::Node;

pub(super) fn read(node: &Node, document: &mut VexDocument) {
    let head = node.get("document");
    let tracking = head.and_then(|head| head.get("tracking"));
    let publisher = head.and_then(|head| head.get("publisher"));
    document.id = tracking.and_then(|of| of.text_at("id")).map(str::to_owned);
    document.author = publisher.and_then(|of| of.text_at("name")).map(str::to_owned);
    let released = tracking.and_then(|of| of.text_at("current_release_date")).map(str::to_owned);
    let tree = Tree::new(node.get("product_tree"));
    for vulnerability in node.get("vulnerabilities").map(Node::items).unwrap_or_default() {
        let mut ids = ids(vulnerability);
        let status = vulnerability.get("product_status");
        let id = if ids.is_empty() { String::new() } else { ids.remove(0) };
        let flags = by_product(vulnerability, "flags", "label", None, &tree);
        let impacts = by_product(vulnerability, "threats", "details", Some("impact"), &tree);
        for (list, products) in status.into_iter().flat_map(Node::entries) {
            let status = match list {
                "known_not_affected" => VexStatus::NotAffected,
                "fixed" | "first_fixed" => VexStatus::Fixed,
                "known_affected" | "first_affected" | "last_affected" => VexStatus::Affected,
                "under_investigation" => VexStatus::UnderInvestigation,
                // `recommended` says what to install, not what is affected; 2.1's `unknown` says nothing.
                _ => continue,
            };
            for product in products.items().iter().filter_map(Node::text) {
                let (whole, part) = tree.resolve(product);
                document.statements.push(VexStatement {
                    vulnerability: id.clone(),
                    aliases: ids.clone(),
                    product: whole,
                    subcomponent: part,
                    versions: Vec::new(),
                    status,
                    // Flags are about products that are not affected (section 3.2.3.5).
                    justification: of(&flags, product).filter(|_| status == VexStatus::NotAffected),
                    impact: of(&impacts, product),
                    timestamp: released.clone(),
                });
            }
        }
    }
}

fn ids(vulnerability: &Node) -> Vec<String> {
    let others = vulnerability.get("ids").map(Node::items).unwrap_or_default();
    let all =
        vulnerability.text_at("cve").into_iter().chain(others.iter().filter_map(|id| id.text_at("text")));
    all.map(str::to_owned).collect()
}

/// What a list says of products: those it names, or all (`None`) where it names none.
type ByProduct = HashMap<Option<String>, String>;

fn by_product(
    vulnerability: &Node,
    list: &str,
    text: &str,
    category: Option<&str>,
    tree: &Tree,
) -> ByProduct {
    let mut all = HashMap::new();
    for item in vulnerability.get(list).map(Node::items).unwrap_or_default() {
        if category.is_some() && item.text_at("category") != category {
            continue;
        }
        let Some(text) = item.text_at(text) else { continue };
        let mut products = item.texts("product_ids").unwrap_or_default();
        for group in item.texts("group_ids").unwrap_or_default() {
            products.extend(tree.groups.get(&group).into_iter().flatten().cloned());
        }
        if products.is_empty() {
            all.insert(None, text.to_owned());
        }
        all.extend(products.into_iter().map(|product| (Some(product), text.to_owned())));
    }
    all
}

fn of(all: &ByProduct, product: &str) -> Option<String> {
    all.get(&Some(product.to_owned())).or(all.get(&None)).cloned()
}

/// What a product tree tells of product ids.
#[derive(Default)]
struct Tree {
    /// Package URLs and CPE names.
    products: HashMap<String, VexProduct>,
    /// Of a component in a product: the component and the product.
    relationships: HashMap<String, (String, String)>,
    groups: HashMap<String, Vec<String>>,
}

/// How far a component of a component of a product is followed.
const DEEPEST: usize = 8;

impl Tree {
    fn new(node: Option<&Node>) -> Self {
        let mut tree = Self::default();
        let Some(node) = node else { return tree };
        // JSON's own limit bounds the depth of branches.
        let mut open = vec![node];
        while let Some(branch) = open.pop() {
            open.extend(branch.get("branches").map(Node::items).unwrap_or_default());
            tree.add(branch.get("product"));
        }
        for product in node.get("full_product_names").map(Node::items).unwrap_or_default() {
            tree.add(Some(product));
        }
        for relationship in node.get("relationships").map(Node::items).unwrap_or_default() {
            let id = relationship.get("full_product_name").and_then(|of| of.text_at("product_id"));
            let part = relationship.text_at("product_reference");
            let whole = relationship.text_at("relates_to_product_reference");
            if let (Some(id), Some(part), Some(whole)) = (id, part, whole) {
                tree.relationships.insert(id.to_owned(), (part.to_owned(), whole.to_owned()));
            }
            tree.add(relationship.get("full_product_name"));
        }
        for group in node.get("product_groups").map(Node::items).unwrap_or_default() {
            if let Some(id) = group.text_at("group_id") {
                tree.groups.insert(id.to_owned(), group.texts("product_ids").unwrap_or_default());
            }
        }
        tree
    }

    fn add(&mut self, product: Option<&Node>) {
        let Some(product) = product else { return };
        let Some(id) = product.text_at("product_id") else { return };
        let helper = product.get("product_identification_helper");
        // 2.1 has a list of package URLs.
        let purl = helper.and_then(|of| of.text_at("purl")).map(str::to_owned);
        let purls = helper.map(|of| of.texts("purls").unwrap_or_default()).unwrap_or_default();
        let cpe = helper.and_then(|of| of.text_at("cpe")).map(str::to_owned);
        let known = VexProduct { id: id.to_owned(), purls: purl.into_iter().chain(purls).collect(), cpe };
        if !known.purls.is_empty() || known.cpe.is_some() || !self.products.contains_key(id) {
            self.products.insert(id.to_owned(), known);
        }
    }

    /// A product id as a product and the part of it that is meant, if it means a part. The product keeps the id that
    /// the document uses, so that what is said of it can be found there.
    fn resolve(&self, id: &str) -> (VexProduct, Option<VexProduct>) {
        let Some((part, whole)) = self.relationships.get(id) else {
            return (self.product(id), None);
        };
        let mut part = part;
        let mut whole = whole;
        for _ in 0..DEEPEST {
            match (self.relationships.get(part), self.relationships.get(whole)) {
                (Some((inner, _)), _) => part = inner,
                (None, Some((_, outer))) => whole = outer,
                (None, None) => break,
            }
        }
        (VexProduct { id: id.to_owned(), ..self.product(whole) }, Some(self.product(part)))
    }

    fn product(&self, id: &str) -> VexProduct {
        self.products.get(id).cloned().unwrap_or_else(|| VexProduct::new(id))
    }
}
