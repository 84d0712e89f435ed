use std::io;
use std::path::Path;

use plimsoll_core::Digest;
use serde_json::{Value, json};

use crate::layer::StoredLayer;
use crate::{Compression, Fault, FileTree, ImageBuilder, sha256};

impl ImageBuilder {
    /// The OCI image layout of the image (OCI image specification, image-layout.md), as files.
    pub fn oci_tree(&self) -> FileTree {
        IndexBuilder::new().flat(self.clone()).oci_tree()
    }

    /// Writes the OCI image layout into the folder `dir`.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write_oci_layout(&self, dir: &Path) -> io::Result<()> {
        self.oci_tree().write(dir)
    }

    /// The OCI image layout as a tar archive.
    pub fn oci_archive(&self) -> Vec<u8> {
        self.oci_tree().to_tar()
    }

    /// Stores the image's blobs and returns the descriptor of its manifest.
    fn store(&self, tree: &mut FileTree) -> Value {
        let mut layers: Vec<StoredLayer> = self.layer_builders().map(|layer| layer.store()).collect();
        let config = self.config_json(&layers);
        let config_digest = sha256(&config);
        let sizes: Vec<usize> = layers.iter().map(|layer| layer.blob.len()).collect();
        for fault in &self.faults {
            fault.break_layers(&mut layers);
        }
        let mut descriptors = Vec::new();
        for (i, (layer, size)) in layers.into_iter().zip(sizes).enumerate() {
            let mut digest = layer.digest.to_string();
            if self.faults.contains(&Fault::DigestMalformed(i)) {
                digest.truncate(20);
            }
            let off = self.faults.iter().find_map(|fault| match fault {
                Fault::SizeWrong(at, by) if *at == i => Some(*by),
                _ => None,
            });
            let size = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(off.unwrap_or(0));
            let media_type = layer.media_type.unwrap_or_else(|| self.layer_type(layer.compression).into());
            let mut descriptor = json!({ "mediaType": media_type, "digest": digest, "size": size });
            for (key, value) in layer.annotations {
                descriptor["annotations"][key] = json!(value);
            }
            descriptors.push(descriptor);
            if !self.faults.contains(&Fault::LayerMissing(i)) {
                tree.insert(blob(&layer.digest), layer.blob);
            }
        }
        let (manifest_type, config_type) = match self.docker_types {
            false => (OCI_MANIFEST, "application/vnd.oci.image.config.v1+json"),
            true => (DOCKER_MANIFEST, "application/vnd.docker.container.image.v1+json"),
        };
        let config_descriptor =
            json!({ "mediaType": config_type, "digest": config_digest, "size": config.len() });
        if !self.faults.contains(&Fault::ConfigMissing) {
            tree.insert(blob(&config_digest), self.maybe_changed(config));
        }
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": manifest_type,
            "config": config_descriptor,
            "layers": descriptors,
        })
        .to_string()
        .into_bytes();
        if self.faults.contains(&Fault::ManifestMalformed) {
            manifest.truncate(manifest.len() / 2);
        }
        let digest = sha256(&manifest);
        let descriptor = json!({ "mediaType": manifest_type, "digest": digest, "size": manifest.len() });
        if !self.faults.contains(&Fault::ManifestMissing) {
            tree.insert(blob(&digest), manifest);
        }
        descriptor
    }

    pub(crate) fn maybe_changed(&self, mut config: Vec<u8>) -> Vec<u8> {
        if self.faults.contains(&Fault::ConfigChanged) {
            config.push(b' ');
        }
        config
    }

    fn layer_type(&self, compression: Compression) -> &'static str {
        match (self.docker_types, compression) {
            (false, Compression::None) => "application/vnd.oci.image.layer.v1.tar",
            (false, Compression::Gzip) => "application/vnd.oci.image.layer.v1.tar+gzip",
            (false, Compression::Zstd) => "application/vnd.oci.image.layer.v1.tar+zstd",
            (true, Compression::None) => "application/vnd.docker.image.rootfs.diff.tar",
            (true, Compression::Gzip) => "application/vnd.docker.image.rootfs.diff.tar.gzip",
            (true, Compression::Zstd) => "application/vnd.docker.image.rootfs.diff.tar.zstd",
        }
    }
}

const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn blob(digest: &Digest) -> String {
    format!("blobs/{}/{}", digest.algorithm().name(), digest.hex())
}

/// Several images in one OCI layout: one for each platform, attestations beside them, and indexes in indexes.
#[derive(Clone, Debug, Default)]
pub struct IndexBuilder {
    members: Vec<Member>,
}

#[derive(Clone, Debug)]
enum Member {
    /// Without a platform in its descriptor, named by its tags: what `index.json` of one image holds.
    Flat(ImageBuilder),
    Platform(ImageBuilder),
    Index(IndexBuilder, Option<String>),
    Attestation(usize),
    Artifact(String),
}

impl IndexBuilder {
    /// An index of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// An image whose descriptor states its platform.
    pub fn image(mut self, image: ImageBuilder) -> Self {
        self.members.push(Member::Platform(image));
        self
    }

    /// An image whose descriptor states no platform, and its tag as `org.opencontainers.image.ref.name`.
    pub fn flat(mut self, image: ImageBuilder) -> Self {
        self.members.push(Member::Flat(image));
        self
    }

    /// An index inside this one, with a tag where it has one. The first level of a layout that was copied from a
    /// registry holds just one of these.
    pub fn index(mut self, index: IndexBuilder, tag: Option<&str>) -> Self {
        self.members.push(Member::Index(index, tag.map(str::to_owned)));
        self
    }

    /// A provenance attestation of the member of this number, with the platform `unknown/unknown`, as BuildKit adds.
    pub fn attestation(mut self, of: usize) -> Self {
        self.members.push(Member::Attestation(of));
        self
    }

    /// A manifest of something that is no image, by its artifact type.
    pub fn artifact(mut self, artifact_type: impl Into<String>) -> Self {
        self.members.push(Member::Artifact(artifact_type.into()));
        self
    }

    /// The OCI layout, as files.
    pub fn oci_tree(&self) -> FileTree {
        let mut tree = FileTree::new();
        let index = self.store(&mut tree);
        tree.insert("index.json", index);
        tree.insert("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
        tree
    }

    /// Stores the members and returns the index itself.
    fn store(&self, tree: &mut FileTree) -> Vec<u8> {
        let mut manifests: Vec<Value> = Vec::new();
        for member in &self.members {
            let mut descriptor = match member {
                Member::Flat(image) | Member::Platform(image) => image.store(tree),
                Member::Index(index, _) => {
                    let bytes = index.store(tree);
                    put(tree, OCI_INDEX, bytes)
                }
                Member::Attestation(of) => attestation(tree, manifests.get(*of)),
                Member::Artifact(kind) => artifact(tree, kind),
            };
            let tag = match member {
                Member::Flat(image) => image.tags.first(),
                Member::Index(_, tag) => tag.as_ref(),
                _ => None,
            };
            if let Some(tag) = tag {
                descriptor["annotations"] = json!({ "org.opencontainers.image.ref.name": tag });
            }
            if let Member::Platform(image) = member {
                descriptor["platform"] = image.platform_json();
            }
            manifests.push(descriptor);
        }
        json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests }).to_string().into_bytes()
    }
}

/// Stores a blob and returns its descriptor.
fn put(tree: &mut FileTree, media_type: &str, bytes: Vec<u8>) -> Value {
    let digest = sha256(&bytes);
    let descriptor = json!({ "mediaType": media_type, "digest": digest, "size": bytes.len() });
    tree.insert(blob(&digest), bytes);
    descriptor
}

fn attestation(tree: &mut FileTree, of: Option<&Value>) -> Value {
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": "https://slsa.dev/provenance/v0.2",
        "subject": [],
        "predicate": {},
    });
    let layer = put(tree, "application/vnd.in-toto+json", statement.to_string().into_bytes());
    let config = json!({
        "architecture": "unknown", "os": "unknown", "config": {},
        "rootfs": { "type": "layers", "diff_ids": [layer["digest"]] },
    });
    let config = put(tree, "application/vnd.oci.image.config.v1+json", config.to_string().into_bytes());
    let manifest = json!({
        "schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": [layer],
    });
    let mut descriptor = put(tree, OCI_MANIFEST, manifest.to_string().into_bytes());
    descriptor["platform"] = json!({ "architecture": "unknown", "os": "unknown" });
    descriptor["annotations"] = json!({
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": of.map(|of| of["digest"].clone()),
    });
    descriptor
}

fn artifact(tree: &mut FileTree, kind: &str) -> Value {
    let empty = put(tree, "application/vnd.oci.empty.v1+json", b"{}".to_vec());
    let manifest = json!({
        "schemaVersion": 2, "mediaType": OCI_MANIFEST, "artifactType": kind, "config": empty, "layers": [empty],
    });
    let mut descriptor = put(tree, OCI_MANIFEST, manifest.to_string().into_bytes());
    descriptor["artifactType"] = json!(kind);
    descriptor
}
