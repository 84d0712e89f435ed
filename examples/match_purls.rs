//! The matcher alone, from package URLs, as a registry vendor would embed it: no image, no report. The advisories
//! are the starter set here; any source of candidates will do.
//!
//! `cargo run --example match_purls -- pkg:pypi/jinja2@2.11.2 pkg:npm/lodash@4.17.20`

use plimsoll::{Package, match_packages, starter};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let packages = std::env::args()
        .skip(1)
        .map(|text| Ok(Package::from_purl(text.parse()?)?))
        .collect::<Result<Vec<_>, Box<dyn std::error::Error>>>()?;
    let (advisories, _) = starter::advisories();
    let matched = match_packages(&packages, &advisories, Default::default())?;
    for (package, coverage) in packages.iter().zip(&matched.coverage) {
        println!("{} {coverage:?}", package.purl);
    }
    for finding in &matched.findings {
        println!("{} in {}", finding.id, finding.package.purl);
        for evidence in &finding.evidence {
            println!("  {} says: {}", evidence.advisory, evidence.reason);
        }
    }
    Ok(())
}
