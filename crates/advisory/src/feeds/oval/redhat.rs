use plimsoll_core::{Ecosystem, FixState, NameKind};
use plimsoll_matcher::stream;

use super::Oval;
use crate::feeds::About;
use crate::feeds::xml::Element;

/// Red Hat's definitions, version 2, of what is fixed, what is not, and what is not affected. Red Hat publishes
/// [CSAF](crate::feeds::Csaf2) in their place since 2024.
pub static RED_HAT: Oval = Oval {
    about: About {
        id: "redhat-oval",
        title: "OVAL definitions of Red Hat, version 2",
        address: "https://security.access.redhat.com/data/oval/v2/",
        licence: "CC-BY-4.0",
        decides: "the state of every rpm of a product: fixed, affected, not affected, will not fix",
    },
    product: "Red Hat",
    source: "Red Hat",
    names: NameKind::Binary,
    ecosystem,
    presence: true,
};

/// `Red Hat Enterprise Linux 8`.
fn ecosystem(platform: &str) -> Option<Ecosystem> {
    let release = platform.strip_prefix("Red Hat Enterprise Linux ")?.split([' ', '.']).next()?;
    let number = release.starts_with(|c: char| c.is_ascii_digit());
    number.then(|| Ecosystem::with_release("Red Hat", &format!("enterprise_linux:{release}")))
}

/// The products that a definition is for, by their CPE names, each stream once.
pub(super) fn products(metadata: &Element) -> Option<Vec<Ecosystem>> {
    let list = metadata.child("advisory")?.child("affected_cpe_list")?;
    let mut out: Vec<Ecosystem> = Vec::new();
    for cpe in list.children("cpe") {
        let Some((_, tail)) = cpe.text.trim().split_once(":redhat:") else { continue };
        let product = Ecosystem::with_release("Red Hat", tail);
        if !out.iter().any(|known| stream(known) == stream(&product)) {
            out.push(product);
        }
    }
    (!out.is_empty()).then_some(out)
}

/// What is to become of components that are not fixed.
pub(super) fn resolutions(metadata: &Element) -> Vec<(String, FixState)> {
    let affected = metadata.child("advisory").and_then(|advisory| advisory.child("affected"));
    let resolutions = affected.into_iter().flat_map(|affected| affected.children("resolution"));
    let mut out = Vec::new();
    for resolution in resolutions {
        let Some(state) = resolution.attribute("state").and_then(crate::feeds::redhat_data::fix_state) else {
            continue;
        };
        let names = resolution.children("component").map(|component| component.text.trim());
        // `nodejs:18/nodejs` is a component of a module.
        out.extend(names.filter_map(|name| Some((name.rsplit('/').next()?.to_owned(), state))));
    }
    out
}

/// The state of a package: its own, or that of the component that it is built from.
pub(super) fn fix(resolutions: &[(String, FixState)], package: &str) -> Option<FixState> {
    let own = resolutions.iter().find(|(name, _)| name == package);
    let built = || {
        let mut found: Vec<_> =
            resolutions.iter().filter(|(name, _)| package.starts_with(name.as_str())).collect();
        found.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        found.first().copied()
    };
    let only = || resolutions.first().filter(|_| resolutions.len() == 1);
    own.or_else(built).or_else(only).map(|(_, state)| *state)
}
