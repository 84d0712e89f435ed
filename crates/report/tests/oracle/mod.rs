//! Other people's validators and readers, asked by `validate.py` in the `python3` that `PLIMSOLL_PYTHON` names, or
//! the one that is there.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The published schemas, where they are.
pub(crate) fn schemas() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/schemas");
    path.is_dir().then_some(path)
}

/// Has the documents checked; says what was skipped, and returns what a validator has against them.
pub(crate) fn check(format: &str, schemas: &Path, documents: &[PathBuf]) -> Option<String> {
    let python = std::env::var_os("PLIMSOLL_PYTHON").unwrap_or_else(|| "python3".into());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/validate.py");
    let output = Command::new(python).arg(script).arg(format).arg(schemas).args(documents).output();
    let Ok(output) = output else {
        eprintln!("{format}: skipped: no python3");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) => eprintln!("{format}: accepted. {}", said.trim()),
        Some(77) => eprintln!("{format}: {}", said.trim()),
        _ => return Some(format!("{format}: {said}")),
    }
    None
}
