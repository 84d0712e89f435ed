use serde_json::{Map, Value, json};

use crate::layer::StoredLayer;
use crate::{Fault, LayerBuilder};

/// An image: layers from the base up, and the configuration. It writes itself in every form that images come in
/// (OCI layout, OCI archive, the two docker archives, a root folder), and can be broken on the way
/// ([`fault`](Self::fault)).
///
/// ```
/// use plimsoll_testkit::{ImageBuilder, LayerBuilder, TarBuilder};
/// let base = LayerBuilder::new(TarBuilder::new().file("etc/os-release", "ID=debian\nVERSION_ID=12\n"));
/// let archive = ImageBuilder::new().layer(base).tag("ship:latest").docker_archive();
/// assert_eq!(archive.len() % 512, 0);
/// ```
#[derive(Clone, Debug)]
pub struct ImageBuilder {
    pub(crate) steps: Vec<Step>,
    pub(crate) tags: Vec<String>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) docker_types: bool,
    os: String,
    architecture: String,
    variant: Option<String>,
    os_version: Option<String>,
    config: Map<String, Value>,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Layer(LayerBuilder),
    Empty(String),
}

/// When everything was created: builders know no clock.
pub(crate) const CREATED: &str = "2024-01-01T00:00:00Z";

impl Default for ImageBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ImageBuilder {
    /// An image of no layers for linux/amd64.
    pub fn new() -> Self {
        Self {
            steps: Vec::new(),
            tags: Vec::new(),
            faults: Vec::new(),
            docker_types: false,
            os: "linux".into(),
            architecture: "amd64".into(),
            variant: None,
            os_version: None,
            config: Map::new(),
        }
    }

    /// Puts a layer on top.
    pub fn layer(mut self, layer: impl Into<LayerBuilder>) -> Self {
        self.steps.push(Step::Layer(layer.into()));
        self
    }

    /// Several layers, from the lowest up.
    pub fn layers<L: Into<LayerBuilder>>(self, layers: impl IntoIterator<Item = L>) -> Self {
        layers.into_iter().fold(self, Self::layer)
    }

    /// An instruction that made no layer: a history entry with `empty_layer`.
    pub fn empty_layer(mut self, created_by: impl Into<String>) -> Self {
        self.steps.push(Step::Empty(created_by.into()));
        self
    }

    /// The operating system and architecture, as Go names them.
    pub fn platform(mut self, os: impl Into<String>, architecture: impl Into<String>) -> Self {
        self.os = os.into();
        self.architecture = architecture.into();
        self
    }

    /// The variant of the architecture: `v8`.
    pub fn variant(mut self, variant: impl Into<String>) -> Self {
        self.variant = Some(variant.into());
        self
    }

    /// The version of the operating system, which Windows images carry.
    pub fn os_version(mut self, version: impl Into<String>) -> Self {
        self.os_version = Some(version.into());
        self
    }

    /// A name with a tag: `ship:latest`.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// An environment variable: `PATH=/usr/bin`.
    pub fn env(mut self, variable: impl Into<String>) -> Self {
        let list = self.config.entry("Env").or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(Value::String(variable.into()));
        }
        self
    }

    /// A label.
    pub fn label(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let labels = self.config.entry("Labels").or_insert_with(|| json!({}));
        if let Value::Object(labels) = labels {
            labels.insert(key.into(), Value::String(value.into()));
        }
        self
    }

    /// Any member of the configuration's `config`: `Cmd`, `Entrypoint`, `WorkingDir`.
    pub fn config(mut self, key: impl Into<String>, value: Value) -> Self {
        self.config.insert(key.into(), value);
        self
    }

    /// Docker's media types (manifest version 2, schema 2) instead of OCI's.
    pub fn docker_media_types(mut self) -> Self {
        self.docker_types = true;
        self
    }

    /// Breaks the image in this way when it is written. Several faults add up.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// The layers, from the lowest up.
    pub fn layer_builders(&self) -> impl Iterator<Item = &LayerBuilder> {
        self.steps.iter().filter_map(|step| match step {
            Step::Layer(layer) => Some(layer),
            Step::Empty(_) => None,
        })
    }

    pub(crate) fn platform_json(&self) -> Value {
        let mut platform = json!({ "architecture": self.architecture, "os": self.os });
        if let Some(variant) = &self.variant {
            platform["variant"] = json!(variant);
        }
        if let Some(version) = &self.os_version {
            platform["os.version"] = json!(version);
        }
        platform
    }

    pub(crate) fn config_json(&self, layers: &[StoredLayer]) -> Vec<u8> {
        let mut diff_ids: Vec<String> = layers.iter().map(|layer| layer.diff_id.to_string()).collect();
        for fault in &self.faults {
            fault.break_diff_ids(&mut diff_ids);
        }
        let history: Vec<Value> = self
            .steps
            .iter()
            .map(|step| match step {
                Step::Layer(layer) => match layer.instruction() {
                    Some(instruction) => json!({ "created": CREATED, "created_by": instruction }),
                    None => json!({ "created": CREATED }),
                },
                Step::Empty(by) => json!({ "created": CREATED, "created_by": by, "empty_layer": true }),
            })
            .collect();
        let mut config = self.platform_json();
        config["created"] = json!(CREATED);
        config["config"] = Value::Object(self.config.clone());
        config["rootfs"] = json!({ "type": "layers", "diff_ids": diff_ids });
        config["history"] = json!(history);
        config.to_string().into_bytes()
    }
}
