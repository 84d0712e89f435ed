use serde_json::{Map, Value, json};

use crate::image::{CREATED, Step};
use crate::layer::StoredLayer;
use crate::{Compression, Fault, FileTree, ImageBuilder, sha256};

impl ImageBuilder {
    /// The archive that `docker save` writes since version 25, as files: layers uncompressed under `blobs/sha256`,
    /// named by `manifest.json`, with an OCI index beside it.
    pub fn docker_tree(&self) -> FileTree {
        let plain = self.plain();
        // The OCI side of the archive comes from the same blobs; what docker adds is manifest.json.
        let mut tree = plain.oci_tree();
        let (layers, config) = plain.stored();
        let names: Vec<String> =
            layers.iter().map(|layer| format!("blobs/sha256/{}", layer.digest.hex())).collect();
        let config = format!("blobs/sha256/{}", sha256(&config).hex());
        self.add_manifest(&mut tree, &config, names);
        tree
    }

    /// [`docker_tree`](Self::docker_tree) as a tar archive.
    pub fn docker_archive(&self) -> Vec<u8> {
        self.docker_tree().to_tar()
    }

    /// The archive that `docker save` wrote before version 25, as files: a folder for each layer with `VERSION`,
    /// `json` and `layer.tar`, the configuration beside them. A layer that is there twice is a symbolic link the
    /// second time.
    pub fn docker_tree_legacy(&self) -> FileTree {
        let mut tree = FileTree::new();
        let (layers, config) = self.plain().stored();
        let mut names: Vec<String> = Vec::new();
        let mut seen: Vec<(String, String)> = Vec::new();
        let mut parent: Option<String> = None;
        for (i, layer) in layers.into_iter().enumerate() {
            // Docker's id is a hash over the chain; any name that differs for each layer does.
            let id = sha256(format!("{i} {}", layer.diff_id).as_bytes()).hex();
            let mut legacy = json!({ "id": id, "created": CREATED });
            if let Some(parent) = &parent {
                legacy["parent"] = json!(parent);
            }
            tree.insert(format!("{id}/VERSION"), "1.0");
            tree.insert(format!("{id}/json"), legacy.to_string());
            let name = format!("{id}/layer.tar");
            let digest = layer.digest.to_string();
            let missing = self.faults.contains(&Fault::LayerMissing(i));
            match seen.iter().find(|(known, _)| *known == digest) {
                Some((_, first)) => tree.insert_symlink(&name, format!("../{first}")),
                None if missing => {}
                None => {
                    tree.insert(&name, layer.blob);
                    seen.push((digest, name.clone()));
                }
            }
            names.push(name);
            parent = Some(id);
        }
        let config_name = format!("{}.json", sha256(&config).hex());
        if !self.faults.contains(&Fault::ConfigMissing) {
            tree.insert(&config_name, self.maybe_changed(config));
        }
        self.add_manifest(&mut tree, &config_name, names);
        tree
    }

    /// [`docker_tree_legacy`](Self::docker_tree_legacy) as a tar archive.
    pub fn docker_archive_legacy(&self) -> Vec<u8> {
        self.docker_tree_legacy().to_tar()
    }

    /// The archive that tools of registries write (`crane pull`), as files: layers compressed as they are in the
    /// registry, all in one folder and named by `manifest.json` alone.
    pub fn docker_tree_compressed(&self) -> FileTree {
        let mut tree = FileTree::new();
        let (layers, config) = self.stored();
        let config_name = sha256(&config).to_string();
        if !self.faults.contains(&Fault::ConfigMissing) {
            tree.insert(&config_name, self.maybe_changed(config));
        }
        let mut names = Vec::new();
        for (i, layer) in layers.into_iter().enumerate() {
            let name = format!("{}.tar.gz", layer.digest.hex());
            if !self.faults.contains(&Fault::LayerMissing(i)) {
                tree.insert(&name, layer.blob);
            }
            names.push(name);
        }
        self.add_manifest(&mut tree, &config_name, names);
        tree
    }

    /// [`docker_tree_compressed`](Self::docker_tree_compressed) as a tar archive.
    pub fn docker_archive_compressed(&self) -> Vec<u8> {
        self.docker_tree_compressed().to_tar()
    }

    fn plain(&self) -> Self {
        let mut plain = self.clone();
        for step in &mut plain.steps {
            if let Step::Layer(layer) = step {
                *layer = layer.clone().compression(Compression::None);
            }
        }
        plain
    }

    /// The layers with their faults, and the configuration without its own.
    fn stored(&self) -> (Vec<StoredLayer>, Vec<u8>) {
        let mut layers: Vec<StoredLayer> = self.layer_builders().map(|layer| layer.store()).collect();
        let config = self.config_json(&layers);
        for fault in &self.faults {
            fault.break_layers(&mut layers);
        }
        (layers, config)
    }

    fn add_manifest(&self, tree: &mut FileTree, config: &str, mut layers: Vec<String>) {
        for (i, name) in layers.iter_mut().enumerate() {
            if self.faults.contains(&Fault::DigestMalformed(i)) {
                name.truncate(20);
            }
        }
        let mut manifest =
            json!([{ "Config": config, "RepoTags": self.tags, "Layers": layers }]).to_string().into_bytes();
        if self.faults.contains(&Fault::ManifestMalformed) {
            manifest.truncate(manifest.len() / 2);
        }
        if !self.faults.contains(&Fault::ManifestMissing) {
            tree.insert("manifest.json", manifest);
        }
        let mut repositories = Map::new();
        for tag in &self.tags {
            if let (Some((name, tag)), Some(last)) = (tag.rsplit_once(':'), layers.last()) {
                let id = last.rsplit('/').nth(1).unwrap_or(last);
                repositories.insert(name.to_owned(), json!({ tag: id }));
            }
        }
        if !repositories.is_empty() {
            tree.insert("repositories", Value::Object(repositories).to_string());
        }
    }
}
