//! Finds what is installed in an image: operating-system and language packages, and where each came from.
//!
//! [`Catalogers`] is the set of all catalogers, compiled into one look-up per file. Its
//! [`visitor`](Catalogers::visitor) is shown a layer's entries by a layer reader and gives [`LayerFacts`]: what
//! the layer says by itself. [`merge`](Catalogers::merge) puts the layers' facts together, as a
//! [`MergedView`](plimsoll_core::MergedView) of the image shows them, to an [`Inventory`].
//!
//! A [`Cataloger`] reads one kind of file, bytes to packages. The crate's own are listed in
//! [`catalogers::all`]; others can be put beside them with [`Catalogers::new`].
//!
//! [`Sbom::read`] makes an inventory of what another tool has found:
//!
//! ```
//! let bom = br#"{"bomFormat":"CycloneDX","components":[{"type":"library","name":"lodash","purl":"pkg:npm/lodash@4.17.20"}]}"#;
//! let sbom = plimsoll_inventory::Sbom::read(bom)?;
//! assert_eq!(sbom.inventory.packages[0].version, "4.17.20");
//! # Ok::<(), plimsoll_inventory::Error>(())
//! ```

mod catalog;
mod cataloger;
pub mod catalogers;
mod dispatch;
mod error;
mod facts;
#[cfg(test)]
mod fake;
mod inventory;
mod layer;
mod linked;
mod lone;
mod magic;
mod merge;
mod sbom;
mod stored;
mod tee;

pub use catalog::{Catalogers, Wanted};
pub use cataloger::{
    Cataloger, Definitions, DirectoryOrigin, File, Hearsay, Interest, Journal, Owned, Pattern, Sink,
    Undecided, Unnamed, path_hash,
};
pub use error::Error;
pub use facts::LayerFacts;
pub use inventory::{Inventory, Unidentified};
pub use layer::LayerCatalog;
pub use magic::Magic;
pub use sbom::{Sbom, SbomFormat};
