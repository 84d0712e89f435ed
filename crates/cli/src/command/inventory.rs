use plimsoll::stages::report::{Options, write_inventory, write_inventory_json};
use plimsoll::{Catalogers, Diagnostic, Report, Subject, take_inventory_with};

use crate::args::{Color, Inventory, View};
use crate::output::{self, Failure};
use crate::progress::Bars;
use crate::{Outcome, form, image};

pub(crate) fn run(args: &Inventory, color: Color) -> Result<Outcome, Failure> {
    let options = image::options(&args.reading)?;
    let opened = image::open(&args.image, &options, &args.reading.remote)?;
    let view = image::view(&args.reading);
    let (taken, packages, summary) = match opened {
        Subject::Image(opened) => {
            let bars = Bars::new();
            let cache = image::layer_cache(&args.reading)?;
            let taken =
                take_inventory_with(&opened, &Catalogers::all(), &options.limits, cache.as_deref(), &bars);
            bars.clear();
            let taken = taken?;
            let packages = view.of(&taken.inventory, opened.info());
            (taken, packages, plimsoll::summary(opened.info(), &args.image))
        }
        Subject::Listed(listed) => {
            let (packages, summary) = (listed.packages(view), listed.summary(&args.image));
            (listed.taken, packages, summary)
        }
    };
    if let (true, Some(wrong)) = (options.strict, taken.partial()) {
        return Err(Failure::Said(format!("{}: read only in part: {wrong}", args.image)));
    }
    let mut packages = packages;
    if matches!(args.reading.view, View::Comprehensive) && matches!(args.format.id, "table" | "json") {
        packages.extend(taken.inventory.removed.iter().cloned());
    }
    let distro = taken.inventory.distro.as_ref();
    let unidentified = taken.unidentified();
    let diagnostics: Vec<Diagnostic> = taken.all_diagnostics().cloned().collect();
    output::write(args.output.as_deref(), color, |style, out| match args.format.id {
        "table" => write_inventory(&packages, distro, &unidentified, &diagnostics, style, out),
        "json" => write_inventory_json(&packages, distro, &unidentified, &diagnostics, out),
        _ => {
            let report = Report::of_packages(summary, distro.cloned(), packages, diagnostics);
            let options = Options { inventory: true, ..form::options(style, None, false) };
            args.format.write(&report, &options, out)
        }
    })?;
    Ok(Outcome::Done)
}
