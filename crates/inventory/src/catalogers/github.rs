//! GitHub Actions: what workflows and actions use.

use plimsoll_core::{Diagnostic, Package, PackageType, Purl, Role};

use super::document::{Document, Text as File, WHOLE, malformed};
use super::yaml::{self, Yaml};
use crate::{Interest, Pattern, Sink};

/// Workflows and composite actions (GitHub, "Workflow syntax", `uses`).
pub(crate) const ACTIONS: Document = Document {
    id: "github-actions",
    revision: 2,
    interests: &[
        Interest { pattern: Pattern::InSuffix("workflows", ".yml"), take: WHOLE },
        Interest { pattern: Pattern::InSuffix("workflows", ".yaml"), take: WHOLE },
        Interest { pattern: Pattern::Name("action.yml"), take: WHOLE },
        Interest { pattern: Pattern::Name("action.yaml"), take: WHOLE },
    ],
    role: Role::Declared,
    read,
};

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let documents = yaml::read(&file.lossy()).map_err(|error| malformed("workflow", error))?;
    for document in &documents {
        for (_, job) in document.get("jobs").entries() {
            used(job, out);
            steps(job, out);
        }
        steps(document.get("runs"), out);
    }
    Ok(())
}

fn steps(parent: &Yaml, out: &mut Sink) {
    if let Yaml::List(steps) = parent.get("steps") {
        for step in steps {
            used(step, out);
        }
    }
}

/// `uses: owner/repository/path@ref`, or `./path` for what stands in the same repository, which has no version and no
/// advisories. A container image is something else.
fn used(step: &Yaml, out: &mut Sink) {
    let Some(uses) = step.get("uses").text() else { return };
    if let Some(path) = uses.strip_prefix("./").map(|path| path.trim_end_matches('/')) {
        if !path.is_empty() && !path.contains("${") {
            let purl = Purl::new("generic", None, path, None);
            let mut package = Package::new(PackageType::GithubActions, uses, "", purl);
            package.ecosystem = None;
            out.packages.push(package);
        }
        return;
    }
    let Some((action, version)) = uses.split_once('@') else { return };
    let mut parts = action.splitn(3, '/');
    let (Some(owner), Some(repository)) = (parts.next(), parts.next()) else { return };
    if owner.is_empty() || owner == "." || owner.contains(':') {
        return;
    }
    let mut purl = Purl::new("githubactions", Some(owner), repository, Some(version));
    purl.subpath = parts.next().map(str::to_owned);
    out.packages.push(Package::new(
        PackageType::GithubActions,
        format!("{owner}/{repository}"),
        version,
        purl,
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_of_others_and_of_the_repository() {
        let workflow = "jobs:\n  a:\n    uses: ./.github/workflows/b.yml\n  c:\n    steps:\n      - uses: ./.github/actions/d/\n\
            \x20     - uses: o/r/p@v1\n      - uses: docker://alpine:3.8\n      - uses: ./${{ matrix.action }}\n      - run: x\n";
        let mut out = Sink::default();
        read(&File { path: b".github/workflows/a.yml", bytes: workflow.as_bytes() }, &mut out).unwrap();
        let found: Vec<(&str, &str, bool)> =
            out.packages.iter().map(|it| (&it.name[..], &it.version[..], it.ecosystem.is_some())).collect();
        assert_eq!(
            found,
            [
                ("./.github/workflows/b.yml", "", false),
                ("./.github/actions/d/", "", false),
                ("o/r", "v1", true)
            ]
        );
    }
}
