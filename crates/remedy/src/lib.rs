//! What to do about findings.
//!
//! [`upgrades`] says for each package which published version is rid of most, tried by matching it;
//! [`Build::base`] which image this one was built on; [`Advice`] joins them: [`Advice::actions`] has for every finding
//! something to do, and [`Advice::plan`] the fewest actions for the image, the most useful first. [`command`] speaks
//! the package managers' languages.
//!
//! ```
//! use plimsoll_core::PackageType;
//! let line = plimsoll_remedy::command::upgrade(PackageType::PyPi, None, &["jinja2"], "3.1.6");
//! assert_eq!(line.as_deref(), Some("pip install jinja2==3.1.6"));
//! ```
//!
//! Nothing here reads a file or a network: what is known of the image and the advisories is given.

mod action;
mod base;
pub mod command;
mod instruction;
mod major;
mod plan;
mod upgrade;

pub use action::{Advice, Ended};
pub use base::Build;
pub use instruction::instruction;
pub use major::major;
pub use upgrade::upgrades;
