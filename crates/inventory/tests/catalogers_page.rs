//! `docs/catalogers.md` is made from the code. `PLIMSOLL_BLESS=1 cargo test -p plimsoll-inventory --test catalogers_page`
//! writes it anew.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use plimsoll_core::{PackageType, Role};
use plimsoll_inventory::catalogers::{self, DESCRIPTIONS};
use plimsoll_inventory::{Magic, Pattern};

const START: &str = "\
# Catalogers

What is read, what is taken, and whose advisories speak of it. This page is made from the code; to change it, change
`crates/inventory/src/catalogers` and run

    PLIMSOLL_BLESS=1 cargo test -p plimsoll-inventory --test catalogers_page

Files are named by where they stand in the image: `**/` is any directory, `*` any part of a name. A package found in a
lock file or a manifest is marked as declared: it counts where a folder is scanned, not in an image.

";

fn file(pattern: Pattern) -> String {
    match pattern {
        Pattern::Path(path) => format!("`{path}`"),
        Pattern::Directory(directory) => format!("`{directory}/*`"),
        Pattern::Name(name) => format!("`**/{name}`"),
        Pattern::Suffix(suffix) => format!("`**/*{suffix}`"),
        Pattern::Affixes(prefix, suffix) => format!("`**/{prefix}*{suffix}`"),
        Pattern::In(directory, name) => format!("`**/*{directory}/{name}`"),
        Pattern::InSuffix(directory, suffix) => format!("`**/*{directory}/*{suffix}`"),
        Pattern::DirectorySuffix(directory, suffix) => format!("`{directory}/*{suffix}`"),
        Pattern::Below(directory, name) => format!("`{directory}/**/{name}`"),
        Pattern::Children(directory) => format!("the names in `{directory}`"),
        Pattern::Begins(Magic::Program) => "every ELF, PE and Mach-O file".to_owned(),
        Pattern::Begins(Magic::JavaArchive) => "every zip that begins as `jar` writes it".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Whose advisories speak of a type.
fn feed(kind: PackageType) -> String {
    match kind {
        PackageType::Generic => "–".to_owned(),
        PackageType::Opkg | PackageType::Ebuild => "–".to_owned(),
        kind if kind.is_os() => "the distribution's".to_owned(),
        kind => kind.osv_ecosystem().unwrap_or("–").to_owned(),
    }
}

fn page() -> String {
    let mut out = START.to_owned();
    out.push_str("| cataloger | reads | takes | feed | not supported |\n|---|---|---|---|---|\n");
    for cataloger in catalogers::all() {
        let said = DESCRIPTIONS.iter().find(|it| it.id == cataloger.id());
        let said =
            said.unwrap_or_else(|| panic!("describe {} in catalogers/descriptions.rs", cataloger.id()));
        let files: Vec<String> =
            cataloger.interests().iter().map(|interest| file(interest.pattern)).collect();
        let feeds: BTreeSet<String> = said.types.iter().map(|&kind| feed(kind)).collect();
        let feeds: Vec<String> = feeds.into_iter().collect();
        let declared = if cataloger.role() == Role::Declared { "declared: " } else { "" };
        writeln!(
            out,
            "| `{}` | {} | {declared}{} | {} | {} |",
            said.id,
            files.join(", "),
            said.takes,
            if feeds.is_empty() { "–".to_owned() } else { feeds.join(", ") },
            said.leaves
        )
        .expect("a text takes everything");
    }
    let mut products: Vec<&str> = catalogers::products().collect();
    products.sort_unstable();
    out.push_str(&format!(
        "\n## Products told by texts\n\nThe cataloger `binary` tells {} products that no package manager put there by texts in \
         their programs and libraries; each\nhas a part of a real file as its test.\n\n{}.\n",
        products.len(),
        products.join(", ")
    ));
    out
}

#[test]
fn the_page_says_what_the_code_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/catalogers.md");
    let page = page();
    if std::env::var_os("PLIMSOLL_BLESS").is_some() {
        std::fs::write(&path, &page).expect("docs can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/catalogers.md is out of date: run this test with PLIMSOLL_BLESS=1");
}

#[test]
fn nothing_is_described_that_is_not_there() {
    let ids: BTreeSet<&str> = catalogers::all().iter().map(|cataloger| cataloger.id()).collect();
    let described: Vec<&str> = DESCRIPTIONS.iter().map(|it| it.id).collect();
    assert_eq!(described.iter().copied().collect::<BTreeSet<_>>(), ids);
    assert_eq!(described.len(), ids.len(), "a cataloger is described twice");
}
