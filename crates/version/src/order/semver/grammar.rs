use super::identifiers::is_number;

/// The grammar of Semantic Versioning 2.0.0, section "Backus–Naur Form Grammar".
pub(crate) fn is_strict(text: &[u8]) -> bool {
    let (rest, build) = split_once(text, b'+');
    let (numbers, pre) = split_once(rest, b'-');
    let mut count = 0;
    let valid = numbers.split(|byte| *byte == b'.').all(|number| {
        count += 1;
        is_strict_number(number)
    });
    let word = |part: &[u8]| {
        !part.is_empty() && part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    let dotted = |text: Option<&[u8]>, check: &dyn Fn(&[u8]) -> bool| {
        text.is_none_or(|text| text.split(|byte| *byte == b'.').all(check))
    };
    valid
        && count == 3
        && dotted(pre, &|part| word(part) && (!is_number(part) || is_strict_number(part)))
        && dotted(build, &word)
}

/// Digits without leading zeros.
pub(crate) fn is_strict_number(digits: &[u8]) -> bool {
    !digits.is_empty() && is_number(digits) && (digits == b"0" || !digits.starts_with(b"0"))
}

pub(crate) fn split_once(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == at) {
        Some(end) => {
            let (head, tail) = text.split_at(end);
            (head, tail.get(1..))
        }
        None => (text, None),
    }
}
