use plimsoll::ScanOptions;

use crate::args::{Color, Match};
use crate::output::Failure;
use crate::{Outcome, finish, purls, store};

pub(crate) fn run(args: &Match, color: Color) -> Result<Outcome, Failure> {
    if args.lines {
        return super::match_lines::run(args);
    }
    let options = super::judging(&args.judging, ScanOptions::default())?;
    let mut packages = Vec::new();
    purls::each(&args.purls, args.distro.as_deref(), &mut |named| {
        packages.push(named.package()?);
        Ok(())
    })?;
    let report = store::scanner(&args.store)?.with(options).scan_packages(packages, "package URLs")?;
    finish::report(report, &args.judging.failing, &args.writing, args.judging.now, color)
}
