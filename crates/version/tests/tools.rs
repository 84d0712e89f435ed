//! The same pairs to the ecosystems' own tools, where they are installed.

mod generate;
mod tool;

use std::cmp::Ordering;
use std::path::Path;
use std::process::{Command, Stdio};

use generate::{Random, amount, neighbour, version};
use plimsoll_version::Scheme;
use tool::{Pair, batch, with_args};

fn pairs(scheme: Scheme, count: usize) -> Vec<Pair> {
    let mut random = Random::new(77);
    let mut pair = || {
        let a = version(&mut random, scheme);
        let b = neighbour(&mut random, scheme, &a);
        (a, b)
    };
    (0..count).map(|_| pair()).collect()
}

/// Compares the answers; `?` is a version that the tool refuses, of which there is nothing to say.
fn agree(tool: &str, scheme: Scheme, pairs: &[Pair], answers: Option<Vec<char>>) {
    let Some(answers) = answers else {
        eprintln!("skipped: {tool} is not here, or gave no answers");
        return;
    };
    let mut compared = 0;
    let mut wrong = Vec::new();
    for ((a, b), answer) in pairs.iter().zip(&answers) {
        let expected = match answer {
            '<' => Ordering::Less,
            '=' => Ordering::Equal,
            '>' => Ordering::Greater,
            _ => continue,
        };
        compared += 1;
        let order = scheme.compare(a, b);
        if order != Ok(expected) {
            wrong.push(format!("{a} {answer} {b}, not {order:?}"));
        }
    }
    eprintln!(
        "{tool}: {} of {compared} pairs agree, {} refused",
        compared - wrong.len(),
        pairs.len() - compared
    );
    assert!(
        wrong.is_empty(),
        "{tool}: {} of {compared} wrong\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
    assert!(compared > pairs.len() / 10, "{tool} took only {compared} pairs");
}

/// Tools that compare one pair in a process: asked a few times by default.
fn one_by_one(pairs: &[Pair], ask: impl Fn(&str, &str) -> Option<char> + Sync) -> Option<Vec<char>> {
    let (first, second) = pairs.split_at(pairs.len() / 2);
    let run = |pairs: &[Pair]| pairs.iter().map(|(a, b)| ask(a, b)).collect::<Option<Vec<char>>>();
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(|| run(second));
        (run(first), other.join().ok().flatten())
    });
    Some([first?, second?].concat())
}

#[test]
fn dpkg() {
    let pairs = pairs(Scheme::Dpkg, amount(300, 125_000));
    let holds = |a: &str, op: &str, b: &str| {
        let status =
            Command::new("dpkg").args(["--compare-versions", "--", a, op, b]).stderr(Stdio::null()).status();
        status.ok()?.code()
    };
    let answers = one_by_one(&pairs, |a, b| match holds(a, "lt", b)? {
        0 => Some('<'),
        1 => match holds(a, "eq", b)? {
            0 => Some('='),
            _ => Some('>'),
        },
        _ => Some('?'),
    });
    agree("dpkg --compare-versions", Scheme::Dpkg, &pairs, answers);
}

#[test]
fn pacman() {
    let script = "
import ctypes, ctypes.util, sys
compare = ctypes.CDLL(ctypes.util.find_library('alpm')).alpm_pkg_vercmp
for line in sys.stdin:
    order = compare(*line.encode().rstrip(b'\\n').split(b'\\t'))
    print('<' if order < 0 else '>' if order > 0 else '=')
";
    let pairs = pairs(Scheme::Pacman, amount(20_000, 200_000));
    agree("alpm_pkg_vercmp", Scheme::Pacman, &pairs, batch(with_args("python3", &["-c", script]), &pairs));
}

#[test]
fn rpm() {
    let script = "%{lua: for line in io.lines('/dev/stdin') do local a, b = line:match('([^\\t]*)\\t(.*)') \
        local order = rpm.vercmp(a, b) print((order < 0 and '<' or order > 0 and '>' or '=')..'\\n') end}";
    let pairs = pairs(Scheme::Rpm, amount(20_000, 200_000));
    let answers = batch(with_args("rpm", &["--eval", script]), &pairs);
    agree("rpm.vercmp", Scheme::Rpm, &pairs, answers);
}

#[test]
fn python_packaging() {
    let script = "
import sys
from packaging.version import Version
for line in sys.stdin:
    try:
        a, b = (Version(text) for text in line.rstrip('\\n').split('\\t'))
        print('<' if a < b else '>' if a > b else '=')
    except ValueError:
        print('?')
";
    let pairs = pairs(Scheme::Pep440, amount(20_000, 400_000));
    agree("Python packaging", Scheme::Pep440, &pairs, batch(with_args("python3", &["-c", script]), &pairs));
}

#[test]
fn node_semver() {
    let script = "
const semver = require('semver');
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const [a, b] = line.split('\\t').map((text) => semver.parse(text, { loose: true }));
  process.stdout.write((a && b ? '>=<'[1 - a.compare(b)] : '?') + '\\n');
});
";
    let mut command = with_args("node", &["-e", script]);
    command.env(
        "NODE_PATH",
        "/usr/lib/node_modules/npm/node_modules:/usr/local/lib/node_modules/npm/node_modules",
    );
    let pairs = pairs(Scheme::Npm, amount(20_000, 400_000));
    agree("node-semver", Scheme::Npm, &pairs, batch(command, &pairs));
}

#[test]
fn rubygems() {
    let script = "
STDIN.each_line(chomp: true) do |line|
  a, b = line.split(\"\\t\", -1)
  if Gem::Version.correct?(a) && Gem::Version.correct?(b)
    puts({ -1 => '<', 0 => '=', 1 => '>' }[Gem::Version.new(a) <=> Gem::Version.new(b)])
  else
    puts '?'
  end
end
";
    let pairs = pairs(Scheme::RubyGems, amount(20_000, 300_000));
    agree("Gem::Version", Scheme::RubyGems, &pairs, batch(with_args("ruby", &["-e", script]), &pairs));
}

#[test]
fn php_version_compare() {
    let script = "
while (($line = fgets(STDIN)) !== false) {
    [$a, $b] = explode(\"\\t\", rtrim($line, \"\\n\"));
    echo ['<', '=', '>'][version_compare($a, $b) + 1], \"\\n\";
}
";
    let mut pairs = pairs(Scheme::Packagist, amount(20_000, 200_000));
    // To PHP numbers beyond 64 bits are all the same, and a version with a separator at its end is less than itself.
    let is_ordered = |version: &str| {
        let numbers = version.split(|c: char| !c.is_ascii_digit());
        let ends = |c: char| c.is_ascii_alphanumeric();
        version.starts_with(ends) && version.ends_with(ends) && numbers.map(str::len).all(|len| len < 19)
    };
    pairs.retain(|(a, b)| is_ordered(a) && is_ordered(b));
    agree("PHP version_compare", Scheme::Packagist, &pairs, batch(with_args("php", &["-r", script]), &pairs));
}

#[test]
fn r_package_version() {
    let script = "
lines <- strsplit(readLines(file('stdin')), '\\t')
compare <- function(pair) {
  valid <- all(grepl('^[0-9]+([.-][0-9]+)*$', pair))
  if (valid) c('<', '=', '>')[utils::compareVersion(pair[1], pair[2]) + 2] else '?'
}
writeLines(vapply(lines, compare, ''))
";
    let mut pairs = pairs(Scheme::Cran, amount(5_000, 400_000));
    // R's numbers end at 31 bits.
    pairs.retain(|(a, b)| {
        [a, b].iter().all(|version| version.split(['.', '-']).all(|number| number.len() < 10))
    });
    agree("R compareVersion", Scheme::Cran, &pairs, batch(with_args("Rscript", &["-e", script]), &pairs));
}

#[test]
fn elixir_version() {
    let script = "
for line <- IO.stream(:stdio, :line) do
  [a, b] = line |> String.trim_trailing(\"\\n\") |> String.split(\"\\t\")
  with {:ok, a} <- Version.parse(a), {:ok, b} <- Version.parse(b) do
    IO.puts(%{lt: \"<\", eq: \"=\", gt: \">\"}[Version.compare(a, b)])
  else
    _ -> IO.puts(\"?\")
  end
end
";
    let pairs = pairs(Scheme::Hex, amount(5_000, 200_000));
    agree("Elixir Version", Scheme::Hex, &pairs, batch(with_args("elixir", &["-e", script]), &pairs));
}

#[test]
fn portage() {
    let script = "
import sys
from portage.versions import vercmp, ververify
for line in sys.stdin:
    a, b = line.rstrip('\\n').split('\\t')
    order = vercmp(a, b) if ververify(a) and ververify(b) else None
    print('?' if order is None else '<' if order < 0 else '>' if order > 0 else '=')
";
    let pairs = pairs(Scheme::Portage, amount(5_000, 500_000));
    agree("portage vercmp", Scheme::Portage, &pairs, batch(with_args("python3", &["-c", script]), &pairs));
}

#[test]
fn maven() {
    let source = "
import java.io.*;
import org.apache.maven.artifact.versioning.ComparableVersion;
public class Compare {
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] pair = line.split(\"\\t\", -1);
            int order = new ComparableVersion(pair[0]).compareTo(new ComparableVersion(pair[1]));
            System.out.println(order < 0 ? \"<\" : order > 0 ? \">\" : \"=\");
        }
    }
}
";
    let jar = Path::new("/usr/share/java/maven-artifact-3.x.jar");
    let file = std::env::temp_dir().join(format!("plimsoll-compare-{}.java", std::process::id()));
    let pairs = pairs(Scheme::Maven, amount(20_000, 400_000));
    let answers = if jar.is_file() && std::fs::write(&file, source).is_ok() {
        let path = format!("{}:/usr/share/java/commons-lang3.jar", jar.display());
        let mut command = with_args("java", &["-cp", &path]);
        command.arg(&file);
        batch(command, &pairs)
    } else {
        None
    };
    let _ = std::fs::remove_file(file);
    agree("Maven ComparableVersion", Scheme::Maven, &pairs, answers);
}

#[test]
fn conan() {
    let script = "
import sys
from conan.internal.model.version import Version
for line in sys.stdin:
    a, b = line.rstrip('\\n').split('\\t')
    try:
        a, b = Version(a), Version(b)
        print('=' if a == b else '<' if a < b else '>')
    except Exception:
        print('?')
";
    let pairs = pairs(Scheme::Conan, amount(5_000, 200_000));
    agree("Conan Version", Scheme::Conan, &pairs, batch(with_args("python3", &["-c", script]), &pairs));
}

#[test]
fn conda() {
    let script = "
import sys
from rattler import Version
for line in sys.stdin:
    try:
        a, b = (Version(text) for text in line.rstrip('\\n').split('\\t'))
        print('<' if a < b else '>' if a > b else '=')
    except Exception:
        print('?')
";
    let mut pairs = pairs(Scheme::Conda, amount(5_000, 250_000));
    // What is not of one mind here with conda itself: separators at the end, of which conda takes one, after a number.
    let is_clear = |version: &str| !version.split('+').any(|part| part.ends_with(['_', '-', '.']));
    pairs.retain(|(a, b)| is_clear(a) && is_clear(b));
    agree("rattler Version", Scheme::Conda, &pairs, batch(with_args("python3", &["-c", script]), &pairs));
}
