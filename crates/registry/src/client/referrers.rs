use plimsoll_core::Digest;
use serde::Deserialize;

use super::session::Asked;
use super::url::encode;
use super::{Client, Error, MANIFESTS, source};

/// Something that refers to an image: a bill of materials, a signature, a statement (OCI distribution specification,
/// "Listing Referrers").
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Referrer {
    /// The digest of its manifest.
    pub digest: Digest,
    /// The media type of its manifest.
    #[serde(default)]
    pub media_type: String,
    /// What sort of thing it is.
    #[serde(default)]
    pub artifact_type: Option<String>,
    /// Bytes of its manifest.
    #[serde(default)]
    pub size: u64,
}

#[derive(Default, Deserialize)]
struct Index {
    #[serde(default)]
    manifests: Option<Vec<serde_json::Value>>,
}

impl Client {
    /// What refers to the manifest of that digest, of one artifact type or of any. A registry that does not know
    /// the question is asked for the tag that stands in for it (`sha256-…`).
    ///
    /// # Errors
    /// The registry can't be reached or does not let it be read.
    pub fn referrers(
        &self,
        registry: &str,
        repository: &str,
        digest: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Vec<Referrer>, Error> {
        let asked = Asked { registry, repository };
        let filter = artifact_type.map(|kind| format!("?artifactType={}", encode(kind))).unwrap_or_default();
        let path = format!("/v2/{repository}/referrers/{digest}{filter}");
        let what = format!("what refers to {}", digest.short());
        let headers = [("accept", "application/vnd.oci.image.index.v1+json")];
        let found = match self.document(&what, asked, &path, &headers) {
            Err(error) if error.is_not_found() => {
                let tag = format!("{}-{}", digest.algorithm().name(), digest.hex());
                self.document(
                    &what,
                    asked,
                    &format!("/v2/{repository}/manifests/{tag}"),
                    &[("accept", MANIFESTS)],
                )
            }
            other => other,
        };
        let (answer, bytes) = match found {
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            other => other?,
        };
        if let Some(said) =
            answer.header("docker-content-digest").and_then(|text| text.parse::<Digest>().ok())
            && !source::is(&said, &bytes)
        {
            let actual = super::hash(said.algorithm(), &bytes);
            return Err(Error::DigestMismatch { what, expected: said, actual });
        }
        let index: Index = serde_json::from_slice(&bytes)
            .map_err(|error| Error::Malformed { what: what.clone(), reason: error.to_string() })?;
        let all = index.manifests.unwrap_or_default().into_iter();
        // One descriptor that is none takes nothing from the others.
        let all = all.filter_map(|descriptor| serde_json::from_value::<Referrer>(descriptor).ok());
        Ok(all.filter(|it| artifact_type.is_none() || it.artifact_type.as_deref() == artifact_type).collect())
    }
}
