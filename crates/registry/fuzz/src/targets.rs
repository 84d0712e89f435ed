//! What is tried, apart from the fuzzer, so that an ordinary test can replay the corpus.

use plimsoll_registry::{EventLimits, ImageName, decode, from_rfc3339, is_repository, is_tag, to_rfc3339};

/// Messages of registries: whatever comes, what is decoded follows the grammars and is the same a second time.
pub(crate) fn event(data: &[u8]) {
    let limits = EventLimits::default();
    if let Ok(text) = std::str::from_utf8(data) {
        if let Ok(name) = text.parse::<ImageName>() {
            assert_eq!(name.to_string().parse::<ImageName>().as_ref(), Ok(&name));
        }
        if let Some(time) = from_rfc3339(text) {
            assert_eq!(from_rfc3339(&to_rfc3339(time)), Some(time));
        }
    }
    let Ok(decoded) = decode(data, &limits) else { return };
    for event in &decoded.events {
        assert!(is_repository(&event.repository));
        assert!(event.tag.as_deref().is_none_or(is_tag));
        assert!(event.from.as_deref().is_none_or(is_repository));
    }
    assert_eq!(decode(data, &limits).expect("the same message"), decoded);
}
