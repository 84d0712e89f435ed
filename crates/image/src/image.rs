use std::fmt;
use std::path::{Path, PathBuf};

use plimsoll_core::{DiagnosticKind, Digest, LayerVisitor, Limits, Observer, Silent};

use crate::layer::{LayerRead, Reading};
use crate::manifest::{Key, MANIFEST, Store, open_docker, open_index, open_legacy};
use crate::read::{Again, Blobs};
use crate::source::{BlobSource, Layout};
use crate::toc::Table;
use crate::{Error, ImageInfo, ImageStatus, Layer, OpenOptions, Platform, SourceKind};

/// An image that is open for reading.
pub struct Image {
    pub(crate) info: ImageInfo,
    pub(crate) place: Place,
    pub(crate) options: OpenOptions,
}

/// Where an image is.
pub(crate) enum Place {
    Folder(PathBuf),
    Store { store: Store, keys: Vec<Key>, tables: Vec<Option<Table>> },
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image").field("info", &self.info).finish_non_exhaustive()
    }
}

impl Image {
    /// Opens the image at `path`: a folder with an `index.json` is an OCI layout, any other folder a root file
    /// system; an archive with a `manifest.json` is a docker archive, one with an `index.json` an OCI archive.
    /// Archives may be compressed as a whole; they are then read twice, because what their layers are stands at
    /// their end.
    ///
    /// # Errors
    /// The path can't be opened, it is no image, its manifests or configuration are damaged or missing, or there
    /// is no image of the platform or name that was asked for.
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self, Error> {
        Self::open_observed(path, options, &Silent)
    }

    /// [`Self::open`], followed by an observer, which can stop it.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn open_observed(path: &Path, options: &OpenOptions, observer: &dyn Observer) -> Result<Self, Error> {
        let (source, store) = match crate::recognise::recognise(path, options, observer)? {
            crate::recognise::Found::Folder => return Ok(Self::of_folder(path, options)),
            crate::recognise::Found::Layout => (SourceKind::OciLayout, Store::Layout(Layout::new(path))),
            crate::recognise::Found::Archive(source, store) => (source, store),
        };
        let opened = match source {
            SourceKind::DockerArchive if store.place(&Key::Name(MANIFEST.into())).is_none() => {
                open_legacy(&store, options)?
            }
            SourceKind::DockerArchive => open_docker(&store, options)?,
            SourceKind::OciLayout => {
                let index = crate::recognise::layout_index(path, &options.limits)?;
                open_index(&store, source, &index, None, "index.json", options)?
            }
            _ => {
                let index = crate::recognise::archive_index(&store, &options.limits)?;
                open_index(&store, source, &index, None, "index.json", options)?
            }
        };
        Self::checked(Self {
            info: opened.info,
            place: Place::Store { store, keys: opened.keys, tables: opened.tables },
            options: options.clone(),
        })
    }

    /// Opens the image whose manifest or index is the blob `root` of a caller's own store.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn from_blobs(
        source: Box<dyn BlobSource>,
        root: &Digest,
        options: &OpenOptions,
    ) -> Result<Self, Error> {
        let (kind, names) = (source.kind(), source.names());
        let store = Store::Custom(source);
        let what = format!("the manifest {}", root.short());
        let bytes = crate::recognise::document(
            &store,
            &Key::Digest(root.clone()),
            &what,
            "the caller",
            Some(root).filter(|_| options.verify),
            &options.limits,
        )?;
        let mut opened = open_index(&store, kind, &bytes, Some(root), &what, options)?;
        opened.info.tags.splice(0..0, names);
        Self::checked(Self {
            info: opened.info,
            place: Place::Store { store, keys: opened.keys, tables: opened.tables },
            options: options.clone(),
        })
    }

    fn of_folder(path: &Path, options: &OpenOptions) -> Self {
        let layer = Layer {
            index: 0,
            diff_id: None,
            digest: None,
            media_type: String::new(),
            size: None,
            created_by: None,
            same_as: None,
        };
        let info = ImageInfo {
            source: SourceKind::Directory,
            status: ImageStatus::Linux,
            manifest: None,
            config: None,
            tags: Vec::new(),
            platform: Platform::default(),
            created: None,
            choices: Vec::new(),
            skipped: Vec::new(),
            layers: vec![layer],
            history: Vec::new(),
            base: None,
            diagnostics: Vec::new(),
        };
        Self { info, place: Place::Folder(path.to_owned()), options: options.clone() }
    }

    fn checked(self) -> Result<Self, Error> {
        let bad = self.info.diagnostics.iter().find(|diagnostic| diagnostic.kind.is_partial());
        match bad.filter(|_| self.options.strict) {
            Some(diagnostic) => Err(Error::Strict(diagnostic.clone())),
            None => Ok(self),
        }
    }

    /// What is known of the image without reading its layers.
    pub fn info(&self) -> &ImageInfo {
        &self.info
    }

    /// Whether digests are checked ([`OpenOptions::verify`]), so that what is read may be kept by them.
    pub fn verifies(&self) -> bool {
        self.options.verify
    }

    /// Reads the layers that are wanted, each once, several at a time. `want` is asked for each layer's index:
    /// false for one that is known already. `visitor` makes for each layer the one that looks at it.
    ///
    /// The result has a place for each layer; it is empty where the layer was not wanted or is an earlier one
    /// over again ([`Layer::same_as`]). What is wrong inside a layer is in [`LayerRead::diagnostics`].
    ///
    /// # Errors
    /// A blob is missing, damaged, or not what its digest says; the storage failed; the observer asked to stop;
    /// in strict mode anything that makes the result partial.
    pub fn read<V: LayerVisitor + Send>(
        &self,
        want: &(dyn Fn(u32) -> bool + Sync),
        visitor: &(dyn Fn(&Layer) -> V + Sync),
        observer: &dyn Observer,
    ) -> Result<Vec<Option<LayerRead<V>>>, Error> {
        let memory = crate::budget::Budget::new(self.options.limits.buffered);
        match &self.place {
            Place::Folder(path) => self.read_folder(path, want, visitor, observer, &memory),
            Place::Store { store, keys, tables } => {
                Blobs { image: self, store, keys, tables, observer, memory: &memory }.read(want, visitor)
            }
        }
    }

    /// Looks again at single entries of a layer, each shown under the path that goes with it. This is for hard
    /// links: the content stands under the first name in the archive, which may have been of no interest, while
    /// a later name is. Digests are not checked again.
    ///
    /// # Errors
    /// As for [`Self::read`], and where there is no such layer.
    pub fn reread<V: LayerVisitor + Send>(
        &self,
        layer: u32,
        wanted: &[(u32, &[u8])],
        visitor: &mut V,
        observer: &dyn Observer,
    ) -> Result<Vec<plimsoll_core::Diagnostic>, Error> {
        let memory = crate::budget::Budget::new(self.options.limits.buffered);
        let layers = self.info.layers.len();
        let Some(which) = self.info.layers.get(layer as usize) else {
            return Err(Error::NoLayer { index: layer, layers });
        };
        let mut diagnostics = Vec::new();
        // One name of each entry at a time: its content passes once.
        let mut rest = wanted.to_vec();
        rest.sort_unstable();
        while !rest.is_empty() {
            let mut later = Vec::new();
            let mut now: Vec<(u32, &[u8])> = Vec::new();
            for (ordinal, path) in rest {
                match now.last() {
                    Some((last, _)) if *last == ordinal => later.push((ordinal, path)),
                    _ => now.push((ordinal, path)),
                }
            }
            let again = Again::new(&now, visitor);
            diagnostics.extend(match &self.place {
                Place::Folder(path) => self.reread_folder(path, again, observer, &memory)?,
                Place::Store { store, keys, tables } => {
                    Blobs { image: self, store, keys, tables, observer, memory: &memory }
                        .reread(which, again)?
                }
            });
            rest = later;
        }
        Ok(diagnostics)
    }

    pub(crate) fn reading<'a>(
        &'a self,
        observer: &'a dyn Observer,
        memory: &'a crate::budget::Budget,
    ) -> Reading<'a> {
        Reading { limits: self.limits(), observer, memory, to_the_end: self.options.verify, last: None }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.options.limits
    }

    /// In strict mode, the first diagnostic that makes a result partial is an error.
    pub(crate) fn admit<V>(&self, read: LayerRead<V>) -> Result<LayerRead<V>, Error> {
        let bad = read.diagnostics.iter().find(|diagnostic| {
            diagnostic.kind.is_partial() || diagnostic.kind == DiagnosticKind::LimitPassed
        });
        match bad.filter(|_| self.options.strict) {
            Some(diagnostic) => Err(Error::Strict(diagnostic.clone())),
            None => Ok(read),
        }
    }
}
