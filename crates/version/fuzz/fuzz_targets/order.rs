//! One target for each scheme, named after it: what it is given are three versions, or a version and bounds.
#![no_main]

#[path = "../../tests/check/mod.rs"]
mod check;

use libfuzzer_sys::fuzz_target;
use plimsoll_version::Scheme;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(scheme) = Scheme::from_name(env!("CARGO_BIN_NAME")) else { return };
    let texts: Vec<&str> = text.split('\n').take(8).collect();
    let nth = |n: usize| texts.get(n).copied().unwrap_or_default();
    check::check(scheme, [nth(0), nth(1), nth(2)]);
    check::check_ranges(scheme, &texts);
});
