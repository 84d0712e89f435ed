//! The same three packages of one image, as each tool writes them.

use plimsoll_core::{Package, Role};

use super::{Sbom, SbomFormat};

/// Trivy's CycloneDX: the source and the epoch stand in properties, the distribution in a component.
const TRIVY: &str = r#"{
  "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
  "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
  "metadata": {"component": {"type": "container", "name": "app.tar", "purl": "pkg:oci/app@sha256%3A00"}},
  "components": [
    {"type": "operating-system", "name": "debian", "version": "12.5",
     "properties": [{"name": "aquasecurity:trivy:Class", "value": "os-pkgs"}]},
    {"type": "library", "name": "libaudit1", "version": "1:3.0.9-1",
     "purl": "pkg:deb/debian/libaudit1@3.0.9-1?arch=amd64&distro=debian-12.5&epoch=1",
     "properties": [
       {"name": "aquasecurity:trivy:PkgType", "value": "debian"},
       {"name": "aquasecurity:trivy:SrcEpoch", "value": "1"},
       {"name": "aquasecurity:trivy:SrcName", "value": "audit"},
       {"name": "aquasecurity:trivy:SrcRelease", "value": "1"},
       {"name": "aquasecurity:trivy:SrcVersion", "value": "3.0.9"}]},
    {"type": "application", "name": "app/poetry.lock",
     "properties": [{"name": "aquasecurity:trivy:Class", "value": "lang-pkgs"}]},
    {"type": "library", "name": "Jinja2", "version": "3.1.1", "purl": "pkg:pypi/jinja2@3.1.1",
     "properties": [{"name": "aquasecurity:trivy:FilePath", "value": "usr/lib/python3/site-packages/Jinja2-3.1.1.dist-info/METADATA"}]},
    {"type": "library", "group": "@angular", "name": "core", "version": "16.0.0", "purl": "pkg:npm/%40angular/core@16.0.0"}
  ]}"#;

/// Syft's CycloneDX: the source stands in the package URL, places in numbered properties.
const SYFT_CYCLONEDX: &str = r#"{
  "bomFormat": "CycloneDX", "specVersion": "1.5",
  "metadata": {"component": {"type": "container", "name": "app.tar", "version": "sha256:00"}},
  "components": [
    {"bom-ref": "pkg:deb/debian/libaudit1@1:3.0.9-1?arch=amd64&package-id=1", "type": "library", "name": "libaudit1",
     "version": "1:3.0.9-1",
     "purl": "pkg:deb/debian/libaudit1@1%3A3.0.9-1?arch=amd64&distro=debian-12&upstream=audit",
     "properties": [
       {"name": "syft:package:type", "value": "deb"},
       {"name": "syft:location:0:layerID", "value": "sha256:00"},
       {"name": "syft:location:0:path", "value": "/var/lib/dpkg/status"},
       {"name": "syft:metadata:source", "value": "audit"}]},
    {"type": "library", "name": "Jinja2", "version": "3.1.1", "purl": "pkg:pypi/Jinja2@3.1.1",
     "properties": [{"name": "syft:location:0:path", "value": "/usr/lib/python3/site-packages/Jinja2-3.1.1.dist-info/METADATA"}]},
    {"type": "library", "name": "@angular/core", "version": "16.0.0", "purl": "pkg:npm/%40angular/core@16.0.0"},
    {"type": "file", "name": "/usr/bin/env"},
    {"type": "operating-system", "name": "debian", "version": "12",
     "properties": [
       {"name": "syft:distro:id", "value": "debian"},
       {"name": "syft:distro:prettyName", "value": "Debian GNU/Linux 12 (bookworm)"},
       {"name": "syft:distro:versionCodename", "value": "bookworm"},
       {"name": "syft:distro:versionID", "value": "12"}]}
  ]}"#;

const CYCLONEDX_XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1">
  <metadata><component type="container"><name>app.tar</name></component></metadata>
  <components>
    <component type="operating-system"><name>debian</name><version>12</version></component>
    <component type="library"><name>libaudit1</name><version>1:3.0.9-1</version>
      <purl>pkg:deb/debian/libaudit1@1%3A3.0.9-1?arch=amd64&amp;distro=debian-12&amp;upstream=audit</purl></component>
    <component type="library"><name>Jinja2</name><version>3.1.1</version><purl>pkg:pypi/jinja2@3.1.1</purl>
      <components>
        <component type="library"><group>@angular</group><name>core</name><version>16.0.0</version>
          <purl>pkg:npm/%40angular/core@16.0.0</purl></component>
      </components></component>
  </components>
</bom>"#;

/// Trivy's SPDX: the source stands in a sentence, the distribution in a package of its own.
const SPDX_JSON: &str = r#"{
  "SPDXID": "SPDXRef-DOCUMENT", "name": "app.tar",
  "packages": [
    {"SPDXID": "SPDXRef-ContainerImage-0", "name": "app.tar", "primaryPackagePurpose": "CONTAINER",
     "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:oci/app@sha256%3A00"}]},
    {"SPDXID": "SPDXRef-OperatingSystem-1", "name": "debian", "versionInfo": "12.5", "primaryPackagePurpose": "OPERATING-SYSTEM"},
    {"SPDXID": "SPDXRef-Package-2", "name": "libaudit1", "versionInfo": "1:3.0.9-1", "primaryPackagePurpose": "LIBRARY",
     "sourceInfo": "built package from: audit 1:3.0.9-1",
     "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
       "referenceLocator": "pkg:deb/debian/libaudit1@3.0.9-1?arch=amd64&distro=debian-12.5&epoch=1"}]},
    {"SPDXID": "SPDXRef-Package-3", "name": "Jinja2", "versionInfo": "3.1.1",
     "externalRefs": [{"referenceCategory": "PACKAGE_MANAGER", "referenceType": "http://spdx.org/rdf/references/purl",
       "referenceLocator": "pkg:pypi/jinja2@3.1.1"}]},
    {"SPDXID": "SPDXRef-Package-4", "name": "@angular/core", "versionInfo": "16.0.0",
     "externalRefs": [{"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:angular:core:16.0.0:*:*:*:*:*:*:*"},
       {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/%40angular/core@16.0.0"}]}
  ],
  "spdxVersion": "SPDX-2.3"}"#;

const TAG_VALUE: &str = "\
# made by hand
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
DocumentName: app.tar

##### Package: debian
PackageName: debian
SPDXID: SPDXRef-OperatingSystem-1
PackageVersion: 12.5
PrimaryPackagePurpose: OPERATING-SYSTEM

PackageName: libaudit1
PackageVersion: 1:3.0.9-1
PackageSourceInfo: <text>built package from: audit 1:3.0.9-1</text>
PackageLicenseComments: <text>several
lines
PackageName: not-a-package
</text>
ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/libaudit1@3.0.9-1?arch=amd64&distro=debian-12.5&epoch=1

PackageName: Jinja2
PackageVersion: 3.1.1
ExternalRef: SECURITY cpe23Type cpe:2.3:a:palletsprojects:jinja:3.1.1:*:*:*:*:*:*:*
ExternalRef: PACKAGE-MANAGER purl pkg:pypi/jinja2@3.1.1
FileName: ./a.py

PackageName: core
PackageVersion: 16.0.0
ExternalRef: PACKAGE_MANAGER purl pkg:npm/%40angular/core@16.0.0
";

const SYFT: &str = r#"{
  "artifacts": [
    {"id": "1", "name": "libaudit1", "version": "1:3.0.9-1", "type": "deb",
     "locations": [{"path": "/var/lib/dpkg/status", "layerID": "sha256:00"}],
     "purl": "pkg:deb/debian/libaudit1@1%3A3.0.9-1?arch=amd64&distro=debian-12&upstream=audit",
     "metadataType": "dpkg-db-entry",
     "metadata": {"package": "libaudit1", "source": "audit", "version": "1:3.0.9-1", "sourceVersion": "", "architecture": "amd64"}},
    {"id": "2", "name": "Jinja2", "version": "3.1.1", "type": "python", "purl": "pkg:pypi/Jinja2@3.1.1", "locations": []},
    {"id": "3", "name": "@angular/core", "version": "16.0.0", "type": "npm", "purl": "pkg:npm/%40angular/core@16.0.0"}
  ],
  "artifactRelationships": [],
  "source": {"type": "image", "name": "app.tar", "version": "sha256:00"},
  "distro": {"prettyName": "Debian GNU/Linux 12 (bookworm)", "id": "debian", "version": "12 (bookworm)", "versionID": "12", "versionCodename": "bookworm"},
  "descriptor": {"name": "syft", "version": "1.2.0"},
  "schema": {"version": "16.0.7"}}"#;

const ALL: [(SbomFormat, &str); 6] = [
    (SbomFormat::CycloneDxJson, TRIVY),
    (SbomFormat::CycloneDxJson, SYFT_CYCLONEDX),
    (SbomFormat::CycloneDxXml, CYCLONEDX_XML),
    (SbomFormat::SpdxJson, SPDX_JSON),
    (SbomFormat::SpdxTagValue, TAG_VALUE),
    (SbomFormat::SyftJson, SYFT),
];

fn shown(package: &Package) -> String {
    let source = package.source.as_ref().map(|source| format!(" of {} {}", source.name, source.version));
    let ecosystem = package.ecosystem.as_ref().map_or("-".to_owned(), ToString::to_string);
    format!("{ecosystem} {} {}{}", package.name, package.version, source.unwrap_or_default())
}

#[test]
fn every_format_gives_the_same_packages() {
    for (format, text) in ALL {
        let sbom = Sbom::read(text.as_bytes()).unwrap();
        assert_eq!(sbom.format, format);
        assert!(sbom.subject.as_deref().is_some_and(|name| name.starts_with("app.tar")), "{format:?}");
        let mut packages: Vec<String> = sbom.inventory.packages.iter().map(shown).collect();
        packages.iter_mut().for_each(|line| *line = line.replace("Jinja2", "jinja2"));
        packages.sort();
        let expected = [
            "Debian:12 libaudit1 1:3.0.9-1 of audit 1:3.0.9-1",
            "PyPI jinja2 3.1.1",
            "npm @angular/core 16.0.0",
        ];
        assert_eq!(packages, expected, "{format:?}");
        let distro = sbom.inventory.distro.unwrap();
        assert_eq!(distro.ecosystem().unwrap().as_str(), "Debian:12", "{format:?}");
        assert!(sbom.inventory.diagnostics.is_empty(), "{format:?}: {:?}", sbom.inventory.diagnostics);
    }
}

#[test]
fn rpm_keeps_epoch_source_and_module() {
    let trivy = r#"{"bomFormat":"CycloneDX","components":[
      {"type":"operating-system","name":"redhat","version":"8.4"},
      {"type":"library","name":"bind-libs","version":"9.11.26-3.el8",
       "purl":"pkg:rpm/redhat/bind-libs@9.11.26-3.el8?arch=x86_64&distro=redhat-8.4&epoch=32",
       "properties":[{"name":"aquasecurity:trivy:SrcName","value":"bind"},{"name":"aquasecurity:trivy:SrcVersion","value":"9.11.26"},
         {"name":"aquasecurity:trivy:SrcRelease","value":"3.el8"},{"name":"aquasecurity:trivy:SrcEpoch","value":"32"},
         {"name":"aquasecurity:trivy:Modularitylabel","value":"bind:9:8040:9f9e2e7e:x86_64"}]}]}"#;
    let syft = r#"{"artifacts":[{"id":"1","name":"bind-libs","version":"32:9.11.26-3.el8","type":"rpm",
       "purl":"pkg:rpm/redhat/bind-libs@9.11.26-3.el8?arch=x86_64&distro=rhel-8.4&epoch=32&upstream=bind-9.11.26-3.el8.src.rpm",
       "metadata":{"sourceRpm":"bind-9.11.26-3.el8.src.rpm","epoch":32,"modularityLabel":"bind:9:8040:9f9e2e7e:x86_64"}}],
      "distro":{"id":"rhel","versionID":"8.4"},"descriptor":{"name":"syft"}}"#;
    for text in [trivy, syft] {
        let sbom = Sbom::read(text.as_bytes()).unwrap();
        let package = &sbom.inventory.packages[0];
        assert_eq!(package.version, "32:9.11.26-3.el8");
        assert_eq!(package.ecosystem.as_ref().unwrap().as_str(), "Red Hat:enterprise_linux:8");
        assert_eq!(package.source.as_ref().unwrap().name, "bind");
        assert_eq!(package.module.as_deref(), Some("bind:9:8040:9f9e2e7e:x86_64"));
    }
}

#[test]
fn modules_keep_their_whole_paths() {
    let text = r#"{"artifacts":[{"id":"1","name":"github.com/cenkalti/backoff/v5","version":"v5.0.3","type":"go-module",
        "purl":"pkg:golang/github.com/cenkalti/backoff@v5.0.3#v5"}],"descriptor":{}}"#;
    let sbom = Sbom::read(text.as_bytes()).unwrap();
    assert_eq!(sbom.inventory.packages[0].name, "github.com/cenkalti/backoff/v5");
}

#[test]
fn what_an_os_package_ships_is_marked() {
    let text = r#"{"artifacts":[
        {"id":"1","name":"python3-jinja2","version":"3.1.1-1","type":"deb","purl":"pkg:deb/debian/python3-jinja2@3.1.1-1?distro=debian-12"},
        {"id":"2","name":"Jinja2","version":"3.1.1","type":"python","purl":"pkg:pypi/Jinja2@3.1.1"}],
      "artifactRelationships":[{"parent":"1","child":"2","type":"ownership-by-file-overlap"}],"descriptor":{}}"#;
    let sbom = Sbom::read(text.as_bytes()).unwrap();
    assert_eq!(
        sbom.inventory.precise().map(|package| &*package.name).collect::<Vec<_>>(),
        ["python3-jinja2"]
    );
}

#[test]
fn what_cannot_be_matched_is_listed_all_the_same() {
    let text = r#"{"bomFormat":"CycloneDX","components":[
        {"type":"library","name":"home-made","version":"1.0"},
        {"type":"library","name":"odd","version":"1","purl":"pkg:unheard-of/odd@1"},
        {"type":"library","name":"broken","version":"1","purl":"not a purl"},
        {"type":"library","name":"a","version":"1","scope":"excluded","purl":"pkg:npm/a@1"}, 7]}"#;
    let sbom = Sbom::read(text.as_bytes()).unwrap();
    let packages: Vec<(&str, Role)> =
        sbom.inventory.packages.iter().map(|package| (&*package.name, package.role)).collect();
    assert_eq!(packages, [("a", Role::Development), ("home-made", Role::Normal), ("odd", Role::Normal)]);
    assert!(sbom.inventory.packages[1].ecosystem.is_none());
    assert_eq!(sbom.inventory.diagnostics.len(), 1);
}

#[test]
fn what_is_no_bill_of_materials_is_refused() {
    for text in ["", "{", "{}", "[]", "<html/>", "hello", r#"{"artifacts":[]}"#] {
        assert!(matches!(Sbom::read(text.as_bytes()), Err(crate::Error::NotAnSbom)), "{text}");
    }
    for text in
        [r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}"#, r#"{"spdxVersion":"SPDX-3.0"}"#]
    {
        assert!(matches!(Sbom::read(text.as_bytes()), Err(crate::Error::UnsupportedSbom { .. })), "{text}");
    }
    let cut = &CYCLONEDX_XML[..400];
    assert!(matches!(Sbom::read(cut.as_bytes()), Err(crate::Error::BrokenSbom { .. })));
}

/// Cut in many places, and nested deeper than anything is read.
#[test]
fn hostile_documents_do_no_harm() {
    for (_, text) in ALL {
        for end in (0..text.len()).step_by(7) {
            let _ = Sbom::read(&text.as_bytes()[..end]);
        }
    }
    let deep = |open: &str, close: &str, inner: &str| {
        [&open.repeat(100_000), inner, &close.repeat(100_000)].concat()
    };
    let json = deep(r#"{"bomFormat":"CycloneDX","components":["#, "]}", "");
    let xml = format!(
        "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">{}",
        deep("<components><component>", "</component></components>", "")
    );
    for text in [json, xml, format!("SPDXVersion: SPDX-2.3\n{}", "PackageComment: <text>\n".repeat(50_000))] {
        let _ = Sbom::read(text.as_bytes());
    }
}
