//! One file or folder for each kind of package database or manifest; each is listed in [`all`].

mod binary;
mod identity;
mod node;
mod python;

use crate::Cataloger;

/// Every cataloger.
pub fn all() -> Vec<Box<dyn Cataloger>> {
    vec![Box::new(python::Installed), Box::new(node::Installed), Box::new(binary::Executables)]
}
