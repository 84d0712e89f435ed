//! What holds for every order: it is one, and keys are in it.

mod check;
mod generate;

use check::{check, check_ranges};
use generate::{Random, amount, neighbour, version};
use plimsoll_version::Scheme;

#[test]
fn every_scheme_is_an_order_and_its_keys_are_in_it() {
    for (seed, scheme) in Scheme::ALL.iter().copied().enumerate() {
        let mut random = Random::new(seed as u64 + 1);
        let mut with_keys = 0;
        let count = amount(4_000, 400_000);
        for _ in 0..count {
            let a = version(&mut random, scheme);
            let b = neighbour(&mut random, scheme, &a);
            let c = neighbour(&mut random, scheme, &b);
            check(scheme, [&a, &b, &c]);
            with_keys += usize::from(scheme.key(&a).is_some());
        }
        eprintln!("{}: {count} triples, {with_keys} versions with keys", scheme.name());
        assert!(with_keys > count / 8, "{}: {with_keys} of {count} have keys", scheme.name());
    }
}

#[test]
fn every_text_is_ordered_or_refused() {
    let alphabet: Vec<char> = "019.-+~^_:!vaAzrc*x |,=<>[]()\t\n\0\u{7f}é\u{661}\u{10ffff}".chars().collect();
    for (seed, scheme) in Scheme::ALL.iter().copied().enumerate() {
        let mut random = Random::new(seed as u64 + 1000);
        let mut text = || -> String {
            let len = random.below(9);
            (0..len).map(|_| alphabet[random.below(alphabet.len())]).collect()
        };
        for _ in 0..amount(800, 200_000) {
            let [a, b, c] = [text(), text(), text()];
            check(scheme, [&a, &b, &c]);
            check_ranges(scheme, &[&a, &b, &c]);
        }
    }
}

#[test]
fn long_texts_end() {
    let patterns = [
        "1", "0", "1.", "0.", "1-", "0-", "a", "a1", "1a", "~", ".", "-", "1_p1", "1.a", "rc", "1-ga", "+",
        "1~1", "a.", "^a", "-0", "1.0-", "_", "x.x", "1!", "\u{e9}", "1.0.a", "post",
    ];
    let len = amount(1 << 10, 1 << 18);
    let prefixes = ["", "1.0.0-", "1", "1:", "1!", "1.0.0+", "v1."];
    let prefixes = &prefixes[..amount(2, 7)];
    for scheme in Scheme::ALL.iter().copied() {
        for pattern in patterns {
            let text = pattern.repeat(len / pattern.len());
            for prefix in prefixes {
                let a = format!("{prefix}{text}");
                let b = format!("{a}1");
                check(scheme, [&a, &b, &a]);
            }
        }
    }
}
