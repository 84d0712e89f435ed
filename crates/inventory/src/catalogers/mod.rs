//! One file or folder for each kind of package database or manifest; each is listed in [`all`].

mod apk;
mod binary;
mod deb822;
mod dpkg;
#[cfg(test)]
mod hostile;
mod identity;
mod java;
mod node;
mod opkg;
mod os;
mod os_release;
mod python;
mod rpm;
#[cfg(test)]
mod samples;
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
        Box::new(python::Installed),
        Box::new(python::Archives),
        Box::new(node::Installed),
        Box::new(binary::Executables),
        Box::new(java::Archives),
    ]
}
