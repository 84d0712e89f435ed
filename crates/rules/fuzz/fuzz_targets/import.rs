#![no_main]

// The first byte chooses the format.
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&first, rest)) = data.split_first() else { return };
    let formats = plimsoll_rules_fuzz::FORMATS;
    if let Ok(text) = std::str::from_utf8(rest) {
        plimsoll_rules_fuzz::foreign(formats[usize::from(first) % formats.len()], text);
    }
});
