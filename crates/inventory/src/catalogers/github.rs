//! GitHub Actions: what workflows and actions use.

use plimsoll_core::{Diagnostic, Package, PackageType, Purl, Role};

use super::document::{Document, Text as File, WHOLE, malformed};
use super::yaml::{self, Yaml};
use crate::{Interest, Pattern, Sink};

/// Workflows and composite actions (GitHub, "Workflow syntax", `uses`).
pub(crate) const ACTIONS: Document = Document {
    id: "github-actions",
    revision: 1,
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

/// `uses: owner/repository/path@ref`. What is local or a container image is something else.
fn used(step: &Yaml, out: &mut Sink) {
    let Some((action, version)) = step.get("uses").text().and_then(|uses| uses.split_once('@')) else {
        return;
    };
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
