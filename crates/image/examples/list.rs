//! Lists the files that a container of an image would see: `cargo run --example list -- IMAGE`.

use plimsoll_core::{Content, Entry, LayerVisitor, Silent, Take};
use plimsoll_image::{Image, NodeKind, OpenOptions, Tree};

struct NamesOnly;

impl LayerVisitor for NamesOnly {
    fn entry(&mut self, _: &Entry<'_>) -> Take {
        Take::Skip
    }

    fn content(&mut self, _: &Entry<'_>, _: Content<'_>) {}
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("which image?")?;
    let options = OpenOptions { verify: std::env::var_os("NO_VERIFY").is_none(), ..Default::default() };
    let image = Image::open(path.as_ref(), &options)?;
    let layers = image.read(&|_| true, &|_| NamesOnly, &Silent)?;
    for diagnostic in
        image.info().diagnostics.iter().chain(layers.iter().flatten().flat_map(|l| &l.diagnostics))
    {
        eprintln!("{diagnostic}");
    }
    let entries: Vec<_> = image
        .info()
        .layers
        .iter()
        .filter_map(|layer| layers.get(layer.same_as.unwrap_or(layer.index) as usize)?.as_ref())
        .map(|layer| &layer.entries)
        .collect();
    let (tree, diagnostics) = Tree::merge(&entries, &options.limits);
    for diagnostic in diagnostics {
        eprintln!("{diagnostic}");
    }
    tree.visit(&mut |node| {
        let path = String::from_utf8_lossy(node.path);
        match node.kind {
            NodeKind::File(file) => println!("- {path} {}", file.size),
            NodeKind::Directory => println!("d {path}"),
            NodeKind::Symlink(target) => println!("l {path} -> {}", String::from_utf8_lossy(target)),
            _ => println!("o {path}"),
        }
    });
    Ok(())
}
