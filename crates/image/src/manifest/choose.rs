//! From an index to the one image that is meant.

use std::collections::HashSet;

use plimsoll_core::{Diagnostic, DiagnosticKind, Digest};

use super::document::{Config, Descriptor, Document, LayerPlan, mark_repeated};
use super::media::{self, Sort};
use super::store::{Key, Store, Wanted, fetch, parse};
use crate::toc::{Hint, Table};
use crate::{
    Choice, Error, ImageInfo, ImageStatus, Layer, OpenOptions, Platform, SkippedManifest, SourceKind,
};

/// Indexes that are looked into for one image.
const INDEXES: usize = 256;
/// Images whose configuration is read to tell their platform.
const PROBES: usize = 256;

/// An image, and where its layers are.
pub(crate) struct Opened {
    pub(crate) info: ImageInfo,
    pub(crate) keys: Vec<Key>,
    pub(crate) tables: Vec<Option<Table>>,
}

impl Opened {
    /// An image with its layers, which `info` has none of yet.
    pub(super) fn new(mut info: ImageInfo, mut plans: Vec<LayerPlan>, store: &Store) -> Self {
        mark_repeated(&mut plans, |key| store.place(key));
        let tables = plans.iter_mut().map(|plan| plan.table.take().map(Table::new)).collect();
        let (layers, keys) = plans.into_iter().map(|plan| (plan.layer, plan.key)).unzip();
        info.layers = layers;
        Self { info, keys, tables }
    }
}

/// A manifest that may be the one.
struct Candidate {
    digest: Digest,
    size: Option<u64>,
    platform: Option<Platform>,
    tags: Vec<String>,
    /// The indexes it was found in.
    within: Vec<Digest>,
    /// The document itself, where it was read already.
    bytes: Option<Vec<u8>>,
}

struct Search<'a> {
    store: &'a Store,
    options: &'a OpenOptions,
    candidates: Vec<Candidate>,
    skipped: Vec<SkippedManifest>,
    seen: HashSet<Digest>,
    indexes: usize,
}

/// Opens the image that an index or a manifest leads to.
pub(crate) fn open_index(
    store: &Store,
    source: SourceKind,
    root: &[u8],
    root_digest: Option<&Digest>,
    what: &str,
    options: &OpenOptions,
) -> Result<Opened, Error> {
    let mut search = Search {
        store,
        options,
        candidates: Vec::new(),
        skipped: Vec::new(),
        seen: HashSet::new(),
        indexes: 0,
    };
    let document: Document = parse(root, what)?;
    if let (Sort::Manifest, Some(digest)) = (sort_of(&document, "", what)?, root_digest) {
        search.candidates.push(Candidate {
            digest: digest.clone(),
            size: Some(root.len() as u64),
            platform: None,
            tags: Vec::new(),
            within: Vec::new(),
            bytes: Some(root.to_vec()),
        });
    } else {
        let within: Vec<Digest> = root_digest.into_iter().cloned().collect();
        search.index(&document, what, &[], &within, 0)?;
    }
    search.choose(source, what)
}

/// What a document is: what its media type says, unless its fields say otherwise; one that is both is refused,
/// because two readers could see two images in it (OCI image specification, image-index.md, "manifests").
fn sort_of(document: &Document, label: &str, what: &str) -> Result<Sort, Error> {
    let label = document.media_type.as_deref().filter(|own| !own.is_empty()).unwrap_or(label);
    if media::sort(label) == Sort::Schema1 || document.schema_version == Some(1) {
        return Err(Error::Unsupported {
            what: what.to_owned(),
            found: "a Docker manifest of schema 1".into(),
            instead: "push the image again with a current Docker or copy it with skopeo, which converts it",
        });
    }
    match (&document.manifests, document.config.is_some() || document.layers.is_some()) {
        (Some(_), true) => Err(Error::Malformed {
            what: what.to_owned(),
            reason: "it is an index and a manifest at once, so readers would see two images".into(),
        }),
        (Some(_), false) => Ok(Sort::Index),
        (None, true) => Ok(Sort::Manifest),
        (None, false) => Ok(media::sort(label)),
    }
}

impl Search<'_> {
    fn index(
        &mut self,
        document: &Document,
        what: &str,
        tags: &[String],
        within: &[Digest],
        depth: u32,
    ) -> Result<(), Error> {
        for descriptor in document.manifests.as_deref().unwrap_or_default() {
            let digest = descriptor.parsed(what)?;
            let mut tags = tags.to_vec();
            for name in ["io.containerd.image.name", "org.opencontainers.image.ref.name"] {
                if let Some(tag) = descriptor.annotation(name).filter(|tag| !tag.is_empty()) {
                    tags.push(tag.to_owned());
                }
            }
            if let Some(reason) = no_image(descriptor) {
                self.skip(&digest, descriptor, reason);
                continue;
            }
            match media::sort(descriptor.media_type()) {
                Sort::Index => self.nested(descriptor, &digest, &tags, within, depth)?,
                Sort::Manifest | Sort::Schema1 => self.candidate(descriptor, digest, tags, within),
                // A descriptor without a type that is known may still be either.
                Sort::Other if descriptor.media_type().is_empty() => {
                    self.nested(descriptor, &digest, &tags, within, depth)?;
                }
                Sort::Other => {
                    self.skip(&digest, descriptor, "its media type is none of an image".into());
                }
            }
        }
        Ok(())
    }

    fn skip(&mut self, digest: &Digest, descriptor: &Descriptor, reason: String) {
        self.skipped.push(SkippedManifest {
            digest: digest.clone(),
            media_type: descriptor.media_type().to_owned(),
            artifact_type: descriptor.artifact_type.clone(),
            reason,
        });
    }

    fn candidate(&mut self, descriptor: &Descriptor, digest: Digest, tags: Vec<String>, within: &[Digest]) {
        if let Some(known) = self.candidates.iter_mut().find(|known| known.digest == digest) {
            known.tags.extend(tags);
            known.tags.dedup();
            return;
        }
        let platform = descriptor.platform.clone().filter(|platform| !platform.os.is_empty());
        let within = within.to_vec();
        self.candidates.push(Candidate {
            digest,
            size: descriptor.size,
            platform,
            tags,
            within,
            bytes: None,
        });
    }

    fn nested(
        &mut self,
        descriptor: &Descriptor,
        digest: &Digest,
        tags: &[String],
        within: &[Digest],
        depth: u32,
    ) -> Result<(), Error> {
        if !self.seen.insert(digest.clone()) {
            return Ok(());
        }
        self.indexes += 1;
        if depth >= self.options.limits.nesting || self.indexes > INDEXES {
            self.skip(digest, descriptor, "it is nested too deep (Limits::nesting)".into());
            return Ok(());
        }
        let what = format!("the index {}", digest.short());
        let key = Key::Digest(digest.clone());
        let wanted = Wanted {
            what: &what,
            named_by: "the index",
            key: &key,
            size: descriptor.size,
            digest: Some(digest).filter(|_| self.options.verify),
        };
        let bytes = match fetch(self.store, &wanted, &self.options.limits) {
            Ok(bytes) => bytes,
            Err(Error::Missing { .. }) => {
                self.skip(digest, descriptor, "it is not there".into());
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let document: Document = parse(&bytes, &what)?;
        match sort_of(&document, descriptor.media_type(), &what)? {
            Sort::Index => {
                let mut within = within.to_vec();
                within.push(digest.clone());
                self.index(&document, &what, tags, &within, depth + 1)
            }
            Sort::Manifest => {
                self.candidate(descriptor, digest.clone(), tags.to_vec(), within);
                Ok(())
            }
            Sort::Schema1 | Sort::Other => {
                self.skip(digest, descriptor, "it is neither an index nor a manifest".into());
                Ok(())
            }
        }
    }

    fn manifest(&self, candidate: &Candidate) -> Result<(Document, String), Error> {
        let what = format!("the manifest {}", candidate.digest.short());
        if let Some(bytes) = &candidate.bytes {
            return Ok((parse(bytes, &what)?, what));
        }
        let key = Key::Digest(candidate.digest.clone());
        let wanted = Wanted {
            what: &what,
            named_by: "the index",
            key: &key,
            size: candidate.size,
            digest: Some(&candidate.digest).filter(|_| self.options.verify),
        };
        let document: Document = parse(&fetch(self.store, &wanted, &self.options.limits)?, &what)?;
        sort_of(&document, "", &what)?;
        Ok((document, what))
    }

    fn config(&self, manifest: &Document, what: &str) -> Result<Option<(Digest, Config)>, Error> {
        let Some(descriptor) = &manifest.config else { return Ok(None) };
        let digest = descriptor.parsed(what)?;
        let key = Key::Digest(digest.clone());
        let wanted = Wanted {
            what: "the configuration",
            named_by: what,
            key: &key,
            size: descriptor.size,
            digest: Some(&digest).filter(|_| self.options.verify),
        };
        let config = parse(&fetch(self.store, &wanted, &self.options.limits)?, "the configuration")?;
        Ok(Some((digest, config)))
    }

    /// Reads the platforms of those that the index says nothing of, where there is something to choose.
    fn probe(&mut self) {
        if self.candidates.len() < 2 {
            return;
        }
        for at in 0..self.candidates.len().min(PROBES) {
            let Some(candidate) = self.candidates.get(at).filter(|candidate| candidate.platform.is_none())
            else {
                continue;
            };
            // One that can't be read is still listed; it fails when it is chosen.
            let platform = self
                .manifest(candidate)
                .and_then(|(manifest, what)| self.config(&manifest, &what))
                .ok()
                .flatten()
                .map(|(_, config)| config.platform())
                .filter(|platform| !platform.os.is_empty());
            if let Some(candidate) = self.candidates.get_mut(at) {
                candidate.platform = platform;
            }
        }
    }

    fn choose(mut self, source: SourceKind, what: &str) -> Result<Opened, Error> {
        self.probe();
        let mut diagnostics = Vec::new();
        if self.candidates.is_empty() {
            return self.artifact(source, what);
        }
        let named: Vec<usize> = match &self.options.reference {
            None => (0..self.candidates.len()).collect(),
            Some(wanted) => {
                let named: Vec<usize> = (0..self.candidates.len())
                    .filter(|&at| {
                        self.candidates.get(at).is_some_and(|candidate| is_called(candidate, wanted))
                    })
                    .collect();
                if named.is_empty() {
                    let available =
                        list(self.candidates.iter().map(|candidate| match candidate.tags.first() {
                            Some(tag) => tag.clone(),
                            None => candidate.digest.to_string(),
                        }));
                    return Err(Error::NoReference {
                        what: what.to_owned(),
                        wanted: wanted.clone(),
                        available,
                    });
                }
                named
            }
        };
        let wanted = self.options.platform.clone();
        let chosen = pick(
            &named,
            |at| self.candidates.get(at).and_then(|candidate| candidate.platform.clone()),
            wanted.as_ref(),
            what,
            &mut diagnostics,
        )?;
        let Some(candidate) = self.candidates.get(chosen) else {
            return self.artifact(source, what);
        };
        let (manifest, manifest_what) = self.manifest(candidate)?;
        let mut opened = self.image(source, candidate, &manifest, &manifest_what, diagnostics)?;
        if let Some(wanted) = &wanted
            && opened.info.status != ImageStatus::Artifact(String::new())
            && !opened.info.platform.os.is_empty()
            && !opened.info.platform.satisfies(wanted)
            && candidate.platform.is_none()
        {
            return Err(Error::NoPlatform {
                what: what.to_owned(),
                wanted: wanted.to_string(),
                available: opened.info.platform.to_string(),
            });
        }
        let own = opened.info.platform.clone();
        opened.info.choices = self
            .candidates
            .iter()
            .enumerate()
            .map(|(at, candidate)| Choice {
                platform: candidate.platform.clone().or_else(|| (at == chosen).then(|| own.clone())),
                digest: Some(candidate.digest.clone()),
                tags: candidate.tags.clone(),
                chosen: at == chosen,
            })
            .collect();
        opened.info.skipped = self.skipped;
        Ok(opened)
    }

    /// An index of no image: what it holds instead is its status.
    fn artifact(self, source: SourceKind, what: &str) -> Result<Opened, Error> {
        let Some(first) = self.skipped.first() else {
            return Err(Error::Malformed {
                what: what.to_owned(),
                reason: "it lists no manifest, so there is no image in it".into(),
            });
        };
        let info = ImageInfo {
            source,
            status: ImageStatus::Artifact(first.artifact_type.as_ref().unwrap_or(&first.media_type).clone()),
            manifest: Some(first.digest.clone()),
            config: None,
            tags: Vec::new(),
            platform: Platform::default(),
            created: None,
            choices: Vec::new(),
            skipped: self.skipped,
            layers: Vec::new(),
            history: Vec::new(),
            base: None,
            diagnostics: Vec::new(),
        };
        Ok(Opened { info, keys: Vec::new(), tables: Vec::new() })
    }

    fn image(
        &self,
        source: SourceKind,
        candidate: &Candidate,
        manifest: &Document,
        what: &str,
        mut diagnostics: Vec<Diagnostic>,
    ) -> Result<Opened, Error> {
        let descriptors = manifest.layers.as_deref().unwrap_or_default();
        let mut info = ImageInfo {
            source,
            status: ImageStatus::Linux,
            manifest: Some(candidate.digest.clone()),
            config: None,
            tags: candidate.tags.clone(),
            platform: candidate.platform.clone().unwrap_or_default(),
            created: None,
            choices: Vec::new(),
            skipped: Vec::new(),
            layers: Vec::new(),
            history: Vec::new(),
            base: None,
            diagnostics: Vec::new(),
        };
        if let Some(kind) = artifact_type(manifest) {
            info.status = ImageStatus::Artifact(kind);
            return Ok(Opened { info, keys: Vec::new(), tables: Vec::new() });
        }
        check_count(descriptors.len(), self.options, what)?;
        let Some((config_digest, config)) = self.config(manifest, what)? else {
            return Err(Error::Malformed {
                what: what.to_owned(),
                reason: "it names no configuration".into(),
            });
        };
        let diff_ids = config.diff_ids("the configuration")?;
        if diff_ids.len() != descriptors.len() {
            let (layers, diff_ids) = (descriptors.len(), diff_ids.len());
            return Err(Error::LayerCount { what: what.to_owned(), layers, diff_ids });
        }
        let created_by = config.created_by(descriptors.len(), &mut diagnostics);
        let mut plans = Vec::new();
        for (index, ((descriptor, diff_id), created_by)) in
            descriptors.iter().zip(diff_ids).zip(created_by).enumerate()
        {
            let digest = descriptor.parsed(what)?;
            plans.push(LayerPlan {
                layer: Layer {
                    index: u32::try_from(index).unwrap_or(u32::MAX),
                    diff_id: Some(diff_id),
                    digest: Some(digest.clone()),
                    media_type: descriptor.media_type().to_owned(),
                    size: descriptor.size,
                    created_by,
                    same_as: None,
                },
                key: Key::Digest(digest),
                table: Hint::of(descriptor.annotations.as_ref()),
            });
        }
        let encrypted = !descriptors.is_empty()
            && descriptors.iter().all(|layer| media::layer(layer.media_type()).encrypted);
        info.status = if encrypted { ImageStatus::Encrypted } else { config.status() };
        info.config = Some(config_digest);
        info.platform = config.platform();
        info.history = config.instructions(descriptors.len());
        info.base = config.base(manifest.annotations.as_ref());
        info.created = config.created;
        info.diagnostics = diagnostics;
        Ok(Opened::new(info, plans, self.store))
    }
}

pub(super) fn check_count(layers: usize, options: &OpenOptions, what: &str) -> Result<(), Error> {
    if layers <= options.limits.layers {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: what.to_owned(),
        actual: format!("{layers} layers"),
        limit: u64::try_from(options.limits.layers).unwrap_or(u64::MAX),
        name: "Limits::layers",
    })
}

/// Why a descriptor leads to no image, where it says so itself.
fn no_image(descriptor: &Descriptor) -> Option<String> {
    if let Some(kind) = descriptor.annotation("vnd.docker.reference.type") {
        return Some(format!("it is an attestation ({kind})"));
    }
    if descriptor.platform.as_ref().is_some_and(|platform| platform.os == "unknown") {
        return Some("its platform is unknown/unknown, as attestations have it".into());
    }
    descriptor
        .artifact_type
        .as_deref()
        .filter(|kind| !kind.is_empty() && !media::is_image_config(kind))
        .map(|kind| format!("it is an artifact of type {kind}"))
}

/// The type of an artifact that is packed as a manifest; none for an image.
fn artifact_type(manifest: &Document) -> Option<String> {
    let config_type = manifest.config.as_ref().map(Descriptor::media_type).unwrap_or_default();
    if media::is_image_config(config_type) {
        return None;
    }
    let layers = manifest.layers.as_deref().unwrap_or_default();
    let own = manifest.artifact_type.as_deref().filter(|own| !own.is_empty());
    let any_layer = layers.iter().any(|layer| media::layer(layer.media_type()).is_layer);
    if own.is_none() && (any_layer || layers.is_empty()) {
        return None;
    }
    Some(own.unwrap_or(config_type).to_owned())
}

/// Whether someone who asks for `wanted` means this one.
fn is_called(candidate: &Candidate, wanted: &str) -> bool {
    let digest = wanted.parse::<Digest>().ok();
    digest.is_some_and(|digest| digest == candidate.digest || candidate.within.contains(&digest))
        || candidate.tags.iter().any(|tag| is_tag(tag, wanted))
}

/// Whether a name is the one that was asked for, which may leave out the registry's part of it.
pub(super) fn is_tag(tag: &str, wanted: &str) -> bool {
    tag == wanted || tag.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('/'))
}

pub(super) fn list(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.take(50).collect();
    names.dedup();
    names.join(", ")
}

/// Picks by platform: the first that satisfies what was asked for. Where nothing was asked for, the host's own,
/// or the only one there is.
pub(super) fn pick(
    named: &[usize],
    platform: impl Fn(usize) -> Option<Platform>,
    wanted: Option<&Platform>,
    what: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<usize, Error> {
    let asked = wanted.cloned().unwrap_or_else(Platform::host);
    let fitting: Vec<usize> =
        named.iter().copied().filter(|&at| platform(at).is_some_and(|own| own.satisfies(&asked))).collect();
    let shown = |at: usize| platform(at).map_or_else(|| "an unknown platform".into(), |own| own.to_string());
    match (fitting.as_slice(), named) {
        ([only], _) => Ok(*only),
        ([first, ..], _) => {
            let message = format!(
                "{what} has {} images for {asked}; the first was taken, choose another by its name or digest",
                fitting.len()
            );
            diagnostics.push(Diagnostic::new(DiagnosticKind::Note, message));
            Ok(*first)
        }
        ([], [only]) if wanted.is_none() || platform(*only).is_none() => Ok(*only),
        ([], [first, ..]) if wanted.is_none() && named.iter().all(|&at| platform(at).is_none()) => Ok(*first),
        _ => Err(Error::NoPlatform {
            what: what.to_owned(),
            wanted: asked.to_string(),
            available: list(named.iter().map(|&at| shown(at))),
        }),
    }
}
