//! Syft's own JSON (its schema's `Document`).

use std::collections::HashMap;

use plimsoll_core::{Distro, PackageType, Source};
use serde::Deserialize;

use super::Document;
use super::component::Stated;
use crate::catalogers::json::{self, Elements, Maybe, Text};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Bom {
    artifacts: Elements<Artifact>,
    #[serde(rename = "artifactRelationships")]
    relationships: Elements<Relationship>,
    distro: Maybe<Release>,
    source: Maybe<Subject>,
}

#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default)]
struct Artifact {
    id: Text,
    name: Text,
    version: Text,
    #[serde(rename = "type")]
    kind: Text,
    purl: Text,
    locations: Elements<Place>,
    metadata: Maybe<Metadata>,
}

#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default)]
struct Place {
    path: Text,
}

#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default, rename_all = "camelCase")]
struct Metadata {
    source: Text,
    source_version: Text,
    source_rpm: Text,
    origin_package: Text,
    epoch: Text,
    architecture: Text,
    modularity_label: Text,
    vendor: Text,
}

#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default)]
struct Relationship {
    parent: Text,
    child: Text,
    #[serde(rename = "type")]
    kind: Text,
}

#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default, rename_all = "camelCase")]
struct Release {
    id: Text,
    name: Text,
    pretty_name: Text,
    version: Text,
    #[serde(rename = "versionID")]
    version_id: Text,
    version_codename: Text,
    id_like: Elements<String>,
    cpe_name: Text,
}

#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default)]
struct Subject {
    name: Text,
    version: Text,
    target: Maybe<serde_json::Value>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Document, serde_json::Error> {
    let bom: Bom = json::read(bytes)?;
    let names: HashMap<&str, &str> = bom
        .artifacts
        .0
        .iter()
        .filter(|artifact| artifact.kind.some().and_then(kind).is_some_and(PackageType::is_os))
        .filter_map(|artifact| Some((artifact.id.some()?, artifact.name.some()?)))
        .collect();
    let owners: HashMap<&str, &str> = bom
        .relationships
        .0
        .iter()
        .filter(|it| it.kind.some() == Some("ownership-by-file-overlap"))
        .filter_map(|it| Some((it.child.some()?, *names.get(it.parent.some()?)?)))
        .collect();
    Ok(Document {
        subject: bom.source.0.as_ref().and_then(Subject::title),
        distro: bom.distro.0.as_ref().and_then(Release::distro),
        stated: bom.artifacts.0.iter().map(|artifact| artifact.stated(&owners)).collect(),
        diagnostics: Vec::new(),
    })
}

impl Artifact {
    fn stated(&self, owners: &HashMap<&str, &str>) -> Stated {
        let owned = |text: &Text| text.some().map(str::to_owned);
        let metadata = self.metadata.0.clone().unwrap_or_default();
        let source = owned(&metadata.source).or_else(|| owned(&metadata.origin_package));
        let kind = self.kind.some().and_then(kind);
        let is_os = kind.is_some_and(PackageType::is_os);
        Stated {
            purl: owned(&self.purl),
            name: owned(&self.name).unwrap_or_default(),
            version: owned(&self.version).unwrap_or_default(),
            kind,
            source: source
                .filter(|_| is_os)
                .map(|name| Source { name, version: owned(&metadata.source_version).unwrap_or_default() }),
            source_rpm: owned(&metadata.source_rpm),
            epoch: owned(&metadata.epoch),
            arch: owned(&metadata.architecture).filter(|_| is_os),
            module: owned(&metadata.modularity_label),
            vendor: owned(&metadata.vendor).filter(|_| is_os),
            owned_by: self.id.some().and_then(|id| owners.get(id)).map(|&owner| owner.to_owned()),
            paths: self.locations.0.iter().filter_map(|place| owned(&place.path)).collect(),
            ..Stated::default()
        }
    }
}

impl Release {
    fn distro(&self) -> Option<Distro> {
        let id = self.id.some().or_else(|| self.name.some())?;
        let version = self.version_id.some().or_else(|| self.version.some()).unwrap_or_default();
        let owned = |text: &Text| text.some().map(str::to_owned);
        Some(Distro {
            pretty_name: owned(&self.pretty_name),
            codename: owned(&self.version_codename),
            like: self.id_like.0.clone(),
            cpe: owned(&self.cpe_name),
            ..Distro::named(id, version)
        })
    }
}

impl Subject {
    fn title(&self) -> Option<String> {
        // Before version 9 of the schema the target was a path or a description of the image.
        let target = self.target.0.as_ref();
        let older = target.and_then(|it| it.as_str().or_else(|| it["userInput"].as_str()));
        let name = self.name.some().or(older)?;
        let version = self.version.some().filter(|_| self.name.some().is_some());
        Some(version.map_or_else(|| name.to_owned(), |version| format!("{name}@{version}")))
    }
}

/// Syft's types of packages.
pub(super) fn kind(text: &str) -> Option<PackageType> {
    Some(match text {
        "deb" => PackageType::Deb,
        "apk" => PackageType::Apk,
        "rpm" => PackageType::Rpm,
        "alpm" => PackageType::Alpm,
        "portage" => PackageType::Ebuild,
        "python" => PackageType::PyPi,
        "npm" => PackageType::Npm,
        "go-module" => PackageType::Golang,
        "rust-crate" => PackageType::Cargo,
        "java-archive" | "jenkins-plugin" => PackageType::Maven,
        "gem" => PackageType::Gem,
        "dotnet" => PackageType::Nuget,
        "php-composer" => PackageType::Composer,
        "php-pecl" | "php-pear" => PackageType::Pear,
        "hex" => PackageType::Hex,
        "erlang-otp" => PackageType::Otp,
        "dart-pub" => PackageType::Pub,
        "hackage" => PackageType::Hackage,
        "R-package" => PackageType::Cran,
        "swift" => PackageType::Swift,
        "pod" => PackageType::Cocoapods,
        "conan" => PackageType::Conan,
        "conda" => PackageType::Conda,
        "bitnami" => PackageType::Bitnami,
        "lua-rocks" => PackageType::Luarocks,
        "opam" => PackageType::Opam,
        "github-action" | "github-action-workflow" => PackageType::GithubActions,
        "wordpress-plugin" => PackageType::Wordpress,
        "nix" => PackageType::Nix,
        "homebrew" => PackageType::Brew,
        "binary" => PackageType::Generic,
        _ => return None,
    })
}
