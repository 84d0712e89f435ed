use std::collections::BTreeMap;

use plimsoll_core::{Diagnostic, DiagnosticKind, Digest, Instruction};
use serde::Deserialize;
use serde_json::Value;

use super::store::Key;
use crate::toc::Hint;
use crate::{BaseName, Error, ImageStatus, Layer, Platform};

/// A descriptor (OCI image specification, descriptor.md).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    #[serde(default)]
    pub(crate) media_type: Option<String>,
    pub(crate) digest: String,
    #[serde(default)]
    pub(crate) size: Option<u64>,
    #[serde(default)]
    pub(crate) artifact_type: Option<String>,
    #[serde(default)]
    pub(crate) platform: Option<Platform>,
    #[serde(default)]
    pub(crate) annotations: Option<BTreeMap<String, String>>,
}

impl Descriptor {
    pub(crate) fn media_type(&self) -> &str {
        self.media_type.as_deref().unwrap_or_default()
    }

    pub(crate) fn parsed(&self, what: &str) -> Result<Digest, Error> {
        self.digest.parse().map_err(|source| Error::Digest { what: what.to_owned(), source })
    }

    pub(crate) fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(name).map(String::as_str)
    }
}

/// An index or a manifest, OCI's or docker's: which one shows in the fields that are there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document {
    #[serde(default)]
    pub(crate) schema_version: Option<u64>,
    #[serde(default)]
    pub(crate) media_type: Option<String>,
    #[serde(default)]
    pub(crate) artifact_type: Option<String>,
    #[serde(default)]
    pub(crate) config: Option<Descriptor>,
    #[serde(default)]
    pub(crate) layers: Option<Vec<Descriptor>>,
    #[serde(default)]
    pub(crate) manifests: Option<Vec<Descriptor>>,
    /// Read as it comes: nothing of an image depends on it.
    #[serde(default)]
    pub(crate) annotations: Option<Value>,
}

/// An image's configuration (OCI image specification, config.md).
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Config {
    #[serde(default)]
    pub(crate) os: Option<String>,
    #[serde(default)]
    pub(crate) architecture: Option<String>,
    #[serde(default)]
    pub(crate) variant: Option<String>,
    #[serde(default, rename = "os.version")]
    pub(crate) os_version: Option<String>,
    #[serde(default)]
    pub(crate) created: Option<String>,
    #[serde(default)]
    pub(crate) rootfs: Option<RootFs>,
    #[serde(default)]
    pub(crate) history: Option<Vec<History>>,
    /// How a container of it runs; of that only the labels matter here.
    #[serde(default)]
    pub(crate) config: Option<Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct RootFs {
    #[serde(default)]
    pub(crate) diff_ids: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct History {
    #[serde(default)]
    pub(crate) created: Option<String>,
    #[serde(default)]
    pub(crate) created_by: Option<String>,
    #[serde(default)]
    pub(crate) comment: Option<String>,
    #[serde(default)]
    pub(crate) empty_layer: Option<bool>,
}

impl Config {
    pub(crate) fn platform(&self) -> Platform {
        let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        Platform {
            os: self.os.clone().unwrap_or_default(),
            architecture: self.architecture.clone().unwrap_or_default(),
            variant: text(&self.variant),
            os_version: text(&self.os_version),
        }
    }

    pub(crate) fn diff_ids(&self, what: &str) -> Result<Vec<Digest>, Error> {
        let texts = self.rootfs.as_ref().and_then(|rootfs| rootfs.diff_ids.as_deref()).unwrap_or_default();
        texts
            .iter()
            .map(|text| text.parse().map_err(|source| Error::Digest { what: what.to_owned(), source }))
            .collect()
    }

    pub(crate) fn status(&self) -> ImageStatus {
        match self.os.as_deref() {
            Some("linux") => ImageStatus::Linux,
            Some("windows") => ImageStatus::Windows,
            other => ImageStatus::OtherSystem(other.unwrap_or_default().to_owned()),
        }
    }

    /// The build instruction behind each of `count` layers: the history has an entry for each, and further ones
    /// for instructions that made none.
    pub(crate) fn created_by(&self, count: usize, diagnostics: &mut Vec<Diagnostic>) -> Vec<Option<String>> {
        let history = self.history.as_deref().unwrap_or_default();
        let mut made: Vec<_> = history
            .iter()
            .filter(|entry| entry.empty_layer != Some(true))
            .map(|entry| entry.created_by.clone().filter(|text| !text.is_empty()))
            .collect();
        if made.len() != count && !history.is_empty() {
            let message = format!(
                "the history has {} entries that made a layer, the image {count} layers; which instruction made which layer is uncertain and left out",
                made.len()
            );
            diagnostics.push(Diagnostic::new(DiagnosticKind::Note, message));
            made.clear();
        }
        made.resize(count, None);
        made
    }

    /// The whole history, where it fits the `count` layers.
    pub(crate) fn instructions(&self, count: usize) -> Vec<Instruction> {
        let mut layers = 0_u32;
        let instruction = |entry: &History| {
            let layer = (entry.empty_layer != Some(true)).then_some(layers);
            layers = layers.saturating_add(layer.map_or(0, |_| 1));
            Instruction {
                created_by: entry.created_by.clone().unwrap_or_default(),
                created: entry.created.clone(),
                comment: entry.comment.clone().filter(|comment| !comment.is_empty()),
                layer,
            }
        };
        let history = self.history.as_deref().unwrap_or_default();
        let all: Vec<Instruction> = history.iter().map(instruction).collect();
        if usize::try_from(layers).is_ok_and(|layers| layers == count) { all } else { Vec::new() }
    }

    /// What the manifest's annotations, or else the labels, say of the base.
    pub(crate) fn base(&self, annotations: Option<&Value>) -> Option<BaseName> {
        let of = |all: Option<&Value>, annotated| {
            let text = |key: &str| all?.get(key)?.as_str().filter(|value| !value.is_empty());
            let get = |key| text(key).map(str::to_owned);
            let name = get("org.opencontainers.image.base.name");
            let digest = get("org.opencontainers.image.base.digest");
            (name.is_some() || digest.is_some()).then_some(BaseName { name, digest, annotated })
        };
        let labels = self.config.as_ref().and_then(|config| config.get("Labels"));
        of(annotations, true).or_else(|| of(labels, false))
    }
}

/// A layer, and where its bytes are.
pub(crate) struct LayerPlan {
    pub(crate) layer: Layer,
    pub(crate) key: Key,
    pub(crate) table: Option<Hint>,
}

/// Marks the layers that are an earlier one over again.
pub(crate) fn mark_repeated(plans: &mut [LayerPlan], place: impl Fn(&Key) -> Option<(u64, u64)>) {
    let mut seen = std::collections::HashMap::new();
    for plan in plans {
        let index = plan.layer.index;
        let id = (place(&plan.key), plan.key.clone());
        // Where the place is known it tells; two names may lead to it.
        let id = if id.0.is_some() { (id.0, None) } else { (None, Some(id.1)) };
        match seen.entry(id) {
            std::collections::hash_map::Entry::Occupied(first) => plan.layer.same_as = Some(*first.get()),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_that_does_not_fit_is_left_out_and_reported() {
        let config: Config = serde_json::from_str(
            r#"{"history":[{"created_by":"a"},{"created_by":"b","empty_layer":true},{"comment":"c"}]}"#,
        )
        .expect("a configuration");
        let mut diagnostics = Vec::new();
        assert_eq!(config.created_by(2, &mut diagnostics), [Some("a".to_owned()), None]);
        assert_eq!(diagnostics, []);
        assert_eq!(config.created_by(3, &mut diagnostics), [None, None, None]);
        assert!(diagnostics[0].message.contains("the history has 2 entries"), "{diagnostics:?}");
        // No history at all says nothing wrong.
        assert_eq!(Config::default().created_by(1, &mut diagnostics), [None]);
        assert_eq!(diagnostics.len(), 1);
        let made: Vec<_> = config.instructions(2).into_iter().map(|i| (i.created_by, i.layer)).collect();
        assert_eq!(made, [("a".into(), Some(0)), ("b".into(), None), (String::new(), Some(1))]);
        assert_eq!(config.instructions(3), []);
    }

    #[test]
    fn the_manifest_is_asked_for_the_base_before_the_labels() {
        let text = r#"{"config":{"Labels":{"org.opencontainers.image.base.name":"debian:11"}}}"#;
        let config: Config = serde_json::from_str(text).expect("a configuration");
        let label = config.base(None).expect("a label");
        assert_eq!((label.name.as_deref(), label.annotated), (Some("debian:11"), false));
        let annotations = serde_json::json!({ "org.opencontainers.image.base.digest": "sha256:1" });
        let annotation = config.base(Some(&annotations)).expect("an annotation");
        assert_eq!((annotation.name, annotation.digest.as_deref()), (None, Some("sha256:1")));
        assert_eq!(Config::default().base(Some(&Value::Null)), None);
    }
}
