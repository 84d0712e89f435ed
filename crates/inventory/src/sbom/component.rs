//! One component of any format, and the package that it is.

use std::collections::{BTreeMap, HashMap};

use plimsoll_core::{
    Diagnostic, DiagnosticKind, Distro, ImagePath, Location, Package, PackageType, Purl, Role, Source,
};

use crate::catalogers::identity;
use crate::merge::os;

/// Components of one document that are named in diagnostics; the rest is counted.
const NAMED: usize = 20;
/// Packages that are read of one document, as of one layer.
const PACKAGES: usize = 250_000;

/// What a document says of one component, in the words that all formats share.
#[derive(Clone, Debug, Default)]
pub(super) struct Stated {
    pub(super) purl: Option<String>,
    /// The namespace, where it stands apart from the name.
    pub(super) group: Option<String>,
    pub(super) name: String,
    pub(super) version: String,
    /// The type, as package URLs write it, where there is no package URL.
    pub(super) kind: Option<PackageType>,
    pub(super) source: Option<Source>,
    /// rpm's file name of the source package.
    pub(super) source_rpm: Option<String>,
    pub(super) epoch: Option<String>,
    pub(super) arch: Option<String>,
    pub(super) module: Option<String>,
    pub(super) vendor: Option<String>,
    pub(super) owned_by: Option<String>,
    pub(super) paths: Vec<String>,
    pub(super) sha1: Option<String>,
    pub(super) development: bool,
}

/// The packages that are stated, each once, with all its places.
pub(super) fn packages(
    stated: Vec<Stated>,
    distro: Option<&Distro>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Package> {
    let mut merged: HashMap<Package, Vec<Location>> = HashMap::new();
    let mut bad = 0_usize;
    for one in stated {
        if merged.len() >= PACKAGES {
            let message = format!("more than {PACKAGES} packages; the rest was not read");
            diagnostics.push(Diagnostic::new(DiagnosticKind::LimitPassed, message));
            break;
        }
        let locations: Vec<Location> = one.paths.iter().filter_map(|path| location(path)).collect();
        match package(one, distro) {
            Ok(Some(package)) => merged.entry(package).or_default().extend(locations),
            Ok(None) => {}
            Err(reason) => {
                bad += 1;
                if bad <= NAMED {
                    diagnostics.push(Diagnostic::new(DiagnosticKind::Malformed, reason));
                }
            }
        }
    }
    if bad > NAMED {
        let message = format!("{} more components cannot be read", bad - NAMED);
        diagnostics.push(Diagnostic::new(DiagnosticKind::Malformed, message));
    }
    let mut packages: Vec<Package> = merged
        .into_iter()
        .map(|(package, mut locations)| {
            locations.sort_by(|a, b| a.path.cmp(&b.path));
            locations.dedup();
            Package { locations, ..package }
        })
        .collect();
    packages.sort_by(|a, b| crate::merge::order(a).cmp(&crate::merge::order(b)));
    packages
}

fn location(path: &str) -> Option<Location> {
    let path = ImagePath::new(path.as_bytes()).ok()?;
    Some(Location { path, layer: None })
}

/// The package; nothing for what is none, such as the image itself.
fn package(stated: Stated, distro: Option<&Distro>) -> Result<Option<Package>, String> {
    let mut package = match &stated.purl {
        Some(text) => {
            let purl: Purl = text.parse().map_err(|error: plimsoll_core::PurlError| error.to_string())?;
            if PackageType::from_purl_type(&purl.kind).is_none() {
                // What is no known type is listed, as something that nothing can be said of; the image is not.
                if matches!(purl.kind.as_str(), "oci" | "docker") {
                    return Ok(None);
                }
                let mut package = identity::plain(PackageType::Generic, &stated.name, &stated.version);
                package.purl = purl;
                return Ok(Some(package).filter(|package| !package.name.trim().is_empty()));
            }
            Package::from_purl(purl).map_err(|error| error.to_string())?
        }
        None => match by_name(&stated) {
            Some(package) => package,
            None => return Ok(None),
        },
    };
    if package.version.is_empty() {
        package.version.clone_from(&stated.version);
    }
    // Syft takes what follows a module's third part for a path within it.
    if package.kind == PackageType::Golang && package.purl.subpath.is_some() {
        let whole = format!("{}/{}", package.name, package.purl.subpath.as_deref().unwrap_or_default());
        if whole == stated.name {
            package.name = whole;
        }
    }
    if let Some(epoch) = stated.epoch.as_deref().filter(|epoch| !matches!(*epoch, "" | "0"))
        && matches!(package.kind, PackageType::Rpm | PackageType::Deb)
        && !package.version.contains(':')
    {
        package.version = format!("{epoch}:{}", package.version);
    }
    package.arch = package.arch.or(stated.arch);
    package.module = package.module.or(stated.module);
    package.vendor = package.vendor.or(stated.vendor);
    let hexadecimal = |sha1: &String| sha1.len() == 40 && sha1.bytes().all(|b| b.is_ascii_hexdigit());
    package.sha1.extend(stated.sha1.filter(hexadecimal).map(|sha1| sha1.to_ascii_lowercase()));
    package.owned_by = stated.owned_by.filter(|owner| !owner.is_empty());
    if stated.development {
        package.role = Role::Development;
    }
    if package.kind.is_os() {
        of_system(&mut package, stated.source, stated.source_rpm.as_deref(), distro);
    }
    "sbom".clone_into(&mut package.cataloger);
    Ok(Some(package))
}

/// The source package and the ecosystem.
fn of_system(
    package: &mut Package,
    source: Option<Source>,
    source_rpm: Option<&str>,
    distro: Option<&Distro>,
) {
    if let Some(file) = source_rpm.filter(|file| !file.is_empty()) {
        package.source = Some(Source::of_rpm(file, &package.version));
    }
    if let Some(source) = source.filter(|source| !source.name.is_empty()) {
        // A source without a version of its own has its binary's.
        let version =
            if source.version.is_empty() { package.version.clone() } else { source.version.clone() };
        package.source = Some(Source { version, ..source });
    }
    if package.kind != PackageType::Rpm && package.source.is_none() {
        package.source = Some(Source { name: package.name.clone(), version: package.version.clone() });
    }
    if package.role == Role::Normal {
        package.role = crate::catalogers::os::role(&package.name);
    }
    if package.ecosystem.is_none()
        && let Some(ecosystem) = distro.and_then(Distro::ecosystem)
        && os::family(ecosystem.name()) == package.kind
    {
        package.ecosystem = Some(ecosystem);
    }
}

/// A package that has no package URL: by its type, or as something that nothing can be said of.
fn by_name(stated: &Stated) -> Option<Package> {
    let (name, version) = (stated.name.trim(), stated.version.trim());
    if name.is_empty() || (version.is_empty() && stated.kind.is_none()) {
        return None;
    }
    let kind = stated.kind.unwrap_or(PackageType::Generic);
    Some(match (kind, stated.group.as_deref().filter(|group| !group.is_empty())) {
        (PackageType::Maven, group) => identity::maven(group.unwrap_or(""), name, version),
        (_, Some(group)) if !kind.is_os() => identity::slashed(kind, &format!("{group}/{name}"), version),
        _ if kind.is_os() => identity::plain(kind, name, version),
        _ => identity::slashed(kind, name, version),
    })
}

/// What tools write beside a component in key and value: by the tool's own names.
pub(super) fn properties(stated: &mut Stated, properties: &BTreeMap<String, Vec<String>>) {
    let get = |key: &str| properties.get(key).and_then(|values| values.first()).map(String::as_str);
    let text = |key: &str| get(key).map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned);
    let all = |key: &str| properties.get(key).cloned().unwrap_or_default();

    // Plimsoll.
    stated.paths.extend(all("plimsoll:path"));
    stated.source = stated.source.take().or_else(|| {
        Some(Source {
            name: text("plimsoll:source:name")?,
            version: text("plimsoll:source:version").unwrap_or_default(),
        })
    });
    stated.owned_by = stated.owned_by.take().or_else(|| text("plimsoll:ownedBy"));
    stated.module = stated.module.take().or_else(|| text("plimsoll:module"));
    stated.vendor = stated.vendor.take().or_else(|| text("plimsoll:vendor"));

    // Trivy.
    stated.paths.extend(all("aquasecurity:trivy:FilePath"));
    stated.module = stated.module.take().or_else(|| text("aquasecurity:trivy:Modularitylabel"));
    if let Some(name) = text("aquasecurity:trivy:SrcName") {
        let mut version = text("aquasecurity:trivy:SrcVersion").unwrap_or_default();
        if let Some(release) = text("aquasecurity:trivy:SrcRelease").filter(|_| !version.is_empty()) {
            version = format!("{version}-{release}");
        }
        if let Some(epoch) =
            text("aquasecurity:trivy:SrcEpoch").filter(|epoch| epoch != "0" && !version.is_empty())
        {
            version = format!("{epoch}:{version}");
        }
        stated.source = Some(Source { name, version });
    }

    // Syft.
    for (key, values) in properties.range("syft:location:".to_owned()..) {
        if !key.starts_with("syft:location:") {
            break;
        }
        if key.ends_with(":path") {
            stated.paths.extend(values.iter().cloned());
        }
    }
    let origin = text("syft:metadata:source").or_else(|| text("syft:metadata:originPackage"));
    if let Some(name) = origin {
        let version = text("syft:metadata:sourceVersion").unwrap_or_default();
        stated.source = Some(Source { name, version });
    }
    stated.source_rpm = stated.source_rpm.take().or_else(|| text("syft:metadata:sourceRpm"));
    stated.epoch = stated.epoch.take().or_else(|| text("syft:metadata:epoch"));
    stated.module = stated.module.take().or_else(|| text("syft:metadata:modularityLabel"));
    stated.kind = stated.kind.or_else(|| super::syft::kind(get("syft:package:type")?));

    // cdxgen and the npm tool.
    stated.development |= get("cdx:npm:package:development") == Some("true");
}

/// The distribution that an operating-system component names.
pub(super) fn distro(
    name: &str,
    version: &str,
    properties: &BTreeMap<String, Vec<String>>,
) -> Option<Distro> {
    let get = |key: &str| {
        let value = properties.get(key).and_then(|values| values.first())?.trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    let id = get("syft:distro:id").unwrap_or_else(|| name.trim().to_owned());
    if id.is_empty() || id.eq_ignore_ascii_case("none") {
        return None;
    }
    let mut distro = Distro::named(&id, get("syft:distro:versionID").as_deref().unwrap_or(version.trim()));
    distro.pretty_name = get("syft:distro:prettyName");
    distro.codename = get("syft:distro:versionCodename");
    distro.like = (0..8).map_while(|at| get(&format!("syft:distro:idLike:{at}"))).collect();
    Some(distro)
}
