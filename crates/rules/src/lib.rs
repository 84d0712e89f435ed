//! What the owner of an image has decided about its findings.
//!
//! A [`Ruleset`] is read from a file or built from [`Rule`]s in code; [`apply`] marks the findings that it disables
//! and gives a [`RulesReport`] that says what became of every rule: used, unused, expired, or for other images, with
//! the findings that it missed by little. The day, the image and everything else that rules may ask about are given
//! in a [`Context`]. Nothing is deleted: a disabled finding stays, with the rule, its reason and its last day.
//!
//! A rules file may hold [`Example`]s, which [`Ruleset::run_examples`] tries. Other tools' ignore files become rules
//! by [`import`], VEX documents by [`VexDocument::parse`] and [`vex_rules`], and decisions a VEX document by
//! [`openvex`]. [`SecureScore`] shows what exemptions make of a score.
//!
//! ```
//! use plimsoll_rules::{Context, Ruleset, apply};
//!
//! let rules = Ruleset::parse("rules.toml", r#"
//!     [[rule]]
//!     id = "no-fix-below-medium"
//!     reason = "we patch what can be patched"
//!     severity_below = "medium"
//!     patchable = false
//! "#)?;
//! let mut findings: Vec<plimsoll_core::Finding> = Vec::new(); // what a scan found
//! let report = apply(&rules, &mut findings, &Context::on("2026-06-01".parse()?));
//! for rule in &report.rules {
//!     println!("{rule}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod apply;
mod bits;
mod by_package;
mod context;
mod criterion;
mod date;
mod describe;
mod error;
mod example;
mod fragments;
mod glob;
mod import;
mod near;
mod outcome;
mod pattern;
mod plan;
mod rule;
mod ruleset;
mod secure_score;
mod subject;
mod value;
mod vex;

pub use apply::{apply, matches};
pub use context::{Context, Facts, Image, Nothing};
pub use date::{Date, DateError};
pub use error::{Error, RuleProblem};
pub use example::{Example, ExampleOutcome};
pub use import::{Format, Import, Lost, UnknownFormat, import};
pub use outcome::{Difference, NearMiss, RuleOutcome, RuleState, RulesReport};
pub use rule::{Action, Category, Rule, Scope};
pub use ruleset::{Remark, Ruleset};
pub use secure_score::{Control, Points, SecureScore};
pub use value::{LayerPattern, Share, Tenths};
pub use vex::{Justification, OpenVex, VexDocument, VexProduct, VexStatement, VexStatus, openvex, vex_rules};
