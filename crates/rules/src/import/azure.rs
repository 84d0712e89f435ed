use super::{Draft, Node, until};
use crate::{Error, Rule};

/// Policy exemptions, one or the list that the API gives.
pub(super) fn read(draft: &mut Draft, text: &str) -> Result<(), Error> {
    let document = Node::json(&draft.file, text)?;
    let list = document.get("value").unwrap_or(&document);
    for exemption in list.items() {
        let name = exemption.text_at("name").unwrap_or("exemption").to_owned();
        match rule(exemption) {
            Ok(rule) => draft.add(0, &name, rule),
            Err(why) => draft.lose(0, &name, &why),
        }
    }
    Ok(())
}

/// An exemption exempts a resource from a policy. A rule can say so where the resource is a registry and the policy
/// is that its images' vulnerabilities be resolved.
fn rule(exemption: &Node) -> Result<Rule, String> {
    let id = exemption.text_at("id").ok_or("it has no id, so its scope is not known")?;
    let properties = exemption.get("properties").ok_or("it has no properties")?;
    let policies = properties.get("policyDefinitionReferenceIds").map(Node::items).unwrap_or_default();
    let policies: Vec<&str> = policies.iter().filter_map(Node::text).collect();
    if let Some(other) = policies.iter().find(|policy| !is_about_vulnerabilities(policy)) {
        return Err(format!("the policy {other} is not about vulnerabilities in images"));
    }
    if policies.is_empty() && !properties.text_at("policyAssignmentId").is_some_and(is_about_vulnerabilities)
    {
        return Err("its policy is not known to be about vulnerabilities in images".to_owned());
    }
    if properties.get("resourceSelectors").is_some_and(|selectors| !selectors.items().is_empty()) {
        return Err("it has resource selectors, which rules do not have".to_owned());
    }
    let marker = "microsoft.containerregistry/registries/";
    let lower = id.to_ascii_lowercase();
    let registry = lower
        .find(marker)
        .and_then(|at| lower.get(at + marker.len()..))
        .and_then(|rest| rest.split('/').next())
        .filter(|name| !name.is_empty())
        .ok_or(
            "its scope is a resource group, a subscription or a management group, and rules name registries",
        )?;
    let text = |key| properties.text_at(key).unwrap_or_default();
    let category = properties.text_at("exemptionCategory").map(|c| format!(" ({c})")).unwrap_or_default();
    Ok(Rule {
        registry: vec![format!("{registry}.azurecr.io")],
        reason: format!("{} {}{category}", text("displayName"), text("description")),
        owner: properties.get("metadata").and_then(|of| of.text_at("requestedBy")).map(str::to_owned),
        expires: until(properties.text_at("expiresOn"))?,
        ..Rule::default()
    })
}

/// `containerRegistryVulnerabilityAssessment` and its successors.
fn is_about_vulnerabilities(policy: &str) -> bool {
    let policy = policy.to_ascii_lowercase();
    policy.contains("vulnerabilit") && (policy.contains("containerregistry") || policy.contains("image"))
}
