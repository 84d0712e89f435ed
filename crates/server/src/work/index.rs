//! The images of an index (OCI image specification, "Image Index").

use plimsoll::Digest;
use plimsoll::stages::image::Platform;
use serde::Deserialize;

/// More than any index has; what claims more is cut off.
const IMAGES: usize = 1000;

#[derive(Deserialize)]
struct Index {
    #[serde(default, rename = "mediaType")]
    media_type: Option<String>,
    #[serde(default)]
    manifests: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    digest: String,
    #[serde(default)]
    platform: Option<Platform>,
    #[serde(default, rename = "artifactType")]
    artifact_type: Option<String>,
    #[serde(default)]
    annotations: Option<std::collections::BTreeMap<String, serde_json::Value>>,
}

impl Entry {
    /// BuildKit lists what it attests of an image beside it, under a platform that there is none of.
    fn is_image(&self) -> bool {
        let attests = |annotations: &std::collections::BTreeMap<_, _>| {
            annotations.contains_key("vnd.docker.reference.type")
        };
        self.artifact_type.is_none()
            && !self.annotations.as_ref().is_some_and(attests)
            && self.platform.as_ref().is_none_or(|platform| platform.os != "unknown")
    }
}

/// The images that a document lists, if it is an index.
pub(super) fn images(document: &[u8], media_type: &str) -> Option<Vec<(Digest, Option<String>)>> {
    let index: Index = serde_json::from_slice(document).ok()?;
    let said = index.media_type.as_deref().unwrap_or(media_type);
    let manifests = index.manifests?;
    // A document that says that it is something else is believed: it is read as that, and refused there.
    if !plimsoll_monitor::is_index(said) && said.contains("manifest.v") {
        return None;
    }
    let mut images: Vec<(Digest, Option<String>)> = Vec::new();
    for entry in manifests.iter().filter(|entry| entry.is_image()).take(IMAGES) {
        let Ok(digest) = entry.digest.parse::<Digest>() else { continue };
        if images.iter().any(|(known, _)| *known == digest) {
            continue;
        }
        let platform = entry.platform.as_ref().map(ToString::to_string).filter(|text| !text.is_empty());
        images.push((digest, platform));
    }
    Some(images)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attestations_are_no_images() {
        let (a, b) = ("ab".repeat(32), "cd".repeat(32));
        let index = format!(
            r#"{{"schemaVersion":2,"manifests":[
                {{"digest":"sha256:{a}","platform":{{"os":"linux","architecture":"arm","variant":"v7"}}}},
                {{"digest":"sha256:{b}","platform":{{"os":"unknown","architecture":"unknown"}},
                  "annotations":{{"vnd.docker.reference.type":"attestation-manifest"}}}},
                {{"digest":"nonsense"}}]}}"#
        );
        let images = images(index.as_bytes(), "application/vnd.oci.image.index.v1+json").unwrap();
        assert_eq!(images, [(format!("sha256:{a}").parse().unwrap(), Some("linux/arm/v7".to_owned()))]);
    }

    #[test]
    fn a_manifest_is_no_index() {
        let media_type = "application/vnd.oci.image.manifest.v1+json";
        assert_eq!(images(br#"{"schemaVersion":2,"config":{},"layers":[]}"#, media_type), None);
        assert_eq!(images(br#"{"manifests":[]}"#, media_type), None);
    }
}
