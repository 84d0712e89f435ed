use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use plimsoll::stages::rules::{Context, OpenVex, apply, openvex};
use plimsoll::{Date, Report, rules_image};

use crate::output::Failure;
use crate::{Outcome, rules};

pub(crate) const EXAMPLES: &str = "\
Examples:
  plimsoll scan app.tar --rules rules.toml --format json --output report.json
  plimsoll vex --report report.json --author security@example.com > app.vex.json
  plimsoll vex --report report.json --rules rules.toml --image pkg:oci/app@sha256:…";

#[derive(Args)]
pub(crate) struct Vex {
    /// The report of a scan in JSON; without --rules, its own decisions are written
    #[arg(long, value_name = "FILE")]
    pub report: PathBuf,
    /// Rules to apply in place of those of the scan; may be given more than once
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// A VEX document whose statements are taken over; may be given more than once
    #[arg(long, value_name = "FILE")]
    pub vex: Vec<PathBuf>,
    /// Who answers for the document
    #[arg(long, value_name = "NAME", default_value = "Unknown Author")]
    pub author: String,
    /// The document's id, an IRI [default: made of the image and the time]
    #[arg(long, value_name = "IRI")]
    pub id: Option<String>,
    /// When it was made, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    pub timestamp: Option<String>,
    /// The document's version
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub document_version: u32,
    /// The image as a package URL [default: from the report, where it knows name and digest]
    #[arg(long, value_name = "PURL")]
    pub image: Option<String>,
    /// The day that rules expire by, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE")]
    pub now: Option<Date>,
    /// Write to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

pub(crate) fn run(args: &Vex) -> Result<Outcome, Failure> {
    let mut report = super::rules::report(&args.report)?;
    if !args.rules.is_empty() || !args.vex.is_empty() {
        let loaded = rules::load(&args.rules, &args.vex, None)?;
        let (image, facts) = (rules_image(&report), super::rules::facts(&report));
        let day = super::rules::day(args.now)?;
        let context = Context { image: Some(&image), facts: &facts, ..Context::on(day) };
        apply(&loaded.rules, &mut report.findings, &context);
    }
    let timestamp = match (&args.timestamp, args.now) {
        (Some(timestamp), _) => timestamp.clone(),
        (None, Some(day)) => format!("{day}T00:00:00Z"),
        (None, None) => super::db::now().ok_or_else(|| {
            Failure::Said("the system's clock can't be read: say the time with --timestamp".to_owned())
        })?,
    };
    let image = args.image.clone().or_else(|| product(&report));
    let id = args.id.clone().unwrap_or_else(|| {
        // The same decisions about the same image at the same time are the same document.
        let about = image.as_deref().unwrap_or(&report.image.name);
        let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        format!("urn:plimsoll:vex:{}:{timestamp}", about.chars().map(safe).collect::<String>())
    });
    let about = OpenVex { id, author: args.author.clone(), timestamp, version: args.document_version, image };
    let text = openvex(&report.findings, &about);
    match &args.output {
        Some(path) => {
            std::fs::write(path, text + "\n").map_err(|error| Failure::File { path: path.clone(), error })?
        }
        None => writeln!(io::stdout().lock(), "{text}")?,
    }
    Ok(Outcome::Done)
}

/// The image as a package URL (purl specification, "oci"), where the report knows a digest of its manifest and a
/// name.
fn product(report: &Report) -> Option<String> {
    let digest = report.image.digest.as_ref()?;
    let image = rules_image(report);
    let repository = image.repository?;
    let name = repository.rsplit('/').next()?.to_ascii_lowercase();
    let mut purl = plimsoll::Purl::new("oci", None, &name, Some(&digest.to_string()));
    // Without the registry it would be no URL; the digest says which image it is all the same.
    if let Some(registry) = image.registry {
        purl = purl.with("repository_url", &format!("{registry}/{repository}"));
    }
    if let Some(tag) = image.tags.first() {
        purl = purl.with("tag", tag);
    }
    Some(purl.to_string())
}
