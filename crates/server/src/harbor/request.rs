//! What Harbor asks to be scanned (`ScanRequest`).

use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plimsoll::{Credential, Digest, ImageName};
use plimsoll_monitor::Place;
use serde::Deserialize;

use super::media::{IMAGES, Kind, Media};
use crate::app::App;
use crate::problem::Problem;
use crate::route::params::Object;

/// Longer than any header that a proxy lets through.
const AUTHORIZATION: usize = 16 << 10;

#[derive(Deserialize)]
struct Request {
    registry: Option<Object<Registry>>,
    artifact: Option<Object<Artifact>>,
    #[serde(default)]
    enabled_capabilities: Option<Vec<Object<Capability>>>,
}

#[derive(Deserialize)]
struct Registry {
    url: Option<String>,
    authorization: Option<String>,
}

#[derive(Deserialize)]
struct Artifact {
    repository: Option<String>,
    digest: Option<String>,
    tag: Option<String>,
    mime_type: Option<String>,
}

#[derive(Deserialize)]
struct Capability {
    #[serde(rename = "type")]
    kind: Option<String>,
    produces_mime_types: Option<Vec<String>>,
}

/// A request that makes sense.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// The image, as the registry is asked for it.
    pub(super) name: ImageName,
    pub(super) digest: Digest,
    /// Where it is, by the registry's own name.
    pub(super) place: Place,
    pub(super) tag: Option<String>,
    pub(super) media_type: String,
    /// Whether the registry was named as one that speaks plain HTTP.
    pub(super) plain: bool,
    /// What to show to the registry. It is kept in memory, until the image is read.
    pub(super) credential: Option<Credential>,
}

fn invalid(why: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why)
}

pub(super) fn read(app: &App, headers: &HeaderMap, body: &[u8]) -> Result<Wanted, Problem> {
    let kind =
        headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("application/json");
    let json = |media: &Media| media.name.ends_with("+json") || media.name == "application/json";
    if !Media::parse(kind).as_ref().is_some_and(json) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "expected application/vnd.scanner.adapter.scan.request+json; version=1.1",
        ));
    }
    let Object(request): Object<Request> = serde_json::from_slice(body)
        .map_err(|error| Problem::bad(format!("the request is not what it should be: {error}")))?;
    let Object(registry) = request.registry.ok_or_else(|| invalid("missing registry"))?;
    let Object(artifact) = request.artifact.ok_or_else(|| invalid("missing artifact"))?;
    let needed = |value: Option<String>, what: &str| {
        value.filter(|text| !text.is_empty()).ok_or_else(|| invalid(format!("missing {what}")))
    };
    let url = needed(registry.url, "registry.url")?;
    let (plain, host) = host(&url)?;
    let repository = needed(artifact.repository, "artifact.repository")?;
    let digest: Digest = needed(artifact.digest, "artifact.digest")?
        .parse()
        .map_err(|error| invalid(format!("invalid artifact.digest: {error}")))?;
    let tag = artifact.tag.filter(|tag| !tag.is_empty());
    if !app.registries.is_allowed(&host) {
        return Err(invalid(format!(
            "{host} is none of the configured registries, nor one of their aliases"
        )));
    }
    let place = app.registries.place(&host, &repository);
    // Harbor says where it wants to be asked; what the configuration says of that registry holds nevertheless.
    let asked = app.registries.asked(&host).unwrap_or(&host);
    let name = ImageName::new(asked, &repository, tag.as_deref(), Some(digest.clone()))
        .map_err(|error| invalid(format!("invalid artifact: {error}")))?;
    let credential = registry.authorization.as_deref().map(credential).transpose()?.flatten();
    let media_type = artifact.mime_type.filter(|text| !text.is_empty());
    let media_type = media_type.unwrap_or_else(|| IMAGES[0].to_owned());
    capable(&media_type, request.enabled_capabilities.unwrap_or_default())?;
    Ok(Wanted { name, digest, place, tag, media_type, plain, credential })
}

/// Whether the image and what is wanted of it are something that this scanner knows.
fn capable(media_type: &str, capabilities: Vec<Object<Capability>>) -> Result<(), Problem> {
    let cannot = |what: String| Err(Problem::new(StatusCode::NOT_IMPLEMENTED, what));
    let media = |text: &str, what: &str| {
        Media::parse(text)
            .ok_or_else(|| invalid(format!("invalid {what}: {:?} is no media type", short(text))))
    };
    let image = media(media_type, "artifact.mime_type")?;
    if !IMAGES.contains(&image.name.as_str()) {
        return cannot(format!("{} can't be scanned; what can: {}", image.name, IMAGES.join(", ")));
    }
    for Object(capability) in capabilities {
        if let Some(kind) = capability.kind.filter(|kind| kind != "vulnerability" && kind != "sbom") {
            return Err(invalid(format!("invalid enabled_capabilities: {:?} is no type", short(&kind))));
        }
        let types = capability.produces_mime_types.unwrap_or_default();
        for text in &types {
            media(text, "produces_mime_types")?;
        }
        if !types.is_empty() && !types.iter().any(|text| Kind::named(text).is_some()) {
            return cannot("none of the reports that are wanted can be made".to_owned());
        }
    }
    Ok(())
}

fn short(text: &str) -> String {
    text.chars().take(100).collect()
}

/// The registry's host, and whether its address says plain HTTP.
fn host(url: &str) -> Result<(bool, String), Problem> {
    let (plain, rest) = match url.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (false, rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (true, rest),
        Some(_) => return Err(invalid("invalid registry.url: expected http:// or https://")),
        None => (false, url),
    };
    let mut host = rest.trim_end_matches('/').to_owned();
    // What a name of an image takes for a host: neither a path nor a user, nor a word alone.
    let is_word = |host: &str| !host.contains(['.', ':']) && !host.eq_ignore_ascii_case("localhost");
    // With a scheme the port is known, and a word with a port is a host, as containers call each other.
    if url.contains("://") && is_word(&host) && host.starts_with(|c: char| c.is_ascii_alphabetic()) {
        host.push_str(if plain { ":80" } else { ":443" });
    }
    let is_host = !is_word(&host);
    match ImageName::new(&host, "a/b", None, None) {
        Ok(_) if !is_host => Err(invalid("invalid registry.url: expected a host, with a domain or a port")),
        Ok(_) => Ok((plain, host.to_ascii_lowercase())),
        Err(error) => Err(invalid(format!("invalid registry.url: {error}"))),
    }
}

/// The value of an HTTP Authorization header.
fn credential(text: &str) -> Result<Option<Credential>, Problem> {
    let wrong = || invalid("invalid registry.authorization: expected Basic or Bearer");
    if text.is_empty() {
        return Ok(None);
    }
    let (scheme, value) = text.split_once(' ').ok_or_else(wrong)?;
    let value = value.trim();
    if text.len() > AUTHORIZATION || value.is_empty() || value.contains(|c: char| !c.is_ascii_graphic()) {
        return Err(wrong());
    }
    // The specification's own example writes `Bearer:`.
    match scheme.trim_end_matches(':').to_ascii_lowercase().as_str() {
        "bearer" => Ok(Some(Credential::Bearer(value.to_owned()))),
        "basic" => {
            let plain = STANDARD.decode(value).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let plain = plain.ok_or_else(wrong)?;
            let (user, password) = plain.split_once(':').ok_or_else(wrong)?;
            Ok(Some(Credential::Basic { user: user.to_owned(), password: password.to_owned() }))
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_registries_are() {
        let said = |url: &str| host(url).ok();
        assert_eq!(said("https://core.harbor.domain"), Some((false, "core.harbor.domain".to_owned())));
        assert_eq!(said("HTTP://Harbor-Core:8080/"), Some((true, "harbor-core:8080".to_owned())));
        assert_eq!(
            said("harbor-harbor-registry:5000"),
            Some((false, "harbor-harbor-registry:5000".to_owned()))
        );
        assert_eq!(said("http://harbor-core"), Some((true, "harbor-core:80".to_owned())));
        assert_eq!(said("https://harbor/"), Some((false, "harbor:443".to_owned())));
        for bad in [
            "INVALID REGISTRY",
            "ftp://a",
            "https://a/b",
            "https://a@b",
            "https://",
            "a\r\nb",
            "https://0",
            "word",
        ] {
            assert_eq!(said(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn credentials() {
        // printf %s robot:secret:x | base64
        let basic = credential("Basic cm9ib3Q6c2VjcmV0Ong=").unwrap();
        assert!(
            matches!(basic, Some(Credential::Basic { user, password }) if user == "robot" && password == "secret:x")
        );
        for text in ["Bearer abc", "Bearer: abc", "bearer  abc"] {
            assert!(
                matches!(credential(text).unwrap(), Some(Credential::Bearer(token)) if token == "abc"),
                "{text}"
            );
        }
        assert!(credential("").unwrap().is_none());
        for bad in ["abc", "Basic ???", "Basic YQ==", "Digest x", "Bearer a b", "Bearer "] {
            assert!(credential(bad).is_err(), "{bad}");
        }
    }
}
