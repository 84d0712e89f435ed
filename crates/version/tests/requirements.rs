//! Random ranges and versions to the tools whose ranges they are.

mod generate;
mod tool;

use generate::{Random, amount, version};
use plimsoll_version::Scheme;
use plimsoll_version::expression::{Expression, Syntax};
use tool::{batch, with_args};

/// A version with parts left out and parts that stand for all.
fn partial(random: &mut Random, syntax: Syntax) -> String {
    let wild: &[&str] = match syntax {
        Syntax::Npm => &["x", "*", "X"],
        _ => &["*"],
    };
    let mut parts = Vec::new();
    for _ in 0..=random.below(3) {
        let number = ["0", "1", "2", "10"][random.below(4)];
        parts.push(if random.below(9) == 0 { wild[random.below(wild.len())] } else { number });
        if parts.last().is_some_and(|part| wild.contains(part)) {
            break;
        }
    }
    let mut out = parts.join(".");
    if parts.len() == 3 && random.below(3) == 0 && !wild.iter().any(|wild| out.ends_with(wild)) {
        out.push_str(["-0", "-rc.1", "-alpha", "-beta.2", "+b", "-rc.1+b"][random.below(6)]);
    }
    out
}

/// A version of PEP 440: a release, with as much of what may follow as `parts` allows.
fn python(random: &mut Random, parts: usize) -> String {
    let number = |random: &mut Random| ["0", "1", "2", "1"][random.below(4)];
    let mut out = if random.below(9) == 0 { "1!".to_owned() } else { String::new() };
    out.push_str(number(random));
    for _ in 0..random.below(3) {
        out.push('.');
        out.push_str(number(random));
    }
    for (at, mark) in ["a", "b", "rc", ".post", ".dev", "+l."].into_iter().enumerate() {
        if at + 1 < parts && random.below(4) == 0 && !(at < 3 && out.contains(['a', 'b'])) {
            out.push_str(mark);
            out.push_str(number(random));
        }
    }
    out
}

fn range(random: &mut Random, syntax: Syntax) -> String {
    let (signs, between): (&[&str], &str) = match syntax {
        Syntax::Npm => (&["", "", "^", "~", ">", ">=", "<", "<=", "=", "~>", ">= ", "^ "], " "),
        Syntax::Cargo => (&["", "", "^", "~", ">", ">=", "<", "<=", "=", ">= "], ", "),
        Syntax::RubyGems => (&["~>", "~> ", ">=", ">", "<", "<= ", "=", "!=", ""], ", "),
        _ => (&["==", "!=", ">=", "<=", ">", "<", "~=", ">= "], ","),
    };
    let one = |random: &mut Random| {
        let version = match syntax {
            Syntax::Npm | Syntax::Cargo => partial(random, syntax),
            Syntax::RubyGems => version(random, Scheme::RubyGems),
            _ if random.below(6) == 0 => python(random, 1) + ".*",
            _ => python(random, 7),
        };
        format!("{}{version}", signs[random.below(signs.len())])
    };
    if syntax == Syntax::Npm && random.below(8) == 0 {
        return format!("{} - {}", partial(random, syntax), partial(random, syntax));
    }
    let mut sets = Vec::new();
    for _ in 0..=if syntax == Syntax::Npm { random.below(2) } else { 0 } {
        let count = 1 + random.below(2);
        sets.push((0..count).map(|_| one(random)).collect::<Vec<_>>().join(between));
    }
    sets.join(" || ")
}

fn pairs(syntax: Syntax, count: usize) -> Vec<(String, String)> {
    let mut random = Random::new(99);
    let mut pair = || {
        let range = range(&mut random, syntax);
        let version = match syntax {
            Syntax::Npm | Syntax::Cargo => {
                let number = |random: &mut Random| ["0", "1", "2", "3", "10", "11"][random.below(6)];
                let numbers = [number(&mut random), number(&mut random), number(&mut random)].join(".");
                let pre = ["", "", "", "-0", "-rc.1", "-alpha", "-beta.2", "-rc.2+b"][random.below(8)];
                format!("{numbers}{pre}")
            }
            Syntax::Pep440 => python(&mut random, 8),
            _ => version(&mut random, syntax.scheme()),
        };
        (range, version)
    };
    (0..count).map(|_| pair()).collect()
}

/// `1` is in the range, `0` is not, `?` is no range or no version to the tool.
fn agree(tool: &str, syntax: Syntax, pairs: &[(String, String)], answers: Option<Vec<char>>) {
    let Some(answers) = answers else {
        eprintln!("skipped: {tool} is not here, or gave no answers");
        return;
    };
    let (mut compared, mut wrong) = (0, Vec::new());
    for ((range, version), answer) in pairs.iter().zip(&answers) {
        if *answer == '?' {
            continue;
        }
        compared += 1;
        let inside = Expression::read(syntax, range).and_then(|expression| expression.contains(version));
        if inside != Ok(*answer == '1') {
            wrong.push(format!("{version} in {range}: {answer}, not {inside:?}"));
        }
    }
    eprintln!(
        "{tool}: {} of {compared} answers agree, {} refused",
        compared - wrong.len(),
        pairs.len() - compared
    );
    assert!(wrong.is_empty(), "{tool}: {} wrong\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
    assert!(compared > pairs.len() / 20, "{tool} took only {compared} pairs");
}

#[test]
fn node_semver() {
    let script = "
const semver = require('semver');
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const [range, version] = line.split('\\t');
  const valid = semver.validRange(range) !== null && semver.valid(version);
  process.stdout.write((!valid ? '?' : semver.satisfies(version, range) ? '1' : '0') + '\\n');
});
";
    let mut command = with_args("node", &["-e", script]);
    command.env(
        "NODE_PATH",
        "/usr/lib/node_modules/npm/node_modules:/usr/local/lib/node_modules/npm/node_modules",
    );
    let pairs = pairs(Syntax::Npm, amount(6_000, 400_000));
    agree("node-semver ranges", Syntax::Npm, &pairs, batch(command, &pairs));
}

#[test]
fn cargo_requirements() {
    let pairs = pairs(Syntax::Cargo, amount(6_000, 400_000));
    let ask = |(range, version): &(String, String)| match (
        semver::VersionReq::parse(range),
        semver::Version::parse(version),
    ) {
        (Ok(range), Ok(version)) => {
            if range.matches(&version) {
                '1'
            } else {
                '0'
            }
        }
        _ => '?',
    };
    let answers = pairs.iter().map(ask).collect();
    agree("semver::VersionReq", Syntax::Cargo, &pairs, Some(answers));
}

#[test]
fn gem_requirements() {
    let script = "
STDIN.each_line(chomp: true) do |line|
  range, version = line.split(\"\\t\", -1)
  begin
    requirement = Gem::Requirement.new(range.split(',').map(&:strip))
    puts requirement.satisfied_by?(Gem::Version.new(version)) ? '1' : '0'
  rescue ArgumentError
    puts '?'
  end
end
";
    let pairs = pairs(Syntax::RubyGems, amount(6_000, 300_000));
    agree("Gem::Requirement", Syntax::RubyGems, &pairs, batch(with_args("ruby", &["-e", script]), &pairs));
}

#[test]
fn python_specifiers() {
    let script = "
import sys
from packaging.specifiers import SpecifierSet
from packaging.version import Version
for line in sys.stdin:
    try:
        range, version = line.rstrip('\\n').split('\\t')
        print('1' if SpecifierSet(range).contains(Version(version), prereleases=True) else '0')
    except ValueError:
        print('?')
";
    let pairs = pairs(Syntax::Pep440, amount(6_000, 400_000));
    agree("Python specifiers", Syntax::Pep440, &pairs, batch(with_args("python3", &["-c", script]), &pairs));
}
