//! Which archive holds which: a package whose file is within another's, as `a.war:WEB-INF/lib/b.jar` says.

use std::collections::HashMap;

use crate::Report;

/// For each package of the report, in its order, the places of those whose files are within its own and within no other
/// package's there, lowest first.
pub(crate) fn contents(report: &Report) -> Vec<Vec<usize>> {
    let mut archives: HashMap<&[u8], usize> = HashMap::new();
    let places = || {
        let packages = report.packages.iter().enumerate();
        packages
            .flat_map(|(at, one)| one.package.locations.iter().map(move |place| (at, place.path.as_bytes())))
    };
    for (at, path) in places() {
        archives.entry(path).or_insert(at);
    }
    let mut contents = vec![Vec::new(); report.packages.len()];
    for (at, path) in places() {
        let mut ends =
            path.iter().enumerate().rev().filter(|(_, byte)| **byte == b':').map(|(end, _)| end).take(DEPTH);
        let around = ends.find_map(|end| archives.get(path.get(..end)?));
        if let Some(held) =
            around.filter(|around| **around != at).and_then(|around| contents.get_mut(*around))
        {
            held.push(at);
        }
    }
    for held in &mut contents {
        held.sort_unstable();
        held.dedup();
    }
    contents
}

/// Archives within archives that are looked at; a path of more colons was made up.
const DEPTH: usize = 16;
