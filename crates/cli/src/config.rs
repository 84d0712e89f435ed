//! `plimsoll.toml`: defaults for options. What stands there is put in front of what the user gives, who has the last
//! word; a variable of the environment goes before the file.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::{ArgAction, Command, CommandFactory};
use etcetera::BaseStrategy;
use toml::{Table, Value};

use crate::args::Cli;
use crate::habit;
use crate::output::{self, Failure};

const NAME: &str = "plimsoll.toml";
/// What no file may decide: where output goes is the caller's to say.
const NOT_HERE: [&str; 4] = ["output", "help", "version", "template"];

/// The arguments, with the defaults of the file in front of those that the user gives.
pub(crate) fn arguments(given: impl Iterator<Item = OsString>) -> Result<Vec<OsString>, Failure> {
    let root = Cli::command();
    let mut arguments = habit::with_command(given.collect(), &root);
    let Some(path) = file() else { return Ok(arguments) };
    let table: Table = output::read(&path)?.parse().map_err(|error: toml::de::Error| {
        Failure::Said(format!("{}: {}", path.display(), error.to_string().trim()))
    })?;
    for key in table.keys() {
        if NOT_HERE.contains(&key.as_str()) || !knows(&root, key) {
            let shown = path.display();
            return Err(Failure::Said(format!(
                "{shown}: {key:?} is no option that the file can set: plimsoll help scan"
            )));
        }
    }
    let chosen = arguments
        .iter()
        .enumerate()
        .skip(1)
        .find_map(|(at, argument)| Some((at, root.find_subcommand(argument.to_str()?)?)));
    if let Some((at, command)) = chosen {
        let defaults = defaults(&table, command, &root, &path)?;
        arguments.splice(at + 1..at + 1, defaults);
    }
    Ok(arguments)
}

/// `PLIMSOLL_CONFIG`, else the file in the current folder, else the user's own. An empty `PLIMSOLL_CONFIG` is none.
fn file() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("PLIMSOLL_CONFIG") {
        return (!path.is_empty()).then(|| path.into());
    }
    let user =
        etcetera::choose_base_strategy().ok().map(|base| base.config_dir().join("plimsoll").join(NAME));
    [Some(PathBuf::from(NAME)), user].into_iter().flatten().find(|path| path.is_file())
}

fn knows(root: &Command, key: &str) -> bool {
    let has = |command: &Command| command.get_arguments().any(|arg| arg.get_long() == Some(key));
    has(root) || root.get_subcommands().any(|command| has(command) || knows(command, key))
}

fn defaults(table: &Table, command: &Command, root: &Command, path: &Path) -> Result<Vec<OsString>, Failure> {
    let mut out = Vec::new();
    for (key, value) in table {
        let all = command.get_arguments().chain(root.get_arguments().filter(|arg| arg.is_global_set()));
        let Some(arg) = all.into_iter().find(|arg| arg.get_long() == Some(key)) else { continue };
        if arg.get_env().and_then(std::env::var_os).is_some() {
            continue;
        }
        let flag = matches!(arg.get_action(), ArgAction::SetTrue);
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values {
            match value {
                Value::Boolean(true) if flag => out.push(format!("--{key}").into()),
                Value::Boolean(false) if flag => {}
                Value::String(text) if !flag => out.push(option(key, text.as_ref())),
                Value::Integer(_) | Value::Datetime(_) if !flag => {
                    out.push(option(key, value.to_string().as_ref()));
                }
                _ => {
                    let wanted = if flag { "true or false" } else { "a text" };
                    return Err(Failure::Said(format!(
                        "{}: {key}: expected {wanted}, found {value}",
                        path.display()
                    )));
                }
            }
        }
    }
    Ok(out)
}

fn option(key: &str, value: &OsStr) -> OsString {
    let mut option = OsString::from(format!("--{key}="));
    option.push(value);
    option
}
