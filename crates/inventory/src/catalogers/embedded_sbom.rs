//! Bills of materials that stand in an image: what whoever built a part of it says is in it. That is evidence, and not
//! an installed package's own record, so it counts where nothing else was found.

use plimsoll_core::{Confidence, Content, Diagnostic, DiagnosticKind, Identity, Role, Take};

use crate::{Cataloger, File, Hearsay, Interest, Pattern, Sbom, SbomFormat, Sink};

/// Documents by the names that tools and conventions give them.
pub(crate) struct EmbeddedSboms;

/// The largest document that is read.
pub(super) const MAX: usize = 64 << 20;

const TAKE: Take = Take::Whole { max: 64 << 20 };

const INTERESTS: &[Interest] = &[
    // CycloneDX, "Recognized file patterns"; SPDX 2.3, "Conformance", which names the suffixes.
    Interest { pattern: Pattern::Name("bom.json"), take: TAKE },
    Interest { pattern: Pattern::Name("bom.xml"), take: TAKE },
    Interest { pattern: Pattern::Suffix(".cdx.json"), take: TAKE },
    Interest { pattern: Pattern::Suffix(".cdx.xml"), take: TAKE },
    Interest { pattern: Pattern::Suffix(".cdx"), take: TAKE },
    Interest { pattern: Pattern::Suffix(".cyclonedx.json"), take: TAKE },
    Interest { pattern: Pattern::Suffix(".cyclonedx.xml"), take: TAKE },
    Interest { pattern: Pattern::Suffix(".spdx.json"), take: TAKE },
    Interest { pattern: Pattern::Suffix(".spdx"), take: TAKE },
    Interest { pattern: Pattern::Suffix(".syft.json"), take: TAKE },
    // What people call them.
    Interest { pattern: Pattern::Name("sbom.json"), take: TAKE },
    Interest { pattern: Pattern::Name("sbom.xml"), take: TAKE },
    Interest { pattern: Pattern::Name("sbom"), take: TAKE },
    Interest { pattern: Pattern::Suffix(".sbom.json"), take: TAKE },
    Interest { pattern: Pattern::Suffix("-sbom.json"), take: TAKE },
    Interest { pattern: Pattern::Suffix("_sbom.json"), take: TAKE },
    Interest { pattern: Pattern::Suffix("-bom.json"), take: TAKE },
    Interest { pattern: Pattern::Suffix(".sbom"), take: TAKE },
    // Directories for them: `usr/share/sbom`, `var/lib/db/sbom`, `META-INF/sbom`, and `.dist-info/sboms` (PEP 770).
    Interest { pattern: Pattern::InSuffix("sbom", ".json"), take: TAKE },
    Interest { pattern: Pattern::InSuffix("sbom", ".xml"), take: TAKE },
    Interest { pattern: Pattern::InSuffix("sboms", ".json"), take: TAKE },
    Interest { pattern: Pattern::InSuffix("sboms", ".xml"), take: TAKE },
];

impl Cataloger for EmbeddedSboms {
    fn id(&self) -> &'static str {
        "embedded-sbom"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        INTERESTS
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let name = file.path.rsplit(|&b| b == b'/').next().unwrap_or_default();
        // Those beside Bitnami's components have a cataloger of their own.
        if let Content::Whole(bytes) = file.content
            && !name.starts_with(b".spdx-")
        {
            read(bytes, out);
        }
    }
}

/// Reads a document, if it is one: the names are common.
pub(super) fn read(bytes: &[u8], out: &mut Sink) {
    let unread = match SbomFormat::of(bytes) {
        Ok(None) => return,
        Ok(Some(_)) => Sbom::read(bytes),
        Err(error) => Err(error),
    };
    let sbom = match unread {
        Ok(sbom) => sbom,
        // It is no record of what is installed, so nothing is missing without it.
        Err(error) => {
            out.diagnostics.push(Diagnostic::new(DiagnosticKind::Note, error.to_string()));
            return;
        }
    };
    let evidence = format!("listed in a {} document", sbom.format.name());
    for mut package in sbom.inventory.packages {
        // The places are those of whatever the document describes.
        package.locations.clear();
        if package.version.is_empty() || package.role != Role::Normal {
            continue;
        }
        package.identity = Some(Identity { confidence: Confidence::Low, evidence: evidence.clone() });
        out.hearsay.push(Hearsay { package, any_version: true });
    }
}

#[cfg(test)]
mod tests {
    use crate::Catalogers;
    use crate::fake::{Image, file};

    const BOM: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
        {"type":"library","name":"zlib","version":"1.2.11","purl":"pkg:conan/zlib@1.2.11"},
        {"type":"library","name":"lodash","version":"4.0.0","purl":"pkg:npm/lodash@4.0.0"},
        {"type":"library","name":"jest","version":"1.0.0","scope":"excluded","purl":"pkg:npm/jest@1.0.0"},
        {"type":"library","name":"bash","version":"5","purl":"pkg:deb/debian/bash@5?distro=debian-12"}]}"#;

    #[test]
    fn a_document_counts_where_nothing_else_was_found() {
        let image = Image::default().layer([
            ("usr/share/sbom/app.json", file(BOM)),
            ("opt/app/node_modules/lodash/package.json", file(r#"{"name":"lodash","version":"4.17.21"}"#)),
            ("opt/app/bom.json", file(r#"{"name":"not one"}"#)),
            ("var/lib/dpkg/status", file("Package: dash\nStatus: install ok installed\nVersion: 1\n")),
        ]);
        let found = image.inventory(&Catalogers::all());
        let line = |package: &plimsoll_core::Package| {
            format!("{} {} {}", package.purl, package.locations[0].path, package.cataloger)
        };
        assert_eq!(
            found.packages.iter().map(line).collect::<Vec<_>>(),
            [
                "pkg:deb/dash@1 /var/lib/dpkg/status dpkg",
                "pkg:npm/lodash@4.17.21 /opt/app/node_modules/lodash/package.json node-installed",
                "pkg:conan/zlib@1.2.11 /usr/share/sbom/app.json embedded-sbom",
            ]
        );
        assert!(found.diagnostics.is_empty(), "{:?}", found.diagnostics);
    }

    #[test]
    fn without_a_package_database_system_packages_count_too() {
        let image = Image::default().layer([("sbom.cdx.json", file(BOM))]);
        let found = image.inventory(&Catalogers::all());
        let deb = found.packages.iter().find(|package| package.kind.is_os()).unwrap();
        assert_eq!(deb.ecosystem.as_ref().unwrap().as_str(), "Debian:12");
    }

    #[test]
    fn a_document_in_an_archive_is_one_too() {
        let jar = plimsoll_testkit::zip::ZipBuilder::new().file("META-INF/sbom/application.cdx.json", BOM);
        let image = Image::default().layer([("app/app-1.0.jar", file(jar.finish()))]);
        let found = image.inventory(&Catalogers::all());
        let zlib = found.packages.iter().find(|package| package.name == "zlib").unwrap();
        assert_eq!(zlib.locations[0].path.to_text(), "/app/app-1.0.jar:META-INF/sbom/application.cdx.json");
    }
}
