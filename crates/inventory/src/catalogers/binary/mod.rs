//! Executables and libraries: one streaming pass over each, in which every detector looks at every byte once.
//!
//! Nothing of the file is held but a window and what the detectors copy out of it, so that a program of several
//! hundred MiB costs no more memory than a small one.

mod assembly;
mod classify;
mod compressed;
mod go;
mod layout;
mod rust;
#[cfg(test)]
mod sample;
mod sbom;
mod window;

use plimsoll_core::{Content, Diagnostic, DiagnosticKind, Take};

use self::layout::Format;
use self::window::Detector;
use crate::{Cataloger, File, Interest, Magic, Pattern, Sink};

pub(super) use self::classify::names as products;

const PEEK: Take = Take::Peek(64);

/// ELF, PE and Mach-O files, for what compilers and linkers left in them.
pub(crate) struct Executables;

impl Cataloger for Executables {
    fn id(&self) -> &'static str {
        "binary"
    }

    fn revision(&self) -> u32 {
        6
    }

    fn interests(&self) -> &'static [Interest] {
        &[
            Interest { pattern: Pattern::Begins(Magic::Program), take: PEEK },
            Interest { pattern: Pattern::Suffix(".so"), take: PEEK },
            Interest { pattern: Pattern::Suffix(".node"), take: PEEK },
            Interest { pattern: Pattern::Suffix(".exe"), take: PEEK },
            Interest { pattern: Pattern::Suffix(".dll"), take: PEEK },
            Interest { pattern: Pattern::Suffix(".dylib"), take: PEEK },
        ]
    }

    fn peeked(&self, _path: &[u8], _size: u64, head: &[u8]) -> Take {
        if Format::of(head).is_some() { Take::Stream } else { Take::Skip }
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let mut go = go::BuildInfo::default();
        let mut auditable = rust::Auditable::default();
        let mut paths = rust::Paths::default();
        let mut embedded = sbom::Embedded::default();
        let mut assembly = assembly::Assembly::new(file.path);
        let mut classifier = classify::Classifier::of(file.path);
        let mut detectors: Vec<&mut dyn Detector> =
            vec![&mut go, &mut auditable, &mut paths, &mut embedded, &mut assembly];
        if let Some(classifier) = &mut classifier {
            detectors.push(classifier);
        }
        let read = match file.content {
            Content::Whole(mut bytes) => window::pass(&mut bytes, &mut detectors),
            Content::Stream(reader) => window::pass(reader, &mut detectors),
        };
        if let Err(stopped) = read {
            out.diagnostics.push(
                Diagnostic::new(
                    DiagnosticKind::Truncated,
                    format!("executable could not be read to its end: {}", stopped.cause),
                )
                .offset(stopped.at),
            );
        }
        for detector in detectors {
            detector.report(out);
        }
    }
}
