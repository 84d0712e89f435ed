//! The API's media types, and which of them an `Accept` header asks for.

pub(super) const METADATA: &str = "application/vnd.scanner.adapter.metadata+json; version=1.1";
pub(super) const METADATA_1_0: &str = "application/vnd.scanner.adapter.metadata+json; version=1.0";
pub(super) const RESPONSE: &str = "application/vnd.scanner.adapter.scan.response+json; version=1.0";
pub(super) const ERROR: &str = "application/vnd.scanner.adapter.error+json; version=1.0";
/// The images that can be scanned.
pub(super) const IMAGES: [&str; 2] =
    ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];
/// What a bill of materials may be written as.
pub(super) const SBOMS: [&str; 2] = ["application/spdx+json", "application/vnd.cyclonedx+json"];

/// What can be asked of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `HarborVulnerabilityReport`, as API 1.0 calls it.
    Harbor,
    /// The same, as API 1.1 calls it.
    Vulnerabilities,
    /// A report of our own: docs/json.md.
    Raw,
    /// `HarborSbomReport`.
    Sbom,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Vulnerabilities, Self::Harbor, Self::Raw, Self::Sbom];

    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Harbor => "application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0",
            Self::Vulnerabilities => "application/vnd.security.vulnerability.report; version=1.1",
            Self::Raw => "application/vnd.scanner.adapter.vuln.report.raw",
            Self::Sbom => "application/vnd.security.sbom.report+json; version=1.0",
        }
    }

    /// What a media type means. One without a version means the one that there is.
    pub(super) fn named(text: &str) -> Option<Self> {
        let asked = Media::parse(text)?;
        Self::ALL.into_iter().find(|kind| {
            Media::parse(kind.media_type()).is_some_and(|own| {
                asked.name == own.name && (asked.version.is_none() || asked.version == own.version)
            })
        })
    }

    /// What the header asks for; without one, what API 1.0 has always answered.
    pub(super) fn accepted(accept: Option<&str>) -> Option<Self> {
        let Some(accept) = accept.map(str::trim).filter(|accept| !accept.is_empty()) else {
            return Some(Self::Harbor);
        };
        let mut best: Option<(u16, Self)> = None;
        for text in accept.split(',') {
            let Some(media) = Media::parse(text) else { continue };
            let kind = match media.name.as_str() {
                "*/*" | "application/*" | "application/json" => Some(Self::Harbor),
                _ => Self::named(text),
            };
            // Of those that are liked as much the first (RFC 9110, "Accept").
            if let Some(kind) =
                kind.filter(|_| media.weight > 0 && best.is_none_or(|(most, _)| media.weight > most))
            {
                best = Some((media.weight, kind));
            }
        }
        best.map(|(_, kind)| kind)
    }
}

/// A media type of a header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Media {
    /// `type/subtype`, in lower case.
    pub(super) name: String,
    pub(super) version: Option<String>,
    /// How much it is wanted, in thousandths.
    weight: u16,
}

impl Media {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next()?.to_ascii_lowercase();
        let token = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
        };
        let (kind, subtype) = name.split_once('/')?;
        if !token(kind) || !token(subtype) {
            return None;
        }
        let mut media = Self { name: name.clone(), version: None, weight: 1000 };
        for (key, value) in parts.filter_map(|part| part.split_once('=')) {
            let value = value.trim().trim_matches('"');
            if key.trim().eq_ignore_ascii_case("version") {
                media.version = Some(value.to_owned());
            } else if key.trim().eq_ignore_ascii_case("q") {
                media.weight = weight(value)?;
            }
        }
        Some(media)
    }
}

/// A weight (RFC 9110, "Quality Values"): `0` to `1`, with up to three digits after the point.
fn weight(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: u16 = format!("{part:0<3}").parse().ok()?;
    match whole {
        "0" => Some(part),
        "1" if part == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Kind::{self, Harbor, Raw, Sbom, Vulnerabilities};

    #[test]
    fn what_headers_ask_for() {
        for (accept, kind) in [
            (None, Some(Harbor)),
            (Some("*/*"), Some(Harbor)),
            (Some("application/vnd.security.vulnerability.report; version=1.1"), Some(Vulnerabilities)),
            (Some("application/vnd.security.vulnerability.report;version=\"1.1\""), Some(Vulnerabilities)),
            (Some("application/vnd.security.vulnerability.report; version=2.0"), None),
            (Some("application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0"), Some(Harbor)),
            (Some("Application/VND.scanner.adapter.vuln.report.raw"), Some(Raw)),
            (Some("application/vnd.security.sbom.report+json; version=1.0"), Some(Sbom)),
            (Some("text/html, application/vnd.scanner.adapter.vuln.report.raw;q=0.2, */*;q=0.1"), Some(Raw)),
            (Some("application/vnd.scanner.adapter.vuln.report.raw;q=0"), None),
            (Some("text/html"), None),
            (Some("nonsense"), None),
        ] {
            assert_eq!(Kind::accepted(accept), kind, "{accept:?}");
        }
    }
}
