use plimsoll_core::Severity;

use super::{Draft, Node};
use crate::{Error, Rule, Share};

/// Suppression filters as `ListFilters` gives them or `CreateFilter` takes them. Values of a criterion are
/// alternatives, and all criteria must hold, as in rules.
pub(super) fn read(draft: &mut Draft, text: &str) -> Result<(), Error> {
    let document = Node::json(&draft.file, text)?;
    let list = document.get("filters").unwrap_or(&document);
    for filter in list.items() {
        let name = filter.text_at("name").unwrap_or("filter").to_owned();
        match rules(filter) {
            Ok(rules) => rules.into_iter().for_each(|rule| draft.add(0, &name, rule)),
            Err(why) => draft.lose(0, &name, &why),
        }
    }
    Ok(())
}

fn rules(filter: &Node) -> Result<Vec<Rule>, String> {
    if filter.text_at("action") != Some("SUPPRESS") {
        return Err("it suppresses nothing".to_owned());
    }
    let criteria = filter.get("criteria").or(filter.get("filterCriteria")).ok_or("it has no criteria")?;
    let reason = filter.text_at("reason").or(filter.text_at("description")).unwrap_or_default();
    let mut rule = Rule {
        reason: reason.to_owned(),
        owner: filter.text_at("ownerId").map(str::to_owned),
        created: filter.text_at("createdAt").and_then(|text| text.parse().ok()),
        ..Rule::default()
    };
    for (key, values) in criteria.entries() {
        match key {
            "vulnerabilityId" => rule.cve = texts(key, values, true)?,
            "severity" => rule.severity = severities(values)?,
            "fixAvailable" => rule.patchable = fixable(&texts(key, values, false)?)?,
            "ecrImageRepositoryName" => rule.repository = texts(key, values, true)?,
            "ecrImageRegistry" => rule.registry = texts(key, values, true)?,
            "ecrImageTags" => rule.tag = texts(key, values, true)?,
            "ecrImageHash" => rule.digest = texts(key, values, true)?,
            "awsAccountId" => rule.organisation = texts(key, values, true)?,
            "epssScore" => share(values, &mut rule)?,
            // True of every finding in an image.
            "resourceType" => all_are(key, values, "AWS_ECR_CONTAINER_IMAGE")?,
            "findingType" => all_are(key, values, "PACKAGE_VULNERABILITY")?,
            "findingStatus" => all_are(key, values, "ACTIVE")?,
            "vulnerablePackages" => {}
            _ => return Err(format!("{key} has no rule that says the same")),
        }
    }
    match criteria.get("vulnerablePackages") {
        None => Ok(vec![rule]),
        // Each is a name and a version and more, all of which must hold: a rule for each.
        Some(packages) => packages.items().iter().map(|package| of_package(package, &rule)).collect(),
    }
}

fn of_package(package: &Node, rule: &Rule) -> Result<Rule, String> {
    let mut rule = rule.clone();
    for (key, value) in package.entries() {
        match key {
            "name" => rule.package = texts(key, value, true)?,
            "version" => rule.version = texts(key, value, false)?,
            "sourceLayerHash" => {
                rule.layer = texts(key, value, false)?.into_iter().map(crate::LayerPattern::Digest).collect();
            }
            _ => return Err(format!("vulnerablePackages.{key} has no rule that says the same")),
        }
    }
    Ok(rule)
}

/// The values of a string filter; prefixes as patterns, where they can be.
fn texts(key: &str, values: &Node, patterns: bool) -> Result<Vec<String>, String> {
    let text = |filter: &Node| {
        let value = filter.text_at("value").ok_or_else(|| format!("{key} has no value"))?;
        if value.contains(['*', '?']) {
            return Err(format!("{key} is {value:?}, whose wildcards are characters there"));
        }
        match filter.text_at("comparison") {
            Some("EQUALS") => Ok(value.to_owned()),
            Some("PREFIX") if patterns => Ok(format!("{value}*")),
            Some(other) => Err(format!("{key} is compared by {other}, which rules can't")),
            None => Err(format!("{key} has no comparison")),
        }
    };
    values.items().iter().map(text).collect()
}

fn severities(values: &Node) -> Result<Vec<Severity>, String> {
    let level = |text: &String| match text.as_str() {
        "INFORMATIONAL" => Ok(Severity::Negligible),
        "UNTRIAGED" => Ok(Severity::Unknown),
        text => text.parse::<Severity>(),
    };
    texts("severity", values, false)?.iter().map(level).collect()
}

fn fixable(values: &[String]) -> Result<Option<bool>, String> {
    match values {
        [one] if one == "YES" => Ok(Some(true)),
        [one] if one == "NO" => Ok(Some(false)),
        _ => Err(format!("fixAvailable is {}, which rules can't say", values.join(" or "))),
    }
}

/// Bounds are inclusive there and exclusive in rules: a millionth, which is finer than the scores are, apart.
fn share(values: &Node, rule: &mut Rule) -> Result<(), String> {
    let [range] = values.items() else {
        return Err("epssScore has several ranges, and a rule has one".to_owned());
    };
    let bound = |key| {
        let share = |text: &str| text.parse().ok().and_then(Share::from_f64);
        range.text_at(key).map(|text| share(text).ok_or_else(|| format!("epssScore is {text}"))).transpose()
    };
    let lower = bound("lowerInclusive")?.map_or(0, |Share(share)| share);
    rule.epss_above = lower.checked_sub(1).map(Share);
    rule.epss_below = bound("upperInclusive")?.map(|Share(share)| Share(share + 1));
    if rule.epss_above.is_none() && rule.epss_below.is_none() {
        return Err("epssScore has no bound".to_owned());
    }
    Ok(())
}

fn all_are(key: &str, values: &Node, wanted: &str) -> Result<(), String> {
    match texts(key, values, false)?.iter().any(|value| value == wanted) {
        true => Ok(()),
        false => Err(format!("{key} is never {wanted}, so it is about no finding in an image")),
    }
}
