use std::io::{self, Write};

use plimsoll_core::clean;

use super::document::Document;

pub(super) fn write(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let mut tag = |name: &str, value: &str| writeln!(out, "{name}: {}", line(value));
    tag("SPDXVersion", "SPDX-2.3")?;
    tag("DataLicense", "CC0-1.0")?;
    tag("SPDXID", "SPDXRef-DOCUMENT")?;
    tag("DocumentName", &document.name)?;
    tag("DocumentNamespace", &document.namespace)?;
    tag("Creator", &document.creator)?;
    tag("Created", &document.created)?;
    tag("Relationship", &format!("SPDXRef-DOCUMENT DESCRIBES {}", document.root()))?;
    for element in document.elements.iter().skip(1) {
        tag("Relationship", &format!("{} CONTAINS {}", document.root(), element.id))?;
    }
    for (one, other) in &document.needs {
        tag("Relationship", &format!("{one} DEPENDS_ON {other}"))?;
    }
    for (one, other) in &document.holds {
        tag("Relationship", &format!("{one} CONTAINS {other}"))?;
    }
    for element in &document.elements {
        writeln!(out)?;
        let mut tag = |name: &str, value: &str| writeln!(out, "{name}: {}", line(value));
        tag("PackageName", &element.name)?;
        tag("SPDXID", &element.id)?;
        element.version.as_ref().map_or(Ok(()), |version| tag("PackageVersion", version))?;
        element.supplier.as_ref().map_or(Ok(()), |supplier| tag("PackageSupplier", supplier))?;
        tag("PackageDownloadLocation", "NOASSERTION")?;
        tag("FilesAnalyzed", "false")?;
        for (algorithm, hex) in &element.checksums {
            tag("PackageChecksum", &format!("{algorithm}: {hex}"))?;
        }
        element.source_info.as_ref().map_or(Ok(()), |info| tag("PackageSourceInfo", &text(info)))?;
        tag("PackageLicenseConcluded", "NOASSERTION")?;
        tag("PackageLicenseDeclared", element.licence.as_deref().unwrap_or("NOASSERTION"))?;
        tag("PackageCopyrightText", "NOASSERTION")?;
        // The grammar has a hyphen where JSON has an underscore (section 7.24).
        element.purpose.map_or(Ok(()), |purpose| tag("PrimaryPackagePurpose", &purpose.replace('_', "-")))?;
        for (category, kind, locator) in &element.references {
            // The three parts stand apart by blanks.
            tag(
                "ExternalRef",
                &format!("{category} {kind} {}", locator.replace(char::is_whitespace, "%20")),
            )?;
        }
    }
    for (reference, name) in &document.licences {
        writeln!(out)?;
        writeln!(out, "LicenseID: {}", line(reference))?;
        writeln!(out, "ExtractedText: {}", line(&text(name)))?;
        writeln!(out, "LicenseName: {}", line(name))?;
    }
    Ok(())
}

/// A value that stays on its line and is no multi-line text (SPDX 2.3, section 6.1).
fn line(value: &str) -> String {
    let value = clean(value).to_string();
    if value.starts_with("<text>") && value.ends_with("</text>") && value.matches("<text>").count() == 1 {
        return value;
    }
    let value = value.replace("<text>", "(text)").replace("</text>", "(/text)");
    if value.trim().is_empty() { "NOASSERTION".to_owned() } else { value }
}

/// A free text.
fn text(value: &str) -> String {
    format!("<text>{}</text>", value.replace("<text>", "(text)").replace("</text>", "(/text)"))
}
