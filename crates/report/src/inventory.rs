use std::io::{self, Write};

use plimsoll_core::{Diagnostic, Distro, Package, Role, clean};

use crate::table::write_diagnostics;
use crate::{Style, Unidentified};

/// Writes an inventory for a person: a line that says what there is, then a line for each package.
///
/// # Errors
/// Those of `out`.
pub fn write_inventory(
    packages: &[Package],
    distro: Option<&Distro>,
    unidentified: &Unidentified,
    diagnostics: &[Diagnostic],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut counts = std::collections::BTreeMap::new();
    for package in packages {
        *counts.entry(package.kind).or_insert(0usize) += 1;
    }
    let counts: Vec<String> = counts.into_iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let title = distro.map_or("no distribution".to_owned(), |distro| clean(&distro.title()).to_string());
    let counts = if counts.is_empty() { "no packages".to_owned() } else { counts.join(", ") };
    write!(out, "{title}: {counts}")?;
    for (count, what) in [(unidentified.executables, "executables"), (unidentified.archives, "archives")] {
        if count > 0 {
            write!(out, "; {count} unidentified {what}")?;
        }
    }
    writeln!(out)?;
    if !packages.is_empty() {
        writeln!(out)?;
    }
    let width = |text: fn(&Package) -> &str| {
        packages.iter().map(|package| clean(text(package)).to_string().chars().count()).max().unwrap_or(0)
    };
    let (name_width, version_width) = (width(|p| &p.name).min(48), width(|p| &p.version).min(36));
    for package in packages {
        let mut place =
            package.locations.first().map(|at| clean(&at.path.to_text()).to_string()).unwrap_or_default();
        if let Some(layer) = package.locations.first().and_then(|at| at.layer.as_ref()) {
            place += &format!(" (layer {})", layer.index);
        }
        if let Some(owner) = &package.owned_by {
            place += &format!(", owned by {}", clean(owner));
        }
        if let Some(origin) = &package.origin {
            let how = if origin.editable { "editable in" } else { "from" };
            place += &format!(", {how} {}", clean(&origin.url));
        }
        if let Some(why) = &package.third_party {
            place += &format!(", not of the distribution: {}", clean(why));
        }
        if let Some(layer) = &package.removed_in {
            let by = layer.created_by.as_deref().unwrap_or_default();
            place += format!(", removed in layer {}: {}", layer.index, clean(by)).trim_end_matches(": ");
        }
        if package.role == Role::Fixture {
            place += ", not installed by a package manager";
        }
        let (name, version) = (clean(&package.name).to_string(), clean(&package.version).to_string());
        let used = 10 + name_width + 2 + version_width + 2;
        let place = style.cut(place, used);
        writeln!(out, "{:<8}  {name:<name_width$}  {version:<version_width$}  {place}", package.kind)?;
    }
    write_diagnostics(diagnostics, style, out)
}
