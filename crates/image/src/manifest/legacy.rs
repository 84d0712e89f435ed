//! Archives that Docker before 1.10 wrote (Docker image specification v1.1, "Combined Image JSON + Filesystem
//! Changeset Format"): a folder for each layer, whose `json` names its parent, and `repositories`, which names the
//! topmost. They say no digest of anything.

use std::collections::{BTreeMap, HashSet};

use plimsoll_core::{Diagnostic, DiagnosticKind};
use serde::Deserialize;

use super::choose::{Opened, check_count, is_tag, list, pick};
use super::document::{Config, LayerPlan};
use super::store::{Key, Store, Wanted, fetch, parse};
use crate::{Choice, Error, ImageInfo, Layer, OpenOptions, SourceKind};

pub(crate) const REPOSITORIES: &str = "repositories";
/// Images in one archive.
const IMAGES: usize = 1024;

/// What a layer's `json` says.
#[derive(Clone, Debug, Deserialize)]
struct Image {
    #[serde(default)]
    parent: Option<String>,
    #[serde(default)]
    container_config: Option<ContainerConfig>,
    /// Platform and date, which are written as in later configurations.
    #[serde(flatten)]
    config: Config,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ContainerConfig {
    #[serde(default)]
    cmd: Option<Vec<String>>,
}

/// Opens an archive's image.
pub(crate) fn open_legacy(store: &Store, options: &OpenOptions) -> Result<Opened, Error> {
    let key = Key::Name(REPOSITORIES.into());
    let wanted = Wanted { what: REPOSITORIES, named_by: "the archive", key: &key, size: None, digest: None };
    let repositories: BTreeMap<String, BTreeMap<String, String>> =
        parse(&fetch(store, &wanted, &options.limits)?, REPOSITORIES)?;
    // The images with the names of each, in the order of the names.
    let mut images: Vec<(String, Vec<String>)> = Vec::new();
    for (repository, tags) in repositories {
        for (tag, id) in tags {
            let name = format!("{repository}:{tag}");
            if let Some((_, names)) = images.iter_mut().find(|(known, _)| *known == id) {
                names.push(name);
                continue;
            }
            if images.len() >= IMAGES {
                return Err(Error::TooLarge {
                    what: REPOSITORIES.into(),
                    actual: format!("more than {IMAGES} images"),
                    limit: IMAGES as u64,
                    name: "images of one archive",
                });
            }
            images.push((id, vec![name]));
        }
    }
    if images.is_empty() {
        return Err(Error::Malformed { what: REPOSITORIES.into(), reason: "it names no image".into() });
    }
    let named: Vec<usize> = images
        .iter()
        .enumerate()
        .filter(|(_, (id, names))| {
            options
                .reference
                .as_ref()
                .is_none_or(|wanted| wanted == id || names.iter().any(|name| is_tag(name, wanted)))
        })
        .map(|(at, _)| at)
        .collect();
    if named.is_empty() {
        return Err(Error::NoReference {
            what: REPOSITORIES.into(),
            wanted: options.reference.clone().unwrap_or_default(),
            available: list(images.iter().flat_map(|(_, names)| names.clone())),
        });
    }
    // A description that can't be read is an error when its image is chosen.
    let tops: Vec<Result<Image, Error>> = images.iter().map(|(id, _)| describe(store, id, options)).collect();
    let platform = |at: usize| {
        let top = tops.get(at)?.as_ref().ok()?;
        Some(top.config.platform()).filter(|platform| !platform.os.is_empty())
    };
    let mut diagnostics = vec![Diagnostic::new(
        DiagnosticKind::Note,
        "an archive of Docker before 1.10 names no digests: nothing of it could be verified",
    )];
    let chosen = pick(&named, platform, options.platform.as_ref(), REPOSITORIES, &mut diagnostics)?;
    let choices = images
        .iter()
        .enumerate()
        .map(|(at, (_, tags))| Choice {
            platform: platform(at),
            digest: None,
            tags: tags.clone(),
            chosen: at == chosen,
        })
        .collect();
    let (Some((id, tags)), Some(top)) = (images.get(chosen).cloned(), tops.into_iter().nth(chosen)) else {
        return Err(Error::Malformed { what: REPOSITORIES.into(), reason: "it names no image".into() });
    };
    let top = top?;
    let config = top.config.clone();
    let plans = chain(store, id, top, options)?;
    let info = ImageInfo {
        source: SourceKind::DockerArchive,
        status: config.status(),
        manifest: None,
        config: None,
        tags,
        platform: config.platform(),
        created: config.created.clone(),
        choices,
        skipped: Vec::new(),
        layers: Vec::new(),
        // Each layer's own description is all the history that there is.
        history: Vec::new(),
        base: config.base(None),
        diagnostics,
    };
    Ok(Opened::new(info, plans, store))
}

/// The layers from the lowest to the one that is named.
fn chain(store: &Store, top: String, image: Image, options: &OpenOptions) -> Result<Vec<LayerPlan>, Error> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut next = Some((top, image));
    while let Some((id, image)) = next {
        check_count(found.len() + 1, options, REPOSITORIES)?;
        if !seen.insert(id.clone()) {
            let reason = format!("layer {} is its own ancestor", shown(&id));
            return Err(Error::Malformed { what: REPOSITORIES.into(), reason });
        }
        next = match image.parent.filter(|parent| !parent.is_empty()) {
            Some(parent) => {
                let image = describe(store, &parent, options)?;
                Some((parent, image))
            }
            None => None,
        };
        let command = image.container_config.and_then(|config| config.cmd).unwrap_or_default();
        found.push((id, Some(command.join(" ")).filter(|text| !text.is_empty())));
    }
    found.reverse();
    let mut plans = Vec::new();
    for (index, (id, created_by)) in found.into_iter().enumerate() {
        let key = member(&id, "layer.tar")?;
        plans.push(LayerPlan {
            layer: Layer {
                index: u32::try_from(index).unwrap_or(u32::MAX),
                digest: None,
                media_type: String::new(),
                size: store.place(&key).map(|(_, size)| size),
                diff_id: None,
                created_by,
                same_as: None,
            },
            key,
            table: None,
        });
    }
    Ok(plans)
}

fn describe(store: &Store, id: &str, options: &OpenOptions) -> Result<Image, Error> {
    let key = member(id, "json")?;
    let what = format!("the description of layer {}", shown(id));
    let wanted = Wanted { what: &what, named_by: REPOSITORIES, key: &key, size: None, digest: None };
    parse(&fetch(store, &wanted, &options.limits)?, &what)
}

/// A layer's file. Ids are 64 hexadecimal digits; nothing else is looked for, so that an id leads nowhere else.
fn member(id: &str, file: &str) -> Result<Key, Error> {
    if id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Key::Name(format!("{id}/{file}").into_bytes()));
    }
    let reason = format!("{:?} is no layer's id", shown(id));
    Err(Error::Malformed { what: REPOSITORIES.into(), reason })
}

fn shown(id: &str) -> String {
    id.chars().take(12).collect()
}
