use plimsoll_core::Digest;
use serde::Deserialize;

use super::listing::next_page;
use super::session::Asked;
use super::url::encode;
use super::{Client, Error, MANIFESTS, source};

/// Entries of all pages together.
const MOST: usize = 100_000;

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
        let (mut answer, mut bytes) = match found {
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            other => other?,
        };
        let mut all = Vec::new();
        for _ in 0..self.transport.options.pages {
            if let Some(expected) =
                answer.header("docker-content-digest").and_then(|text| text.parse::<Digest>().ok())
                && !source::is(&expected, &bytes)
            {
                let actual = super::hash(expected.algorithm(), &bytes);
                return Err(Error::DigestMismatch { what, expected, actual });
            }
            let index: Index = serde_json::from_slice(&bytes)
                .map_err(|error| Error::Malformed { what: what.clone(), reason: error.to_string() })?;
            // One descriptor that is none takes nothing from the others.
            let descriptors = index.manifests.unwrap_or_default().into_iter();
            all.extend(descriptors.filter_map(|one| serde_json::from_value::<Referrer>(one).ok()));
            let Some(next) = next_page(&answer, &what)? else { break };
            if all.len() >= MOST {
                let reason = format!("it does not end, after {MOST} entries");
                return Err(Error::Malformed { what, reason });
            }
            (answer, bytes) = self.document(&what, asked, &next, &headers)?;
        }
        // A registry need not filter.
        all.retain(|it| artifact_type.is_none() || it.artifact_type.as_deref() == artifact_type);
        Ok(all)
    }
}
