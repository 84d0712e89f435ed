//! What the owner of an image has decided about its findings.
//!
//! A [`Ruleset`] is read from a file or built from [`Rule`]s in code; [`apply`] marks the findings that it disables
//! and gives a [`RulesReport`] that says what became of every rule: used, unused, expired, or for other images, with
//! the findings that it missed by little. The day, the image and everything else that rules may ask about are given
//! in a [`Context`]. A rules file may hold [`Example`]s, which [`Ruleset::run_examples`] tries. Nothing is deleted: a disabled finding stays, with the rule, its reason and its last day.

mod apply;
mod bits;
mod context;
mod criterion;
mod date;
mod describe;
mod error;
mod example;
mod glob;
mod import;
mod near;
mod outcome;
mod pattern;
mod plan;
mod rule;
mod ruleset;
mod subject;
mod value;
mod vex;

pub use apply::apply;
pub use context::{Context, Facts, Image, Nothing};
pub use date::{Date, DateError};
pub use error::{Error, RuleProblem};
pub use example::{Example, ExampleOutcome};
pub use import::{Format, Import, Lost, UnknownFormat, import};
pub use outcome::{Difference, NearMiss, RuleOutcome, RuleState, RulesReport};
pub use rule::{Action, Category, Rule, Scope};
pub use ruleset::Ruleset;
pub use value::{LayerPattern, Share, Tenths};
pub use vex::{Justification, OpenVex, VexDocument, VexProduct, VexStatement, VexStatus, openvex, vex_rules};
