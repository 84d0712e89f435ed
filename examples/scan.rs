//! Scans an image with the advisories of a store: `cargo run --example scan -- app.tar advisories.db`.

use plimsoll::{Scanner, Store};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [_, image, store] =
        std::env::args().collect::<Vec<_>>().try_into().map_err(|_| "usage: scan IMAGE STORE")?;
    let report = Scanner::new(Store::open(store)?)?.scan(&image.parse()?)?;
    for finding in report.active() {
        println!("{} {} {} {:?}", finding.severity, finding.id, finding.package.purl, finding.fixed_versions);
    }
    Ok(())
}
