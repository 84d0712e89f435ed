use std::collections::BTreeSet;
use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A set of names, sorted, in one piece of memory: a package needs a few of them and there are thousands of packages. It
/// serialises as a list.
///
/// ```
/// # use plimsoll_core::Names;
/// let names: Names = ["zlib", "libc6", "zlib", ""].into_iter().collect();
/// assert_eq!(names.iter().collect::<Vec<_>>(), ["libc6", "zlib"]);
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Names(Box<str>);

/// More names of one package are not kept: what a hostile record could claim is bounded.
const MOST: usize = 1 << 14;

impl Names {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split('\n').filter(|name| !name.is_empty())
    }
}

/// Of names with a line feed each line is one; empty ones are left out.
impl<T: AsRef<str>> FromIterator<T> for Names {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        let mut sorted: BTreeSet<String> = BTreeSet::new();
        for name in names.into_iter().take(MOST) {
            sorted.extend(name.as_ref().split('\n').filter(|line| !line.is_empty()).map(str::to_owned));
        }
        let text: Vec<String> = sorted.into_iter().collect();
        Self(text.join("\n").into())
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of names")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Names, A::Error> {
                let mut names: Vec<String> = Vec::new();
                while let Some(name) = seq.next_element()? {
                    names.push(name);
                }
                Ok(names.into_iter().collect())
            }
        }
        deserializer.deserialize_seq(List)
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn it_reads_back_as_it_was_written() {
        let names: Names = ["b", "a", "b\nc", ""].into_iter().collect();
        let json = serde_json::to_string(&names).unwrap();
        assert_eq!(json, r#"["a","b","c"]"#);
        assert_eq!(serde_json::from_str::<Names>(&json).unwrap(), names);
        assert!(Names::default().is_empty() && Names::default().iter().next().is_none());
        assert_eq!(serde_json::from_str::<Names>("[]").unwrap(), Names::default());
    }
}
