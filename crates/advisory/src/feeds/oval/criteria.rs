use crate::feeds::xml::Element;

/// What holds where a package is tested, from the criteria around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Condition {
    /// `Oracle Linux 8`.
    pub(super) platform: Option<String>,
    /// `x86_64`.
    pub(super) arch: Option<String>,
    /// `httpd:2.4`.
    pub(super) module: Option<String>,
}

/// Shows every package that must be older than a version, with the conditions that hold there. What a test is stands
/// in its comment.
pub(super) fn walk(criteria: &Element, outer: &Condition, show: &mut dyn FnMut(&Condition, &str, &str)) {
    let mut condition = outer.clone();
    let comments = || criteria.children("criterion").filter_map(|criterion| criterion.attribute("comment"));
    // Conditions may stand after what they are conditions of. In a disjunction they are alternatives.
    if criteria.attribute("operator") != Some("OR") {
        comments().for_each(|comment| condition.add(comment));
    }
    for comment in comments() {
        if let Some((name, version)) = comment.split_once(" is earlier than ") {
            show(&condition, name.trim(), version.trim());
        }
    }
    criteria.children("criteria").for_each(|inner| walk(inner, &condition, show));
}

impl Condition {
    fn add(&mut self, comment: &str) {
        let comment = comment.trim();
        if let Some(platform) = comment.strip_suffix(" is installed") {
            if platform.starts_with("Oracle Linux ") || platform.starts_with("Photon ") {
                self.platform = Some(platform.to_owned());
            }
        } else if let Some((_, arch)) = comment.split_once(" arch is ") {
            self.arch = Some(arch.to_owned());
        } else if let Some(module) =
            comment.strip_prefix("Module ").and_then(|rest| rest.strip_suffix(" is enabled"))
        {
            self.module = Some(module.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::xml;

    #[test]
    fn conditions_hold_for_everything_within() {
        let text = r#"<criteria operator="AND">
            <criteria operator="OR">
              <criteria operator="AND"><criterion comment="a is earlier than 1-1"/><criterion comment="a is signed with a key"/></criteria>
              <criteria operator="AND"><criterion comment="Oracle Linux arch is x86_64"/>
                <criteria operator="OR"><criterion comment="b is earlier than 2-1"/></criteria></criteria>
            </criteria>
            <criterion comment="Module httpd:2.4 is enabled"/>
            <criterion comment="Oracle Linux 8 is installed"/>
          </criteria>"#;
        let mut found = Vec::new();
        xml::each::<()>(text, &["criteria"], &mut |criteria| {
            walk(&criteria, &Condition::default(), &mut |condition, name, version| {
                found.push((condition.clone(), format!("{name} {version}")));
            });
            Ok(())
        })
        .unwrap();
        let some = |text: &str| Some(text.to_owned());
        let outer = Condition { platform: some("Oracle Linux 8"), arch: None, module: some("httpd:2.4") };
        let inner = Condition { arch: some("x86_64"), ..outer.clone() };
        assert_eq!(found, [(outer, "a 1-1".to_owned()), (inner, "b 2-1".to_owned())]);
    }
}
