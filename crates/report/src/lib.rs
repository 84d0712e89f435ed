//! What people and their tools read of a scan.
//!
//! A [`Report`] is everything that a scan came to: the image, its packages, the findings, what could not be
//! judged. It is written as a [table](write_table) for people, as [JSON](write_json) in a documented and
//! versioned form, and its packages as a [CycloneDX](write_cyclonedx) bill of materials. Every text that comes
//! from an image or a feed is made safe for the medium it goes to.

mod cyclonedx;
mod group;
mod inventory;
mod json;
mod model;
mod style;
mod table;

pub use cyclonedx::write_cyclonedx;
pub use inventory::write_inventory;
pub use json::{FORMAT, FORMAT_VERSION, read_json, write_inventory_json, write_json};
pub use model::{
    AdvisorySet, Assessed, CoverageReport, Gap, ImageSummary, Report, RulesSummary, Support, Tool,
    Unidentified,
};
pub use plimsoll_core::{Plan, Upgrade};
pub use style::Style;
pub use table::{headline, write_table};
