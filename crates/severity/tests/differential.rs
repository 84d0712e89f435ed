//! The same vectors scored by the Python package `cvss`, another implementation of the specifications.
//!
//! A few thousand vectors a version; with `PLIMSOLL_EXHAUSTIVE=1` a hundred thousand. `PLIMSOLL_PYTHON` names a
//! Python that has the package.

use std::env;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use plimsoll_severity::{Cvss, Score};

type Table = &'static [(&'static str, &'static [&'static str])];

/// Base metrics, then the others.
static V2: (Table, Table) = (
    &[
        ("AV", &["L", "A", "N"]),
        ("AC", &["H", "M", "L"]),
        ("Au", &["M", "S", "N"]),
        ("C", &["N", "P", "C"]),
        ("I", &["N", "P", "C"]),
        ("A", &["N", "P", "C"]),
    ],
    &[
        ("E", &["U", "POC", "F", "H", "ND"]),
        ("RL", &["OF", "TF", "W", "U", "ND"]),
        ("RC", &["UC", "UR", "C", "ND"]),
        ("CDP", &["N", "L", "LM", "MH", "H", "ND"]),
        ("TD", &["N", "L", "M", "H", "ND"]),
        ("CR", &["L", "M", "H", "ND"]),
        ("IR", &["L", "M", "H", "ND"]),
        ("AR", &["L", "M", "H", "ND"]),
    ],
);
static V3: (Table, Table) = (
    &[
        ("AV", &["N", "A", "L", "P"]),
        ("AC", &["L", "H"]),
        ("PR", &["N", "L", "H"]),
        ("UI", &["N", "R"]),
        ("S", &["U", "C"]),
        ("C", &["H", "L", "N"]),
        ("I", &["H", "L", "N"]),
        ("A", &["H", "L", "N"]),
    ],
    &[
        ("E", &["X", "H", "F", "P", "U"]),
        ("RL", &["X", "U", "W", "T", "O"]),
        ("RC", &["X", "C", "R", "U"]),
        ("CR", &["X", "H", "M", "L"]),
        ("IR", &["X", "H", "M", "L"]),
        ("AR", &["X", "H", "M", "L"]),
        ("MAV", &["X", "N", "A", "L", "P"]),
        ("MAC", &["X", "L", "H"]),
        ("MPR", &["X", "N", "L", "H"]),
        ("MUI", &["X", "N", "R"]),
        ("MS", &["X", "U", "C"]),
        ("MC", &["X", "N", "L", "H"]),
        ("MI", &["X", "N", "L", "H"]),
        ("MA", &["X", "N", "L", "H"]),
    ],
);
static V4: (Table, Table) = (
    &[
        ("AV", &["N", "A", "L", "P"]),
        ("AC", &["L", "H"]),
        ("AT", &["N", "P"]),
        ("PR", &["N", "L", "H"]),
        ("UI", &["N", "P", "A"]),
        ("VC", &["H", "L", "N"]),
        ("VI", &["H", "L", "N"]),
        ("VA", &["H", "L", "N"]),
        ("SC", &["H", "L", "N"]),
        ("SI", &["H", "L", "N"]),
        ("SA", &["H", "L", "N"]),
    ],
    &[
        ("E", &["X", "A", "P", "U"]),
        ("CR", &["X", "H", "M", "L"]),
        ("IR", &["X", "H", "M", "L"]),
        ("AR", &["X", "H", "M", "L"]),
        ("MAV", &["X", "N", "A", "L", "P"]),
        ("MAC", &["X", "L", "H"]),
        ("MAT", &["X", "N", "P"]),
        ("MPR", &["X", "N", "L", "H"]),
        ("MUI", &["X", "N", "P", "A"]),
        ("MVC", &["X", "H", "L", "N"]),
        ("MVI", &["X", "H", "L", "N"]),
        ("MVA", &["X", "H", "L", "N"]),
        ("MSC", &["X", "H", "L", "N"]),
        ("MSI", &["X", "S", "H", "L", "N"]),
        ("MSA", &["X", "S", "H", "L", "N"]),
        ("S", &["X", "N", "P"]),
        ("AU", &["X", "N", "Y"]),
        ("R", &["X", "A", "U", "I"]),
        ("V", &["X", "D", "C"]),
        ("RE", &["X", "L", "M", "H"]),
        ("U", &["X", "Clear", "Green", "Amber", "Red"]),
    ],
);

const SCRIPT: &str = "
import sys
from cvss import CVSS2, CVSS3, CVSS4
out = []
for line in sys.stdin:
    vector = line.strip()
    if vector.startswith('CVSS:4'):
        c = CVSS4(vector)
        scores, severities = (c.base_score,), (c.severity,)
    elif vector.startswith('CVSS:3'):
        c = CVSS3(vector)
        scores, severities = c.scores(), c.severities()
    else:
        c = CVSS2(vector)
        scores, severities = c.scores(), c.severities()
    out.append(' '.join('-' if s is None else '%.1f' % s for s in scores) + ' ' + severities[0].lower())
print('\\n'.join(out))
";

/// SplitMix64: the same numbers on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) % limit as u64) as usize
    }
}

fn vectors(prefix: &str, (base, optional): (Table, Table), count: usize) -> Vec<String> {
    let mut random = Random(base.len() as u64);
    // v2 has its groups whole; elsewhere each optional metric is there or not.
    let whole = prefix.is_empty();
    let one = |_| {
        let mut parts = Vec::new();
        let mut push = |random: &mut Random, (name, values): (&str, &[&str])| {
            parts.push(format!("{name}:{}", values[random.below(values.len())]));
        };
        base.iter().for_each(|metric| push(&mut random, *metric));
        let (temporal, environmental) = (random.below(2) == 0, random.below(2) == 0);
        for (at, metric) in optional.iter().enumerate() {
            let there =
                if whole { if at < 3 { temporal } else { environmental } } else { random.below(2) == 0 };
            if there {
                push(&mut random, *metric);
            }
        }
        format!("{prefix}{}", parts.join("/"))
    };
    (0..count).map(one).collect()
}

fn ours(vector: &str) -> String {
    let cvss: Cvss = vector.parse().unwrap_or_else(|e| panic!("{vector}: {e}"));
    let show = |score: Option<Score>| score.map_or("-".to_owned(), |score| score.to_string());
    let mut line = String::new();
    match &cvss {
        Cvss::V2(v2) => write!(
            line,
            "{} {} {}",
            v2.base_score(),
            show(v2.temporal_score()),
            show(v2.environmental_score())
        ),
        Cvss::V3(v3) => {
            write!(line, "{} {} {}", v3.base_score(), v3.temporal_score(), v3.environmental_score())
        }
        Cvss::V4(v4) => write!(line, "{}", v4.score()),
        _ => unreachable!("{vector}"),
    }
    .unwrap();
    format!("{line} {}", cvss.rating())
}

fn differ(name: &str, prefix: &str, tables: (Table, Table)) {
    let count = if env::var_os("PLIMSOLL_EXHAUSTIVE").is_some() { 100_000 } else { 3_000 };
    let python = env::var("PLIMSOLL_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_package = Command::new(&python).args(["-c", "import cvss"]).stderr(Stdio::null()).status();
    if !has_package.is_ok_and(|status| status.success()) {
        eprintln!("skipped: {python} has no package cvss");
        return;
    }
    let vectors = vectors(prefix, tables, count);
    let mut child = Command::new(&python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(vectors.join("\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let theirs = String::from_utf8(output.stdout).unwrap();
    assert_eq!(theirs.lines().count(), vectors.len());
    let mut differing = 0;
    for (vector, theirs) in vectors.iter().zip(theirs.lines()) {
        // The package calls v2's 0.0 "none"; the NVD's scale begins with "low" at 0.0.
        let theirs = if prefix.is_empty() { theirs.replace(" none", " low") } else { theirs.to_owned() };
        let ours = ours(vector);
        if ours != theirs {
            differing += 1;
            if differing <= 10 {
                eprintln!("{vector}: {ours}, the package says {theirs}");
            }
        }
    }
    eprintln!("{name}: {count} vectors, {differing} differ");
    assert_eq!(differing, 0);
}

#[test]
fn v2() {
    differ("v2", "", V2);
}

#[test]
fn v3_0() {
    differ("v3.0", "CVSS:3.0/", V3);
}

#[test]
fn v3_1() {
    differ("v3.1", "CVSS:3.1/", V3);
}

#[test]
fn v4_0() {
    differ("v4.0", "CVSS:4.0/", V4);
}
