//! Layers in an archive that is compressed as a whole: they can be read only as they pass.

use std::collections::HashMap;
use std::io::{self, Read};

use plimsoll_core::LayerVisitor;

use super::{ABSENT, Blobs, How, Reads, name_of, unreadable};
use crate::manifest::media;
use crate::source::{Blob, Packed};
use crate::stream::ByteStream;
use crate::{Error, Layer};

impl Blobs<'_> {
    /// Reads the layers of a compressed archive as they pass.
    pub(super) fn read_packed<V: LayerVisitor + Send>(
        &self,
        packed: &Packed,
        wanted: &[&Layer],
        visitor: &(dyn Fn(&Layer) -> V + Sync),
        reads: &mut Reads<V>,
    ) -> Result<(), Error> {
        let mut at = HashMap::new();
        for layer in wanted {
            let read = match (
                unreadable(layer),
                self.keys.get(layer.index as usize).map(|key| (key, self.store.place(key))),
            ) {
                (Some(reason), _) => self.unread(layer, visitor(layer), reason),
                (None, Some((_, Some((offset, _))))) => {
                    at.insert(offset, *layer);
                    continue;
                }
                (None, Some((key, None))) if !media::layer(&layer.media_type).nondistributable => {
                    let (name, named_by) = (key.to_string(), "the manifest".into());
                    return Err(Error::Missing { what: name_of(layer), name, named_by });
                }
                (None, _) => self.unread(layer, visitor(layer), ABSENT.into()),
            };
            if let Some(place) = reads.get_mut(layer.index as usize) {
                *place = Some(self.image.admit(read)?);
            }
        }
        if at.is_empty() {
            return Ok(());
        }
        let offsets = at.keys().copied().collect();
        packed.read_members(&offsets, self.image.limits(), self.observer, &mut |offset, size, stream| {
            let Some(layer) = at.get(&offset) else { return Ok(0) };
            if let Some(expected) = layer.size.filter(|&expected| expected != size) {
                return Err(Error::SizeMismatch { what: name_of(layer), expected, actual: size });
            }
            let mut left = size;
            let blob = Box::new(Passing { stream, left: &mut left, size });
            let how = How { verify: self.image.options.verify, last: None, pool: None };
            let read = self.image.admit(self.read_open(layer, blob, visitor(layer), &how)?)?;
            if let Some(place) = reads.get_mut(layer.index as usize) {
                *place = Some(read);
            }
            Ok(size - left)
        })
    }
}

/// A member of an archive that passes by, as a blob.
pub(super) struct Passing<'s> {
    pub(super) stream: &'s mut dyn ByteStream,
    pub(super) left: &'s mut u64,
    pub(super) size: u64,
}

impl Read for Passing<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(*self.left).unwrap_or(usize::MAX).min(out.len());
        let at_hand = self.stream.fill()?;
        let count = at_hand.len().min(wanted);
        if let (Some(to), Some(from)) = (out.get_mut(..count), at_hand.get(..count)) {
            to.copy_from_slice(from);
        }
        self.stream.consume(count);
        *self.left -= count as u64;
        Ok(count)
    }
}

impl Blob for Passing<'_> {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }
}
