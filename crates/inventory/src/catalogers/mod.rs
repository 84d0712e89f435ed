//! One file or folder for each kind of package database or manifest; each is listed in [`all`].

mod apk;
mod apple;
mod asked;
mod binary;
mod bitnami;
mod bottlerocket;
mod cargo;
mod chisel;
mod chocolatey;
mod conan;
mod conda;
mod conda_environment;
mod cos;
mod dart;
mod deb822;
mod descriptions;
mod document;
mod dotnet;
mod dpkg;
mod embedded_sbom;
mod erlang;
mod flatpak;
mod github;
mod gleam;
mod golang;
mod haskell;
mod header;
mod homebrew;
#[cfg(test)]
mod hostile;
pub(crate) mod identity;
mod java;
pub(crate) mod json;
mod julia;
mod lua;
mod nix;
mod node;
mod opam;
mod opkg;
pub(crate) mod os;
mod os_release;
mod pacman;
mod paket;
mod perl;
mod php;
mod portage;
mod provenance;
mod python;
mod r;
mod repositories;
mod rpm;
mod ruby;
mod runtimes;
#[cfg(test)]
mod samples;
mod selection;
mod snap;
mod spack;
mod stated;
mod swift;
mod wordpress;
pub(crate) mod xml;
mod yaml;
mod zip;

pub use self::descriptions::{DESCRIPTIONS, Description};
use crate::Cataloger;

/// The names of the products that the cataloger `binary` tells by texts in programs and libraries, as package URLs of
/// the type `generic` write them.
pub fn products() -> impl Iterator<Item = &'static str> {
    binary::products()
}

/// Every cataloger.
pub fn all() -> Vec<Box<dyn Cataloger>> {
    vec![
        Box::new(os_release::OsRelease),
        Box::new(repositories::Repositories),
        Box::new(dpkg::Dpkg),
        Box::new(apk::Apk),
        Box::new(rpm::Rpm),
        Box::new(opkg::Opkg),
        Box::new(pacman::Pacman),
        Box::new(portage::Portage),
        Box::new(chisel::Chisel),
        Box::new(bottlerocket::Bottlerocket),
        Box::new(bitnami::Bitnami),
        Box::new(conda::Conda),
        Box::new(homebrew::Homebrew),
        Box::new(snap::Snap),
        Box::new(nix::Nix),
        Box::new(cos::Cos),
        Box::new(spack::Spack),
        Box::new(flatpak::METAINFO),
        Box::new(chocolatey::NUSPEC),
        Box::new(apple::BUNDLE),
        Box::new(conda_environment::ENVIRONMENT),
        Box::new(conda_environment::LOCK),
        Box::new(python::Installed),
        Box::new(python::Archives),
        Box::new(python::Origins),
        Box::new(python::Records),
        Box::new(node::Installed),
        Box::new(node::Archives),
        Box::new(binary::Executables),
        Box::new(java::Archives),
        Box::new(embedded_sbom::EmbeddedSboms),
        Box::new(python::TOML),
        Box::new(python::PIPFILE),
        Box::new(python::REQUIREMENTS),
        Box::new(python::PYPROJECT),
        Box::new(python::PIPFILE_PROJECT),
        Box::new(python::SETUP),
        Box::new(golang::MODULE),
        Box::new(golang::VENDOR),
        Box::new(golang::SUM),
        Box::new(cargo::LOCK),
        Box::new(cargo::MANIFEST),
        Box::new(ruby::Installed),
        Box::new(ruby::GEMFILE_LOCK),
        Box::new(php::INSTALLED),
        Box::new(php::LOCK),
        Box::new(php::PEAR),
        Box::new(java::POM),
        Box::new(java::GRADLE),
        Box::new(java::VERIFICATION),
        Box::new(java::CATALOG),
        Box::new(java::SBT),
        Box::new(dotnet::DEPS),
        Box::new(dotnet::LOCK),
        Box::new(dotnet::ASSETS),
        Box::new(dotnet::PROJECT),
        Box::new(dotnet::CONFIG),
        Box::new(paket::LOCK),
        Box::new(paket::DEPENDENCIES),
        Box::new(dart::Specs),
        Box::new(dart::LOCK),
        Box::new(swift::RESOLVED),
        Box::new(swift::PODFILE_LOCK),
        Box::new(haskell::CABAL),
        Box::new(haskell::STACK),
        Box::new(erlang::Applications),
        Box::new(erlang::MIX_LOCK),
        Box::new(erlang::REBAR_LOCK),
        Box::new(gleam::MANIFEST),
        Box::new(gleam::PROJECT),
        Box::new(r::Installed),
        Box::new(r::RENV_LOCK),
        Box::new(lua::Installed),
        Box::new(perl::Metadata),
        Box::new(perl::SNAPSHOT),
        Box::new(julia::MANIFEST),
        Box::new(julia::PROJECT),
        Box::new(conan::LOCK),
        Box::new(conan::CONANFILE),
        Box::new(opam::SWITCH),
        Box::new(opam::Definition),
        Box::new(github::ACTIONS),
        Box::new(wordpress::Installed),
        Box::new(runtimes::JAVA),
        Box::new(runtimes::GO),
        Box::new(runtimes::ERLANG),
        Box::new(node::NPM),
        Box::new(node::YARN),
        Box::new(node::PNPM),
        Box::new(node::BUN),
        Box::new(node::DENO),
    ]
}
