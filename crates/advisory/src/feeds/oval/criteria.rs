use crate::feeds::xml::Element;

use super::test::{Bound, Tests};

/// What holds where a package is tested, from the criteria around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Condition {
    /// `Oracle Linux 8`; several are alternatives.
    pub(super) platforms: Vec<String>,
    /// `x86_64`.
    pub(super) arch: Option<String>,
    /// `httpd:2.4`.
    pub(super) module: Option<String>,
}

/// What a criterion says of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Affected before this version.
    Before(String),
    /// Affected, without a fix.
    Open,
    /// Not affected.
    Never,
}

/// A package that is tested, and what of it.
pub(super) struct Tested<'a> {
    pub(super) condition: &'a Condition,
    pub(super) name: String,
    pub(super) state: State,
    /// The architectures that the test is for; none are all.
    pub(super) arch: Vec<String>,
}

/// How a publisher's criteria are read.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    /// What the tests look at, where the comments do not say it.
    pub(super) tests: &'a Tests,
    /// Whether a text is the name of a release.
    pub(super) is_platform: &'a dyn Fn(&str) -> bool,
    /// Whether a bare `NAME is installed` says that the package is affected, and has no fix.
    pub(super) installed: Option<&'a State>,
}

impl Reader<'_> {
    /// Shows every package that is tested, with the conditions that hold there.
    pub(super) fn walk(&self, criteria: &Element, outer: &Condition, show: &mut dyn FnMut(Tested<'_>)) {
        let mut condition = outer.clone();
        let any = criteria.attribute("operator") == Some("OR");
        let comments =
            || criteria.children("criterion").filter_map(|criterion| criterion.attribute("comment"));
        // Conditions may stand after what they are conditions of. In a disjunction they are alternatives.
        if !any {
            comments().for_each(|comment| self.add(&mut condition, comment));
            for inner in criteria.children("criteria") {
                if let Some(platforms) = self.platforms(inner).filter(|platforms| !platforms.is_empty()) {
                    condition.platforms = platforms;
                }
            }
        }
        for criterion in criteria.children("criterion") {
            self.criterion(criterion, &condition, show);
        }
        criteria.children("criteria").for_each(|inner| self.walk(inner, &condition, show));
    }

    /// The releases that criteria ask for, where they ask for nothing else.
    fn platforms(&self, criteria: &Element) -> Option<Vec<String>> {
        let mut out = Vec::new();
        for criterion in criteria.children("criterion") {
            let platform = criterion.attribute("comment")?.trim().strip_suffix(" is installed")?;
            (self.is_platform)(platform).then(|| out.push(platform.to_owned()))?;
        }
        for inner in criteria.children("criteria") {
            out.extend(self.platforms(inner)?);
        }
        Some(out)
    }

    fn add(&self, condition: &mut Condition, comment: &str) {
        let comment = comment.trim();
        if let Some(platform) = comment.strip_suffix(" is installed") {
            if (self.is_platform)(platform) {
                condition.platforms = vec![platform.to_owned()];
            }
        } else if let Some((_, arch)) = comment.split_once(" arch is ") {
            condition.arch = Some(arch.to_owned());
        } else if let Some(module) =
            comment.strip_prefix("Module ").and_then(|rest| rest.strip_suffix(" is enabled"))
        {
            condition.module = Some(module.to_owned());
        }
    }

    /// Shows the packages of one criterion. Most publishers say in its comment what it tests.
    fn criterion(&self, criterion: &Element, condition: &Condition, show: &mut dyn FnMut(Tested<'_>)) {
        let comment = criterion.attribute("comment").unwrap_or_default().trim();
        let one = |name: &str, state: State| Tested {
            condition,
            name: name.trim().to_owned(),
            state,
            arch: Vec::new(),
        };
        if let Some((name, version)) = comment.split_once(" is earlier than ") {
            let name = name.strip_suffix(" DPKG").unwrap_or(name);
            return show(one(name, State::Before(version.trim().to_owned())));
        }
        if let Some((name, version)) = comment.split_once(" less than ") {
            return show(one(name, State::Before(version.trim().to_owned())));
        }
        if let Some(name) = comment.strip_suffix(" is not affected") {
            return show(one(name, State::Never));
        }
        if let Some(name) = comment.strip_suffix(" is affected") {
            return show(one(name, State::Open));
        }
        let Some(test) = criterion.attribute("test_ref").and_then(|id| self.tests.test(id)) else {
            if let (Some(state), Some(name)) = (self.installed, comment.strip_suffix(" is installed"))
                && !(self.is_platform)(name)
            {
                show(one(name, state.clone()));
            }
            return;
        };
        let state = match test.bound {
            Some(Bound::Before(version)) => State::Before(version.to_owned()),
            Some(Bound::Other) => return,
            // A test for the package's presence alone.
            None => State::Open,
        };
        for name in test.names {
            show(Tested { condition, name, state: state.clone(), arch: test.arch.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::xml;

    fn walked(text: &str, reader: Reader<'_>) -> Vec<(Condition, String)> {
        let mut found = Vec::new();
        xml::each::<()>(text, &["criteria"], &mut |criteria| {
            reader.walk(&criteria, &Condition::default(), &mut |tested| {
                found.push((tested.condition.clone(), format!("{} {:?}", tested.name, tested.state)));
            });
            Ok(())
        })
        .unwrap();
        found
    }

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
        let is_platform = |text: &str| text.starts_with("Oracle Linux ");
        let reader = Reader { tests: &Tests::default(), is_platform: &is_platform, installed: None };
        let some = |text: &str| Some(text.to_owned());
        let outer =
            Condition { platforms: vec!["Oracle Linux 8".to_owned()], arch: None, module: some("httpd:2.4") };
        let inner = Condition { arch: some("x86_64"), ..outer.clone() };
        let before = |version: &str| format!("{:?}", State::Before(version.to_owned()));
        assert_eq!(
            walked(text, reader),
            [(outer, format!("a {}", before("1-1"))), (inner, format!("b {}", before("2-1")))]
        );
    }

    #[test]
    fn alternatives_of_releases_are_one_condition() {
        let text = r#"<criteria operator="OR">
            <criteria operator="AND">
              <criteria operator="OR"><criterion comment="SUSE A is installed"/><criterion comment="SUSE B is installed"/></criteria>
              <criteria operator="OR"><criterion comment="k is not affected"/></criteria>
            </criteria>
            <criteria operator="AND"><criterion comment="SUSE C is installed"/><criterion comment="k is installed"/></criteria>
          </criteria>"#;
        let is_platform = |text: &str| text.starts_with("SUSE ");
        let reader =
            Reader { tests: &Tests::default(), is_platform: &is_platform, installed: Some(&State::Open) };
        let found = walked(text, reader);
        assert_eq!(found[0].0.platforms, ["SUSE A", "SUSE B"]);
        assert_eq!(found[0].1, "k Never");
        assert_eq!((found[1].0.platforms[0].as_str(), found[1].1.as_str()), ("SUSE C", "k Open"));
        assert_eq!(found.len(), 2);
    }
}
