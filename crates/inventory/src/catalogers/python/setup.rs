use plimsoll_core::{Confidence, Diagnostic, Identity, PackageType, Role};

use super::super::asked::{Wanted, ask};
use super::super::document::{Document, Text as File, WHOLE};
use super::super::identity;
use super::requirements;
use crate::{Interest, Pattern, Sink};

/// Setup programs (setuptools, "Dependencies Management"). They can work out anything; only what they pin in so many
/// words is taken.
pub(crate) const SETUP: Document = Document {
    id: "python-setup",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("setup.py"), take: WHOLE }],
    role: Role::Declared,
    read,
};

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    for line in file.lossy().lines() {
        let code = line.trim_start();
        if code.starts_with('#') || !code.contains("==") {
            continue;
        }
        if code.contains(['"', '\'']) {
            literals(code).into_iter().for_each(|text| pinned(text, out));
        } else {
            // A line of a text over several.
            pinned(code, out);
        }
    }
    Ok(())
}

/// The string literals of a line, as far as none goes on in the next.
fn literals(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(start) = rest.find(['"', '\'', '#']) {
        let (quote, after) = rest.split_at(start + 1);
        let Some(quote) = quote.chars().last().filter(|c| *c != '#') else { break };
        let Some(end) = after.find(quote) else { break };
        let (text, more) = after.split_at(end);
        found.push(text);
        rest = more.strip_prefix(quote).unwrap_or_default();
    }
    found
}

fn pinned(text: &str, out: &mut Sink) {
    // Comparisons of the program look alike, but for what stands before them.
    let Some((name, specifier)) = requirements::split(text.trim()) else { return };
    let Wanted::Exactly(version) = requirements::meaning(specifier) else { return };
    let before = out.hearsay.len();
    let package = |version: &str| identity::plain(PackageType::PyPi, name, version);
    ask(Wanted::Exactly(version), specifier, false, package, out);
    if let Some(said) = out.hearsay.get_mut(before) {
        let evidence = "requirement in the text of setup.py".to_owned();
        said.package.identity = Some(Identity { confidence: Confidence::Medium, evidence });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pinned_in_the_text_is_taken() {
        let text = "if sys.platform == 'win32':\n    pass\nREQUIRES = [\n    \"a>=1.5\", 'b==2.2;python_version<\"3.6\"',\n\
                    \x20   \" c == v0.7\", ' d== 1',  # 'e==1'\n    # 'f==1'\n]\nsetup(install_requires=\"\"\"\ng==4.2\n\"\"\".split())\n";
        let mut out = Sink::default();
        read(&File { path: b"setup.py", bytes: text.as_bytes() }, &mut out).unwrap();
        let found: Vec<_> = out
            .hearsay
            .iter()
            .map(|said| (said.package.name.as_str(), said.package.version.as_str()))
            .collect();
        assert_eq!(found, [("b", "2.2"), ("c", "v0.7"), ("d", "1"), ("g", "4.2")]);
    }
}
