//! What OVAL tests look at: names of objects and bounds of states, joined by ids (OVAL 5, linux and independent
//! definitions).

use std::collections::HashMap;

use crate::feeds::xml::Element;

/// The elements that tests are made of.
pub(super) const WANTED: &[&str] = &[
    "rpminfo_test",
    "rpminfo_object",
    "rpminfo_state",
    "dpkginfo_test",
    "dpkginfo_object",
    "dpkginfo_state",
    "textfilecontent54_test",
    "textfilecontent54_object",
    "textfilecontent54_state",
    "constant_variable",
];

/// The tests of a document.
#[derive(Default)]
pub(super) struct Tests {
    /// Object and, where the test has one, state.
    tests: HashMap<String, (String, Option<String>)>,
    objects: HashMap<String, Object>,
    states: HashMap<String, State>,
    variables: HashMap<String, Vec<String>>,
}

enum Object {
    Name(String),
    /// A pattern of lines of a list of packages: the variable's values name them.
    Lines(String),
}

#[derive(Default)]
struct State {
    /// The comparison and the version.
    bound: Option<(String, String)>,
    arch: Vec<String>,
}

/// A test of packages.
pub(super) struct Test<'a> {
    pub(super) names: Vec<String>,
    /// Nothing where the test is of their presence.
    pub(super) bound: Option<Bound<'a>>,
    pub(super) arch: Vec<String>,
}

/// What a test compares a version with.
pub(super) enum Bound<'a> {
    /// It must be older than this.
    Before(&'a str),
    /// Something else: the version of a release's package, a signature.
    Other,
}

impl Tests {
    /// Adds an element of the document.
    pub(super) fn add(&mut self, element: Element) {
        let Some(id) = element.attribute("id").map(str::to_owned) else { return };
        let reference =
            |name: &str, attribute: &str| element.child(name)?.attribute(attribute).map(str::to_owned);
        if element.name.ends_with("_test") {
            if let Some(object) = reference("object", "object_ref") {
                self.tests.insert(id, (object, reference("state", "state_ref")));
            }
        } else if element.name.ends_with("_object") {
            if let Some(name) = element.text_of("name") {
                self.objects.insert(id, Object::Name(name.to_owned()));
            } else if let Some(variable) = reference("pattern", "var_ref") {
                self.objects.insert(id, Object::Lines(variable));
            }
        } else if element.name.ends_with("_state") {
            self.states.insert(id, state(&element));
        } else {
            let values = element.children("value").filter_map(|value| package_of(value.text.trim()));
            self.variables.insert(id, values.map(str::to_owned).collect());
        }
    }

    /// A test of packages; nothing where it is one of something else, or is missing.
    pub(super) fn test(&self, id: &str) -> Option<Test<'_>> {
        let (object, state) = self.tests.get(id)?;
        let names = match self.objects.get(object)? {
            Object::Name(name) => vec![name.clone()],
            Object::Lines(variable) => self.variables.get(variable)?.clone(),
        };
        let state = match state {
            Some(state) => Some(self.states.get(state)?),
            None => None,
        };
        let bound = state.map(|state| match &state.bound {
            // Some who pass SUSE's definitions on write the operation by its number.
            Some((operation, version)) if matches!(operation.as_str(), "less than" | "6") => {
                Bound::Before(version)
            }
            _ => Bound::Other,
        });
        let arch = state.map(|state| state.arch.clone()).unwrap_or_default();
        Some(Test { names, bound, arch })
    }
}

fn state(element: &Element) -> State {
    let bound = ["evr", "subexpression"]
        .iter()
        .find_map(|name| element.child(name))
        .map(|evr| (evr.attribute("operation").unwrap_or("equals").to_owned(), evr.text.trim().to_owned()));
    let arch = element.text_of("arch").unwrap_or_default().trim_matches(['(', ')']);
    let arch: Vec<String> =
        arch.split('|').map(str::trim).filter(|arch| !arch.is_empty()).map(str::to_owned).collect();
    // What is the same for all may be installed on any.
    let arch = if arch.iter().any(|arch| arch == "noarch") { Vec::new() } else { arch };
    State { bound, arch }
}

/// The package that a line's pattern is for: `^libssh-4(?::\w+|)\s+(.*)$`.
fn package_of(pattern: &str) -> Option<&str> {
    let pattern = pattern.strip_prefix('^')?;
    let end = pattern.find("(?:").or_else(|| pattern.find("\\s"))?;
    pattern.get(..end).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::xml;

    #[test]
    fn tests_are_joined_by_their_ids() {
        let text = r#"<d>
          <rpminfo_test id="t1"><object object_ref="o1"/><state state_ref="s1"/></rpminfo_test>
          <rpminfo_test id="t2"><object object_ref="o1"/><state state_ref="s2"/></rpminfo_test>
          <textfilecontent54_test id="t3"><object object_ref="o3"/></textfilecontent54_test>
          <rpminfo_object id="o1"><name>tar</name></rpminfo_object>
          <textfilecontent54_object id="o3"><pattern var_ref="v"/></textfilecontent54_object>
          <rpminfo_state id="s1"><arch operation="pattern match">(aarch64|x86_64)</arch><evr operation="less than">0:1-1</evr></rpminfo_state>
          <rpminfo_state id="s2"><version operation="equals">15</version></rpminfo_state>
          <constant_variable id="v"><value>^ssh(?::\w+|)\s+(.*)$</value><value>^libssh-4\s+(.*)$</value></constant_variable>
        </d>"#;
        let mut tests = Tests::default();
        xml::each::<()>(text, WANTED, &mut |element| {
            tests.add(element);
            Ok(())
        })
        .unwrap();
        let first = tests.test("t1").unwrap();
        assert!(matches!(first.bound, Some(Bound::Before("0:1-1"))));
        assert_eq!(
            (first.names, first.arch),
            (vec!["tar".to_owned()], vec!["aarch64".to_owned(), "x86_64".to_owned()])
        );
        assert!(matches!(tests.test("t2").unwrap().bound, Some(Bound::Other)));
        let third = tests.test("t3").unwrap();
        assert!(third.bound.is_none());
        assert_eq!(third.names, ["ssh", "libssh-4"]);
        assert!(tests.test("t4").is_none());
    }
}
