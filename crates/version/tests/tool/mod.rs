//! Running the ecosystems' own tools.

use std::io::Write;
use std::process::{Command, Stdio};

pub(crate) type Pair = (String, String);

/// Runs a tool once: pairs with a tab between them go in, an answer of one character a line comes out.
pub(crate) fn batch(mut command: Command, pairs: &[Pair]) -> Option<Vec<char>> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let mut stdin = child.stdin.take()?;
    let input: String = pairs.iter().map(|(a, b)| format!("{a}\t{b}\n")).collect();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    let answers: Vec<char> =
        String::from_utf8(output.stdout).ok()?.lines().filter_map(|line| line.chars().next()).collect();
    (answers.len() == pairs.len()).then_some(answers)
}

pub(crate) fn with_args(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args);
    command
}
