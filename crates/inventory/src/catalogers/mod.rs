//! One file or folder for each kind of package database or manifest; each is listed in [`all`].

mod apk;
mod binary;
mod bitnami;
mod bottlerocket;
mod chisel;
mod conda;
mod cos;
mod deb822;
mod dpkg;
mod homebrew;
#[cfg(test)]
mod hostile;
mod identity;
mod java;
mod nix;
mod node;
mod opkg;
mod os;
mod os_release;
mod pacman;
mod portage;
mod python;
mod rpm;
#[cfg(test)]
mod samples;
mod snap;
mod spack;
mod zip;

use crate::Cataloger;

/// Every cataloger.
pub fn all() -> Vec<Box<dyn Cataloger>> {
    vec![
        Box::new(os_release::OsRelease),
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
        Box::new(python::Installed),
        Box::new(python::Archives),
        Box::new(node::Installed),
        Box::new(binary::Executables),
        Box::new(java::Archives),
    ]
}
