//! How bad a vulnerability is: CVSS vectors of every version, vendors' words, and one answer.
//!
//! A [`Cvss`] is a valid vector of v2, v3.0, v3.1 or v4.0; it has [`Score`]s and, by its [`Version`]'s rating scale,
//! a [`Level`]. What several sources say of one vulnerability are [`Statement`]s, and [`assess`] makes of them
//! one [`Assessment`] that names the statement which decided and the line of the [`Policy`] that chose it.
//!
//! [`priority`] puts severity, threat and remedy together as one number to sort by; [`export`] has other systems'
//! coarser levels.
//!
//! ```
//! use plimsoll_severity::{Cvss, Level};
//! let cvss: Cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".parse()?;
//! assert_eq!((cvss.score().tenths(), cvss.rating()), (98, Level::Critical));
//! # Ok::<(), plimsoll_severity::CvssError>(())
//! ```
//!
//! No input or output happens here, and nothing here depends on the rest of Plimsoll.

mod assessment;
mod cvss;
pub mod export;
mod level;
mod policy;
mod priority;
mod score;
pub mod words;

pub use assessment::{Assessment, Problem, Statement, assess};
pub use cvss::{Cvss, CvssError, V2, V3, V4, Version};
pub use level::{Level, UnknownLevel};
pub use policy::{Policy, PolicyError, Prefer, Role, Step};
pub use priority::{Maturity, Priority, Signals, priority};
pub use score::Score;
