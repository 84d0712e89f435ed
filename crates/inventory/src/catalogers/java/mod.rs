//! Java: archives of classes, and archives in them.

mod identify;
mod jar;
mod known;
mod lock;
mod manifest;
mod pom;
mod properties;
#[cfg(test)]
mod tests;

use plimsoll_core::{Content, Take};

pub(crate) use self::lock::{CATALOG, GRADLE, SBT, VERIFICATION};
pub(crate) use self::pom::POM;
use super::zip::{self, Budget};
use crate::{Cataloger, File, Interest, Magic, Pattern, Sink};

/// Archives up to this size are held, so that only what is needed of them is inflated; larger ones are streamed.
const HELD: u64 = 16 << 20;

const PEEK: Take = Take::Peek(4);

/// Java archives: what built them, by what the build left in them and by their names.
pub(crate) struct Archives;

impl Cataloger for Archives {
    fn id(&self) -> &'static str {
        "java-archive"
    }

    fn revision(&self) -> u32 {
        4
    }

    fn interests(&self) -> &'static [Interest] {
        &[
            Interest { pattern: Pattern::Suffix(".jar"), take: PEEK },
            Interest { pattern: Pattern::Suffix(".war"), take: PEEK },
            Interest { pattern: Pattern::Suffix(".ear"), take: PEEK },
            Interest { pattern: Pattern::Suffix(".par"), take: PEEK },
            Interest { pattern: Pattern::Suffix(".sar"), take: PEEK },
            Interest { pattern: Pattern::Suffix(".rar"), take: PEEK },
            Interest { pattern: Pattern::Suffix(".nar"), take: PEEK },
            Interest { pattern: Pattern::Suffix(".kar"), take: PEEK },
            Interest { pattern: Pattern::Suffix(".jpi"), take: PEEK },
            Interest { pattern: Pattern::Suffix(".hpi"), take: PEEK },
            Interest { pattern: Pattern::Suffix(".lpkg"), take: PEEK },
            Interest { pattern: Pattern::Begins(Magic::JavaArchive), take: PEEK },
        ]
    }

    fn peeked(&self, path: &[u8], size: u64, head: &[u8]) -> Take {
        // Some of the suffixes are shared with other formats.
        if !zip::begins(head) && !jar::is_certain(path) {
            return Take::Skip;
        }
        if size <= HELD { Take::Whole { max: HELD } } else { Take::Stream }
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let mut budget = Budget::new(file.size);
        let mut jars = jar::Jars::new(file.path, out);
        match file.content {
            Content::Whole(bytes) => zip::visit(bytes, &mut jars, &mut budget),
            Content::Stream(reader) => zip::stream(reader, &mut jars, &mut budget),
        }
        jars.finish();
    }
}
