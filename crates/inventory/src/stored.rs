//! An inventory as bytes, to be kept beside an image's digest.

use plimsoll_core::LayerRef;
use serde::{Deserialize, Serialize};

use crate::Inventory;

/// Raised whenever the form changes; older bytes are then nothing.
const FORM: u32 = 4;

/// Thousands of packages came with the same few layers: what is said of a layer is said once, and a package says its
/// place among the layers.
#[derive(Serialize, Deserialize)]
struct Stored {
    form: u32,
    layers: Vec<LayerRef>,
    inventory: Inventory,
}

impl Inventory {
    /// Everything as bytes, to be kept; nothing where they would not come back as they are, as paths that are no
    /// UTF-8 do not.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let mut stored = Stored { form: FORM, layers: Vec::new(), inventory: self.clone() };
        for layer in layers(&mut stored.inventory) {
            if !stored.layers.contains(layer) {
                stored.layers.push(layer.clone());
            }
        }
        let known = std::mem::take(&mut stored.layers);
        for layer in layers(&mut stored.inventory) {
            let place = known.iter().position(|known| known == layer)?;
            *layer = LayerRef { index: u32::try_from(place).ok()?, diff_id: None, created_by: None };
        }
        stored.layers = known;
        let bytes = serde_json::to_vec(&stored).ok()?;
        (Self::from_bytes(&bytes).as_ref() == Some(self)).then_some(bytes)
    }

    /// What [`to_bytes`](Self::to_bytes) wrote; nothing where the bytes are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut stored: Stored = serde_json::from_slice(bytes).ok()?;
        if stored.form != FORM {
            return None;
        }
        let known = stored.layers;
        for layer in layers(&mut stored.inventory) {
            *layer = known.get(usize::try_from(layer.index).ok()?)?.clone();
        }
        Some(stored.inventory)
    }
}

/// Every mention of a layer.
fn layers(inventory: &mut Inventory) -> impl Iterator<Item = &mut LayerRef> {
    let packages = inventory.packages.iter_mut().chain(&mut inventory.removed);
    packages.flat_map(|package| {
        let locations = package.locations.iter_mut().filter_map(|location| location.layer.as_mut());
        locations.chain(&mut package.introduced_in).chain(&mut package.removed_in)
    })
}

#[cfg(test)]
mod tests {
    use plimsoll_core::{ImagePath, Location, Package, PackageType, Purl};

    use super::*;

    fn package(name: &str, path: &[u8], index: u32) -> Package {
        let layer = LayerRef { index, diff_id: None, created_by: Some(format!("RUN install {index}")) };
        let mut package =
            Package::new(PackageType::Npm, name, "1.0.0", Purl::new("npm", None, name, Some("1.0.0")));
        package.locations = vec![Location { path: ImagePath::new(path).unwrap(), layer: Some(layer) }];
        package
    }

    #[test]
    fn comes_back_as_it_was() {
        let packages = vec![package("a", b"a", 0), package("b", b"b", 3), package("c", b"c", 0)];
        let inventory = Inventory { packages, ..Inventory::default() };
        let bytes = inventory.to_bytes().unwrap();
        assert_eq!(Inventory::from_bytes(&bytes).unwrap(), inventory);
        assert_eq!(bytes.windows(11).filter(|text| text == b"RUN install").count(), 2);
        for end in 0..bytes.len() {
            assert_eq!(Inventory::from_bytes(&bytes[..end]), None);
        }
    }

    #[test]
    fn a_path_that_is_no_text_is_not_kept() {
        let inventory = Inventory { packages: vec![package("a", b"\xff", 0)], ..Inventory::default() };
        assert_eq!(inventory.to_bytes(), None);
    }
}
