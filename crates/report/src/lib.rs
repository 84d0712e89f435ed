//! What people and their tools read of a scan.
//!
//! A [`Report`] is everything that a scan came to: the image, its packages, the findings, what could not be
//! judged. It is written as a [table](write_table) for people, as [JSON](write_json) in a documented and
//! versioned form, and in the forms that other tools read: [`FORMATS`] has them all, and a [`Format`] writes with
//! the [`Options`] that say what no report knows. Every text that comes from an image or a feed is made safe for
//! the medium it goes to. The same report gives the same bytes.
//!
//! ```
//! # fn convert(stored: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! let report = plimsoll_report::read_json(stored)?;
//! let sarif = plimsoll_report::Format::find("sarif").ok_or("no such format")?;
//! sarif.write(&report, &Default::default(), &mut std::io::stdout())?;
//! # Ok(())
//! # }
//! ```

mod advice;
mod contents;
mod difference;
mod escape;
mod format;
mod formats;
mod graph;
mod group;
mod identity;
mod inventory;
mod json;
mod licence;
mod link;
mod model;
mod narrow;
mod reference;
mod score;
mod style;
mod table;
#[cfg(feature = "templates")]
mod template;
mod time;
mod weakness;
mod xml;

pub use difference::{Difference, Entry, write_difference, write_difference_json};
pub use format::{Commit, Content, FORMATS, Format, Options};
pub use formats::html::{STYLE_SHEET, style_class};
pub use inventory::write_inventory;
pub use json::{FORMAT, FORMAT_VERSION, read_json, write_inventory_json, write_json};
pub use link::links;
pub use model::{
    AdvisorySet, Assessed, CoverageReport, Gap, ImageSummary, Report, RulesSummary, Support, Tool,
    Unidentified,
};
pub use narrow::Narrowing;
pub use plimsoll_core::{Plan, Upgrade};
pub use style::Style;
pub use table::{headline, write_table, write_table_with};
#[cfg(feature = "templates")]
pub use template::render;
pub use xml::escape;
