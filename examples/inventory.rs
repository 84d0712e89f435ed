//! Lists what an image has installed, and the layer that each package came with:
//! `cargo run --example inventory -- app.tar`.

use plimsoll::{Catalogers, Image, OpenOptions, Silent, take_inventory};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: inventory IMAGE")?;
    let options = OpenOptions::default();
    let image = Image::open(path.as_ref(), &options)?;
    let taken = take_inventory(&image, &Catalogers::all(), &options.limits, &Silent)?;
    for package in taken.inventory.precise() {
        let layer = package.locations.first().and_then(|at| at.layer.as_ref()).map_or(0, |layer| layer.index);
        println!("layer {layer:>2}  {}", package.purl);
    }
    for diagnostic in taken.all_diagnostics() {
        eprintln!("{diagnostic}");
    }
    Ok(())
}
