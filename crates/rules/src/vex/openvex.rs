//! OpenVEX, <https://github.com/openvex/spec>.

use super::{VexDocument, VexProduct, VexStatement, VexStatus};
use crate::import::Node;

pub(super) fn read(node: &Node, document: &mut VexDocument) {
    document.id = node.text_at("@id").map(str::to_owned);
    document.author = node.text_at("author").map(str::to_owned);
    let issued = node.text_at("last_updated").or(node.text_at("timestamp"));
    for statement in node.get("statements").map(Node::items).unwrap_or_default() {
        if let Err(why) = read_one(statement, issued, document) {
            document.lose(&statement.shown(), &why);
        }
    }
}

fn read_one(statement: &Node, issued: Option<&str>, document: &mut VexDocument) -> Result<(), String> {
    let (vulnerability, aliases) = vulnerability(statement).ok_or("it names no vulnerability")?;
    let status = match statement.text_at("status") {
        Some("not_affected") => VexStatus::NotAffected,
        Some("affected") => VexStatus::Affected,
        Some("fixed") => VexStatus::Fixed,
        Some("under_investigation") => VexStatus::UnderInvestigation,
        other => return Err(format!("its status is {}", other.unwrap_or("missing"))),
    };
    let products = statement.get("products").map(Node::items).unwrap_or_default();
    if products.is_empty() {
        return Err("it names no product".to_owned());
    }
    let text = |key| statement.text_at(key).map(str::to_owned);
    // What a statement leaves out holds from the document (specification, "Inheritance").
    let timestamp = statement.text_at("last_updated").or(statement.text_at("timestamp")).or(issued);
    for node in products {
        let subcomponents = node.get("subcomponents").or(statement.get("subcomponents")).map(Node::items);
        let mut subcomponents: Vec<_> =
            subcomponents.unwrap_or_default().iter().map(|s| Some(product(s))).collect();
        if subcomponents.is_empty() {
            subcomponents.push(None);
        }
        for subcomponent in subcomponents {
            document.statements.push(VexStatement {
                vulnerability: vulnerability.clone(),
                aliases: aliases.clone(),
                product: product(node),
                subcomponent,
                versions: Vec::new(),
                status,
                justification: text("justification"),
                impact: text("impact_statement"),
                timestamp: timestamp.map(str::to_owned),
            });
        }
    }
    Ok(())
}

/// A text up to v0.0.1; since v0.2.0 a structure whose `@id` may be a link.
fn vulnerability(statement: &Node) -> Option<(String, Vec<String>)> {
    let node = statement.get("vulnerability")?;
    if let Some(id) = node.text() {
        return Some((id.trim().to_owned(), Vec::new())).filter(|(id, _)| !id.is_empty());
    }
    let id = node.text_at("name").or(node.text_at("@id"))?.to_owned();
    let aliases = node.texts("aliases").unwrap_or_default();
    Some((id, aliases))
}

fn product(node: &Node) -> VexProduct {
    let id = node.text().or(node.text_at("@id"));
    let identifiers = node.get("identifiers");
    let identifier = |key| identifiers.and_then(|of| of.text_at(key));
    let mut product = VexProduct::new(id.or(identifier("purl")).unwrap_or_default().trim());
    if let Some(purl) = identifier("purl").filter(|purl| !product.purls.iter().any(|known| known == purl)) {
        product.purls.push(purl.to_owned());
    }
    product.cpe = identifier("cpe23").or(identifier("cpe22")).map(str::to_owned);
    product
}
