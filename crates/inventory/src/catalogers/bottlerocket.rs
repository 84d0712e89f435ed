//! Bottlerocket's list of the packages that it was put together from, which it has instead of an rpm database.

use plimsoll_core::{Content, Take};
use serde::Deserialize;

use super::os::{malformed, word};
use super::rpm::Facts;
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// Packages of Bottlerocket.
pub(crate) struct Bottlerocket;

const INTERESTS: &[Interest] = &[Interest {
    pattern: Pattern::In("bottlerocket", "application-inventory.json"),
    take: Take::Whole { max: 16 << 20 },
}];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inventory {
    content: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Application {
    name: String,
    version: String,
    release: String,
    #[serde(default)]
    epoch: String,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    publisher: String,
}

impl Cataloger for Bottlerocket {
    fn id(&self) -> &'static str {
        "bottlerocket"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        INTERESTS
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let inventory: Inventory = match serde_json::from_slice(bytes) {
            Ok(inventory) => inventory,
            Err(error) => {
                let line = u64::try_from(error.line()).unwrap_or(0);
                out.diagnostics
                    .push(malformed(format!("no inventory of Bottlerocket: {error}")).offset(line));
                return;
            }
        };
        for application in inventory.content {
            match Application::deserialize(application).ok().and_then(facts) {
                Some(facts) => out.packages.push(facts.package()),
                None => out.diagnostics.push(malformed("an entry has no name, version or release")),
            }
        }
    }
}

fn facts(application: Application) -> Option<Facts> {
    Some(Facts {
        name: word(application.name.as_bytes())?,
        version: word(application.version.as_bytes())?,
        release: word(application.release.as_bytes())?,
        epoch: application.epoch.parse().unwrap_or(0),
        arch: word(application.architecture.as_bytes()),
        vendor: Some(application.publisher).filter(|publisher| !publisher.is_empty()),
        ..Facts::default()
    })
}
