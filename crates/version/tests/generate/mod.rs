//! Versions made from fragments that are hard to order, and pairs of them that differ late or not at all.

use plimsoll_version::Scheme;

/// A small generator of pseudo-random numbers (xorshift64*), so that a failure repeats.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end.max(1)
    }

    fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

const NUMBERS: &[&str] = &[
    "0",
    "0",
    "1",
    "1",
    "2",
    "9",
    "10",
    "11",
    "00",
    "01",
    "010",
    "007",
    "99",
    "100",
    "20240131",
    "4294967296",
];
const LONG: &[&str] = &["18446744073709551616", "99999999999999999998", "99999999999999999999"];

/// What stands between and beside the numbers.
fn fragments(scheme: Scheme) -> &'static [&'static str] {
    match scheme {
        Scheme::Dpkg => {
            &[".", ".", "-", "+", "~", "~~", "a", "b", "Z", "rc", "beta", "+dfsg", "-1", ":", "+b1", "ubuntu"]
        }
        Scheme::Rpm => {
            &[".", ".", "-", "~", "^", "^git", "~rc", "a", "b", "el", ".el8", "_", "..", "+", "Z", "fc"]
        }
        Scheme::Apk => &[
            ".", ".", ".", "_alpha", "_beta", "_pre", "_rc", "_p", "_git", "_cvs", "a", "b", "-r", "-r1",
            "~ab12", "_hg",
        ],
        Scheme::Pacman => &[".", ".", "-", "a", "b", "rc", "beta", "_", "+", "..", "pre", ".a"],
        Scheme::Portage => &[".", ".", ".0", "_alpha", "_beta", "_pre", "_rc", "_p", "a", "b", "-r", "-r1"],
        Scheme::Pep440 => &[
            ".", ".", "a", "b", "rc", "c", ".post", "-", ".dev", "dev", "alpha", "_", "+", "+ubuntu.",
            ".rev", "r", "pre", "preview", "!", "RC", ".Post", "post",
        ],
        Scheme::Maven => &[
            ".",
            ".",
            "-",
            "-",
            "a",
            "b",
            "m",
            "rc",
            "cr",
            "alpha",
            "beta",
            "snapshot",
            "-SNAPSHOT",
            "ga",
            "final",
            "sp",
            "release",
            ".RELEASE",
            ".Final",
            "foo",
            "x",
            "_",
            "redhat",
            "milestone",
            "..",
            "--",
        ],
        Scheme::RubyGems => &[".", ".", "a", "b", "rc", ".pre", "-", ".beta", "x", "A", ".a"],
        Scheme::Packagist => &[
            ".", ".", "-", "a", "b", "RC", "rc", "alpha", "beta", "dev", "-dev", "p", "pl", "_", "+", "x",
            "patch", "stable",
        ],
        Scheme::Hackage => &[".", ".", "."],
        Scheme::Cran => &[".", "-", "."],
        Scheme::Conda => {
            &[".", ".", "_", "a", "b", "rc", "post", "dev", ".post", ".dev", "+", "!", "-", "x", "DEV", "*"]
        }
        Scheme::Jvm => &[".", ".", "_", "-ea", "+", "-b", "u", "-internal", "-update"],
        Scheme::Go => {
            &[".", ".", "-", "-rc", "-beta", "rc", "+incompatible", "-0.", "-pre.", "a", ".a", "beta"]
        }
        _ => &[
            ".", ".", ".", "-", "-rc.", "-alpha", "-beta.", "a", "b", "+", "+build", "x", "--", ".a", "-A",
            "rc",
        ],
    }
}

/// One version: numbers and fragments in turn, mostly.
pub(crate) fn version(random: &mut Random, scheme: Scheme) -> String {
    let mut out = String::new();
    match random.below(12) {
        0 if scheme == Scheme::Dpkg || scheme == Scheme::Rpm || scheme == Scheme::Pacman => {
            out.push_str("1:")
        }
        1 if scheme == Scheme::Dpkg || scheme == Scheme::Rpm => out.push_str("0:"),
        2 if scheme == Scheme::Pep440 || scheme == Scheme::Conda => out.push_str("1!"),
        3 if scheme == Scheme::Jvm => out.push_str("1."),
        4 if scheme == Scheme::Go => out.push('v'),
        5 if scheme == Scheme::Go => out.push_str("go"),
        _ => {}
    }
    let semantic = matches!(scheme, Scheme::Semver | Scheme::Npm | Scheme::Hex | Scheme::Pub | Scheme::Swift);
    if semantic && random.below(8) > 0 {
        return self::semantic(random);
    } else {
        out.push_str(number(random));
    }
    for _ in 0..random.below(6) {
        out.push_str(random.one_of(fragments(scheme)));
        if random.below(4) > 0 {
            out.push_str(number(random));
        }
    }
    if matches!(scheme, Scheme::Rpm | Scheme::Pacman) && random.below(3) > 0 {
        out.push('-');
        out.push_str(number(random));
    }
    out
}

/// Three numbers, perhaps identifiers, perhaps a build.
fn semantic(random: &mut Random) -> String {
    const PLAIN: &[&str] = &["0", "1", "2", "10", "99", "4294967296"];
    const IDENTIFIERS: &[&str] = &[
        "0", "1", "2", "10", "alpha", "beta", "rc", "rc1", "rc10", "rc2", "a-b", "-", "--1", "A", "1a", "x",
        "0a",
    ];
    let numbers = [PLAIN, PLAIN, PLAIN].map(|list| random.one_of(list));
    let mut out = numbers.join(".");
    for (mark, chance) in [('-', 2), ('+', 4)] {
        if random.below(chance) > 0 {
            continue;
        }
        let mut mark = mark;
        for _ in 0..=random.below(3) {
            out.push(mark);
            out.push_str(random.one_of(IDENTIFIERS));
            mark = '.';
        }
    }
    out
}

fn number(random: &mut Random) -> &'static str {
    if random.below(60) == 0 { random.one_of(LONG) } else { random.one_of(NUMBERS) }
}

/// A version like another: one of its bytes or the end replaced by a fragment or a number.
#[allow(dead_code)]
pub(crate) fn neighbour(random: &mut Random, scheme: Scheme, version: &str) -> String {
    if random.below(3) == 0 {
        return self::version(random, scheme);
    }
    let piece = if random.below(2) == 0 { random.one_of(fragments(scheme)) } else { number(random) };
    let at = random.below(version.len() + 1);
    let cut = (at + random.below(3)).min(version.len());
    match (version.get(..at), version.get(cut..)) {
        (Some(head), Some(tail)) if random.below(4) > 0 => format!("{head}{piece}{tail}"),
        (Some(head), Some(tail)) if head.len() + tail.len() > 0 => format!("{head}{tail}"),
        _ => version.to_owned(),
    }
}

/// How much to try: `few` by default, `many` with `PLIMSOLL_EXHAUSTIVE=1`.
pub(crate) fn amount(few: usize, many: usize) -> usize {
    if std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some_and(|value| value == "1") { many } else { few }
}
