//! The words that every stage of Plimsoll shares, and the seams between the stages.
//!
//! An image is a stack of layers ([`Digest`], [`LayerRef`]) of files ([`ImagePath`]). A layer reader shows every
//! entry of a layer to a [`LayerVisitor`]; what the visitor asks for becomes [`Package`]s. Packages are matched
//! against [`Advisory`] records and become [`Finding`]s, each with its [`Evidence`]; what could not be judged is
//! a [`Coverage`] gap, what was wrong in the input a [`Diagnostic`], and what may be used up a [`Limits`].
//!
//! ```
//! use plimsoll_core::{Package, PackageType};
//! let package = Package::from_purl("pkg:deb/debian/libc6@2.36-9?distro=debian-12&upstream=glibc".parse()?)?;
//! assert_eq!((package.kind, package.source_name()), (PackageType::Deb, "glibc"));
//! assert_eq!(package.ecosystem.unwrap().as_str(), "Debian:12");
//! # Ok::<(), plimsoll_core::PurlError>(())
//! ```
//!
//! This crate does no input or output and knows no other crate of the family.

mod advisory;
pub mod calendar;
pub mod codename;
mod coverage;
mod diagnostic;
mod digest;
mod distro;
mod ecosystem;
mod finding;
mod from_purl;
mod hex;
mod layer;
mod limits;
mod names;
mod observer;
mod package;
mod path;
mod purl;
mod purl_distro;
mod remedy;
mod severity;
mod shared;
mod text;
mod view;
mod visit;
mod word;

pub use advisory::{Advisory, AdvisoryKind, Affected, Event, NameKind, Range, RangeKind, Reference};
pub use coverage::{Assessment, Coverage, CoverageCounts};
pub use diagnostic::{Diagnostic, DiagnosticKind};
pub use digest::{Algorithm, Digest, DigestError};
pub use distro::Distro;
pub use ecosystem::{Ecosystem, PackageType};
pub use finding::{Disabled, Evidence, Finding, FixState, Status, Verdict};
pub use layer::{Instruction, LayerRef};
pub use limits::Limits;
pub use names::Names;
pub use observer::{Observer, Progress, Silent};
pub use package::{Confidence, Dependency, Identity, Location, Origin, Package, Role, Source};
pub use path::{ImagePath, PathError};
pub use purl::{Purl, PurlError};
pub use remedy::{Action, Base, Place, Plan, Remaining, Remedy, Step, Upgrade, WithinMajor};
pub use severity::{Rating, Severity};
pub use shared::Shared;
pub use text::{Clean, clean, is_harmful};
pub use view::{FileRef, MergedView};
pub use visit::{Content, ContentRead, Entry, EntryKind, LayerVisitor, Take};
pub use word::Word;
