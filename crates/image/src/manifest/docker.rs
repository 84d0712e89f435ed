//! `manifest.json` of the archives that `docker save` writes (Docker image specification v1.2, "Combined Image
//! JSON + Filesystem Changeset Format").

use std::collections::BTreeMap;

use plimsoll_core::{Digest, Limits};
use serde::Deserialize;

use super::choose::{Opened, check_count, is_tag, list, pick};
use super::document::{Config, Descriptor, LayerPlan};
use super::store::{Key, Store, Wanted, fetch, parse};
use crate::layer::normalise;
use crate::{Choice, Error, ImageInfo, Layer, OpenOptions, SourceKind};

pub(crate) const MANIFEST: &str = "manifest.json";
/// Images in one archive.
const IMAGES: usize = 1024;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    #[serde(default)]
    layers: Option<Vec<String>>,
    /// Descriptors of the layers by diff id, which newer archives have.
    #[serde(default)]
    layer_sources: Option<BTreeMap<String, Descriptor>>,
}

/// Opens an archive's image.
pub(crate) fn open_docker(store: &Store, options: &OpenOptions) -> Result<Opened, Error> {
    let key = Key::Name(MANIFEST.into());
    let wanted = Wanted { what: MANIFEST, named_by: "the archive", key: &key, size: None, digest: None };
    let items: Vec<Item> = parse(&fetch(store, &wanted, &options.limits)?, MANIFEST)?;
    if items.len() > IMAGES {
        return Err(Error::TooLarge {
            what: MANIFEST.into(),
            actual: format!("{} images", items.len()),
            limit: IMAGES as u64,
            name: "images of one archive",
        });
    }
    if items.is_empty() {
        return Err(Error::Malformed { what: MANIFEST.into(), reason: "it lists no image".into() });
    }
    let tags = |at: usize| items.get(at).and_then(|item| item.repo_tags.clone()).unwrap_or_default();
    let named: Vec<usize> = (0..items.len())
        .filter(|&at| match &options.reference {
            None => true,
            Some(wanted) => {
                tags(at).iter().any(|tag| is_tag(tag, wanted))
                    || wanted.parse().is_ok_and(|wanted: Digest| {
                        items.get(at).and_then(|item| config_digest(&item.config)) == Some(wanted)
                    })
            }
        })
        .collect();
    if named.is_empty() {
        return Err(Error::NoReference {
            what: MANIFEST.into(),
            wanted: options.reference.clone().unwrap_or_default(),
            available: list((0..items.len()).flat_map(tags)),
        });
    }
    // A configuration that can't be read is an error when its image is chosen.
    let configs: Vec<Result<(Option<Digest>, Config), Error>> =
        items.iter().map(|item| config(store, item, options)).collect();
    let platform = |at: usize| {
        let (_, config) = configs.get(at)?.as_ref().ok()?;
        Some(config.platform()).filter(|platform| !platform.os.is_empty())
    };
    let mut diagnostics = Vec::new();
    let chosen = pick(&named, platform, options.platform.as_ref(), MANIFEST, &mut diagnostics)?;
    let choices = (0..items.len())
        .map(|at| Choice {
            platform: platform(at),
            digest: items.get(at).and_then(|item| config_digest(&item.config)),
            tags: tags(at),
            chosen: at == chosen,
        })
        .collect();
    let (Some(item), Some(config)) = (items.get(chosen), configs.into_iter().nth(chosen)) else {
        return Err(Error::Malformed { what: MANIFEST.into(), reason: "it lists no image".into() });
    };
    let (config_digest, config) = config?;
    let names = item.layers.as_deref().unwrap_or_default();
    check_count(names.len(), options, MANIFEST)?;
    let diff_ids = config.diff_ids("the configuration")?;
    if diff_ids.len() != names.len() {
        let (layers, diff_ids) = (names.len(), diff_ids.len());
        return Err(Error::LayerCount { what: MANIFEST.into(), layers, diff_ids });
    }
    let created_by = config.created_by(names.len(), &mut diagnostics);
    let (instructions, base) = (config.instructions(names.len()), config.base(None));
    let mut plans = Vec::new();
    for (index, ((name, diff_id), created_by)) in names.iter().zip(diff_ids).zip(created_by).enumerate() {
        let source = item.layer_sources.as_ref().and_then(|sources| sources.get(&diff_id.to_string()));
        let key = key_of(name, &format!("layer {index}"), &options.limits)?;
        plans.push(LayerPlan {
            layer: Layer {
                index: u32::try_from(index).unwrap_or(u32::MAX),
                digest: blob_digest(name),
                media_type: source.map(|source| source.media_type().to_owned()).unwrap_or_default(),
                size: store.place(&key).map(|(_, size)| size),
                diff_id: Some(diff_id),
                created_by,
                same_as: None,
            },
            key,
            table: None,
        });
    }
    let info = ImageInfo {
        source: SourceKind::DockerArchive,
        status: config.status(),
        manifest: None,
        config: config_digest,
        tags: item.repo_tags.clone().unwrap_or_default(),
        platform: config.platform(),
        created: config.created,
        choices,
        skipped: Vec::new(),
        layers: Vec::new(),
        history: instructions,
        base,
        diagnostics,
    };
    Ok(Opened::new(info, plans, store))
}

fn key_of(name: &str, what: &str, limits: &Limits) -> Result<Key, Error> {
    let mut path = Vec::new();
    match normalise(name.as_bytes(), limits, &mut path) {
        Ok(_) => Ok(Key::Name(path)),
        Err(_) => Err(Error::Missing {
            what: what.to_owned(),
            name: name.chars().take(200).collect(),
            named_by: MANIFEST.into(),
        }),
    }
}

fn config(store: &Store, item: &Item, options: &OpenOptions) -> Result<(Option<Digest>, Config), Error> {
    let key = key_of(&item.config, "the configuration", &options.limits)?;
    let digest = config_digest(&item.config);
    let wanted = Wanted {
        what: "the configuration",
        named_by: MANIFEST,
        key: &key,
        size: None,
        digest: digest.as_ref().filter(|_| options.verify),
    };
    let bytes = fetch(store, &wanted, &options.limits)?;
    Ok((digest, parse(&bytes, "the configuration")?))
}

/// The digest that a configuration's name is made of: `<hex>.json`, `blobs/sha256/<hex>` or the digest itself.
fn config_digest(name: &str) -> Option<Digest> {
    blob_digest(name)
        .or_else(|| name.parse().ok())
        .or_else(|| format!("sha256:{}", name.strip_suffix(".json")?).parse().ok())
}

/// The digest that a blob's name is made of.
fn blob_digest(name: &str) -> Option<Digest> {
    let (algorithm, hex) = name.strip_prefix("blobs/")?.split_once('/')?;
    format!("{algorithm}:{hex}").parse().ok()
}
