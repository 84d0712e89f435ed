use plimsoll::ScanOptions;

use crate::args::{Color, Scan};
use crate::output::Failure;
use crate::progress::Bars;
use crate::{Outcome, demo, finish, image, store};

pub(crate) fn run(args: &Scan, color: Color) -> Result<Outcome, Failure> {
    let open = image::options(&args.reading)?;
    let (view, layers) = (image::view(&args.reading), image::layer_cache(&args.reading)?);
    let options = ScanOptions { open, view, layers, ..ScanOptions::default() };
    let options = super::judging(&args.judging, options)?;
    // The demonstration is about the starter set, unless someone names a store.
    let scanner = if args.image == demo::NAME && args.store.db.is_none() {
        plimsoll::Scanner::starter()
    } else {
        store::scanner(&args.store)?
    };
    let opened = image::open(&args.image, &options.open, &args.reading.remote)?;
    let bars = Bars::new();
    let report = scanner.with(options).scan_subject(&opened, &args.image, &bars);
    bars.clear();
    finish::report(report?, &args.judging.failing, &args.writing, args.judging.now, color)
}
