use std::io::{self, Read};

use plimsoll_core::{
    Content, ContentRead, Diagnostic, DiagnosticKind, Entry, EntryKind, LayerVisitor, Limits, Observer, Take,
};

use super::names::{Fault, Mark, normalise, unmark};
use super::{LayerEntries, Recorder};
use crate::stream::{ByteStream, Stop};
use crate::tar::{Kind, Member, Part, Reader, RemarkKind};

/// The largest head that [`Take::Peek`] gives.
const PEEK: usize = 4096;
/// A content buffer that grew past this is given back after use.
const KEEP: usize = 1 << 20;
/// Zeros of sparse files that any layer may unpack to, whatever it stores.
const FREE_ZEROS: u64 = 16 << 20;

/// What passes over a layer collect.
pub(crate) struct Pass {
    pub(crate) entries: LayerEntries,
    pub(crate) diagnostics: Diagnostics,
    /// Whether the stream was read to its end.
    pub(crate) whole: bool,
}

/// The diagnostics of one layer; past the limit they are only counted.
pub(crate) struct Diagnostics {
    layer: u32,
    most: usize,
    list: Vec<Diagnostic>,
    dropped: usize,
    partial: bool,
}

impl Diagnostics {
    pub(crate) fn new(layer: u32, limits: &Limits) -> Self {
        Self { layer, most: limits.diagnostics, list: Vec::new(), dropped: 0, partial: false }
    }

    pub(crate) fn push(&mut self, diagnostic: Diagnostic, observer: &dyn Observer) {
        self.partial |= diagnostic.kind.is_partial();
        let diagnostic = diagnostic.in_layer(self.layer);
        if self.list.len() < self.most {
            observer.diagnostic(&diagnostic);
            self.list.push(diagnostic);
        } else {
            self.dropped += 1;
        }
    }

    /// Whether something may be missing.
    pub(crate) fn partial(&self) -> bool {
        self.partial
    }

    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        if self.dropped > 0 {
            let message = format!("{} further diagnostics are left out (Limits::diagnostics)", self.dropped);
            self.list.push(Diagnostic::new(DiagnosticKind::LimitPassed, message).in_layer(self.layer));
        }
        self.list
    }
}

/// The parts of reading that do not change from entry to entry.
pub(crate) struct Reading<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) memory: &'a crate::budget::Budget,
    /// Whether what stands behind the end mark is looked at.
    pub(crate) to_the_end: bool,
    /// The ordinal of the last entry that anybody wants to see.
    pub(crate) last: Option<u32>,
}

/// Shows every entry of a layer's archive to the visitor and writes the names down. `Err` carries what stopped
/// the stream; what was read until then is in `pass`.
pub(crate) fn read_archive(
    stream: &mut dyn ByteStream,
    visitor: &mut dyn LayerVisitor,
    layer: u32,
    reading: &Reading<'_>,
) -> (Pass, Result<(), Stop>) {
    let mut walk = Walk::new(layer, reading);
    let result = walk.run(stream, visitor);
    (walk.finish(), result)
}

/// What goes on from entry to entry.
pub(super) struct Walk<'a> {
    reading: &'a Reading<'a>,
    reader: Reader,
    recorder: Recorder,
    diagnostics: Diagnostics,
    path: Vec<u8>,
    target: Vec<u8>,
    buffer: Vec<u8>,
    zeros: u64,
    whole: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(layer: u32, reading: &'a Reading<'a>) -> Self {
        Self {
            reading,
            reader: Reader::new(reading.limits.tar_header),
            recorder: Recorder::default(),
            diagnostics: Diagnostics::new(layer, reading.limits),
            path: Vec::new(),
            target: Vec::new(),
            buffer: Vec::new(),
            zeros: 0,
            whole: false,
        }
    }

    pub(super) fn finish(self) -> Pass {
        Pass { entries: self.recorder.finish(), diagnostics: self.diagnostics, whole: self.whole }
    }

    pub(super) fn limits(&self) -> &'a Limits {
        self.reading.limits
    }

    pub(super) fn cancelled(&self) -> bool {
        self.reading.observer.cancelled()
    }

    /// Whether no further entry may be taken; reported where that is so.
    pub(super) fn full(&mut self, ordinal: u32, offset: u64) -> bool {
        let limits = self.reading.limits;
        let message = if u64::from(ordinal) >= limits.entries || ordinal == u32::MAX {
            format!("more than {} entries (Limits::entries); the rest was not read", limits.entries)
        } else if self.recorder.size() as u64 > limits.names {
            format!("the names take more than {} bytes (Limits::names); the rest was not read", limits.names)
        } else {
            return false;
        };
        self.report(DiagnosticKind::LimitPassed, message, offset);
        true
    }

    fn report(&mut self, kind: DiagnosticKind, message: impl Into<String>, offset: u64) {
        self.diagnostics.push(Diagnostic::new(kind, message).offset(offset), self.reading.observer);
    }

    pub(super) fn report_at(
        &mut self,
        kind: DiagnosticKind,
        message: impl Into<String>,
        path: &[u8],
        offset: u64,
    ) {
        let path = format!("/{}", String::from_utf8_lossy(path.get(..300).unwrap_or(path)));
        self.diagnostics.push(Diagnostic::new(kind, message).at(path).offset(offset), self.reading.observer);
    }

    fn run(&mut self, stream: &mut dyn ByteStream, visitor: &mut dyn LayerVisitor) -> Result<(), Stop> {
        let mut ordinal = 0_u32;
        loop {
            let member = self.reader.next(stream)?;
            for remark in std::mem::take(&mut self.reader.remarks) {
                let kind = match remark.kind {
                    RemarkKind::Malformed => DiagnosticKind::Malformed,
                    RemarkKind::Limit => DiagnosticKind::LimitPassed,
                    RemarkKind::Truncated => DiagnosticKind::Truncated,
                    RemarkKind::Note => DiagnosticKind::Note,
                };
                self.report(kind, remark.message, remark.offset);
            }
            let Some(member) = member else { break };
            if self.full(ordinal, member.offset) {
                break;
            }
            self.member(stream, visitor, &member, ordinal)?;
            if self.reading.last.is_some_and(|last| ordinal >= last) {
                break;
            }
            ordinal += 1;
            if ordinal.is_multiple_of(1024) && self.reading.observer.cancelled() {
                return Err(Stop::Cancelled);
            }
        }
        if self.reading.to_the_end { self.trailer(stream) } else { Ok(()) }
    }

    /// Reads what stands behind the end mark, so that the digest is that of everything.
    fn trailer(&mut self, stream: &mut dyn ByteStream) -> Result<(), Stop> {
        let mut offset = self.reader.offset();
        let mut noted = self.diagnostics.partial();
        loop {
            let at_hand = stream.fill()?;
            let count = at_hand.len();
            if count == 0 {
                self.whole = true;
                return Ok(());
            }
            if !noted && let Some(at) = at_hand.iter().position(|&byte| byte != 0) {
                noted = true;
                let message = "there is data behind the end of the archive; container engines pass over it";
                self.report(DiagnosticKind::Note, message, offset.saturating_add(at as u64));
            }
            stream.consume(count);
            offset = offset.saturating_add(count as u64);
        }
    }

    /// Takes a name from the archive into `self.path` or `self.target`; says whether it can be used.
    fn take_name(&mut self, raw: &[u8], is_target: bool, offset: u64) -> bool {
        let mut out = std::mem::take(if is_target { &mut self.target } else { &mut self.path });
        let result = normalise(raw, self.reading.limits, &mut out);
        *(if is_target { &mut self.target } else { &mut self.path }) = out;
        match result {
            Ok(false) => true,
            Ok(true) => {
                let message = "a name has a '..' component; it was resolved inside the image";
                self.report_at(DiagnosticKind::BadPath, message, raw, offset);
                true
            }
            Err(Fault::Bad(message)) => {
                self.report_at(DiagnosticKind::BadPath, message, raw, offset);
                false
            }
            Err(Fault::Limit(message)) => {
                self.report_at(DiagnosticKind::LimitPassed, message, raw, offset);
                false
            }
        }
    }

    fn member(
        &mut self,
        stream: &mut dyn ByteStream,
        visitor: &mut dyn LayerVisitor,
        member: &Member,
        ordinal: u32,
    ) -> Result<(), Stop> {
        if !self.take_name(&member.name, false, member.offset) {
            return Ok(());
        }
        let mark = unmark(&mut self.path);
        self.marked_member(stream, visitor, member, ordinal, mark)
    }

    /// Takes an entry whose name says nothing of lower layers.
    pub(super) fn plain_member(
        &mut self,
        stream: &mut dyn ByteStream,
        visitor: &mut dyn LayerVisitor,
        member: &Member,
        ordinal: u32,
    ) -> Result<(), Stop> {
        if !self.take_name(&member.name, false, member.offset) {
            return Ok(());
        }
        self.marked_member(stream, visitor, member, ordinal, Mark::Plain)
    }

    fn marked_member(
        &mut self,
        stream: &mut dyn ByteStream,
        visitor: &mut dyn LayerVisitor,
        member: &Member,
        ordinal: u32,
        mark: Mark,
    ) -> Result<(), Stop> {
        let kind = match mark {
            Mark::Ignored => return Ok(()),
            Mark::Bad => {
                let message = "a whiteout names no file; it is left out";
                self.report_at(DiagnosticKind::BadPath, message, &member.name, member.offset);
                return Ok(());
            }
            Mark::Whiteout => EntryKind::Whiteout,
            Mark::Opaque => EntryKind::Opaque,
            Mark::Plain => match member.kind {
                Kind::File => EntryKind::File,
                Kind::Directory => EntryKind::Directory,
                Kind::Symlink => EntryKind::Symlink(&member.link),
                Kind::Hardlink => {
                    if !self.take_name(&member.link, true, member.offset) {
                        return Ok(());
                    }
                    EntryKind::Hardlink(&[])
                }
                Kind::Other => EntryKind::Other,
            },
        };
        if self.path.is_empty() && !matches!(kind, EntryKind::Directory | EntryKind::Opaque) {
            let message = "an entry would replace the root by something that is no directory; it is left out";
            self.report_at(DiagnosticKind::BadPath, message, &member.name, member.offset);
            return Ok(());
        }
        if matches!(kind, EntryKind::Symlink(_))
            && (member.link.len() > self.reading.limits.path || member.link.is_empty())
        {
            let message = "a symbolic link's target is empty or longer than a path may be (Limits::path); it is left out";
            self.report_at(DiagnosticKind::LimitPassed, message, &member.name, member.offset);
            return Ok(());
        }
        let path = std::mem::take(&mut self.path);
        let target = std::mem::take(&mut self.target);
        let kind = if matches!(kind, EntryKind::Hardlink(_)) { EntryKind::Hardlink(&target) } else { kind };
        let size = if kind == EntryKind::File { member.size } else { 0 };
        let entry = Entry { ordinal, path: &path, kind, size, mode: member.mode };
        self.recorder.push(&entry);
        let take = visitor.entry(&entry);
        let result = if kind == EntryKind::File && take != Take::Skip {
            self.content(stream, visitor, member, &entry, take)
        } else {
            Ok(())
        };
        self.path = path;
        self.target = target;
        result
    }

    fn content(
        &mut self,
        stream: &mut dyn ByteStream,
        visitor: &mut dyn LayerVisitor,
        member: &Member,
        entry: &Entry<'_>,
        take: Take,
    ) -> Result<(), Stop> {
        if member.sparse.is_some() {
            let zeros = self.zeros.saturating_add(member.size.saturating_sub(member.stored));
            let allowed =
                self.reader.offset().saturating_mul(self.reading.limits.ratio).saturating_add(FREE_ZEROS);
            if zeros > allowed {
                let message = format!(
                    "a sparse file of {} bytes stores only {}; its content was not read (Limits::ratio)",
                    member.size, member.stored
                );
                self.report_at(DiagnosticKind::LimitPassed, message, entry.path, member.offset);
                return Ok(());
            }
            self.zeros = zeros;
        }
        let mut head: &[u8] = &[];
        let mut head_space = [0; PEEK];
        let mut body = Body::new(stream, member);
        let mut take = take;
        if let Take::Peek(count) = take {
            let wanted = usize::from(count).min(PEEK).min(usize::try_from(member.size).unwrap_or(PEEK));
            let space = head_space.get_mut(..wanted).unwrap_or_default();
            let count = body.read_full(space)?;
            head = head_space.get(..count).unwrap_or_default();
            take = visitor.peeked(entry, head);
        }
        match take {
            Take::Skip | Take::Peek(_) => {}
            Take::Whole { max } => {
                let most = max.min(self.reading.limits.file);
                if member.size > most {
                    let read = body.stored_read;
                    self.reader.content_read(read);
                    let message = format!(
                        "a file of {} bytes is larger than the {most} that are read of it whole (Limits::file)",
                        member.size
                    );
                    self.report_at(DiagnosticKind::LimitPassed, message, entry.path, member.offset);
                    return Ok(());
                }
                let size = usize::try_from(member.size).unwrap_or(usize::MAX);
                if head.is_empty()
                    && let Some(whole) = body.at_hand(size)?
                {
                    visitor.content(entry, Content::Whole(whole));
                } else {
                    let Some(_held) = self.reading.memory.hold(member.size) else {
                        let read = body.stored_read;
                        self.reader.content_read(read);
                        let message =
                            "the file is larger than all files held at one time may be (Limits::buffered)";
                        self.report_at(DiagnosticKind::LimitPassed, message, entry.path, member.offset);
                        return Ok(());
                    };
                    let buffer = &mut self.buffer;
                    buffer.clear();
                    buffer.extend_from_slice(head);
                    // Grows with what is there, not with what the header claims.
                    let whole = body.read_to(buffer, size)?;
                    if whole {
                        visitor.content(entry, Content::Whole(buffer));
                    }
                    if buffer.capacity() > KEEP {
                        *buffer = Vec::new();
                    }
                }
            }
            Take::Stream => {
                let mut reader = HeadThen { head, body: &mut body };
                visitor.content(entry, Content::Stream(&mut reader));
            }
        }
        let read = body.stored_read;
        let failed = body.failed.take();
        self.reader.content_read(read);
        failed.map_or(Ok(()), Err)
    }
}

/// The content of the member that the stream stands at, the holes of a sparse file filled with zeros.
struct Body<'s> {
    stream: &'s mut dyn ByteStream,
    /// What is still to come: stored bytes and zeros in turn.
    runs: Runs<'s>,
    run: Run,
    stored_read: u64,
    failed: Option<Stop>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Run {
    Stored(u64),
    Zeros(u64),
}

/// The runs of a file: one for a plain file, a hole before each part and one at the end for a sparse one.
struct Runs<'s> {
    parts: std::slice::Iter<'s, Part>,
    next: Option<Run>,
    at: u64,
    size: u64,
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        if let Some(run) = self.next.take() {
            return Some(run);
        }
        let (hole, stored) = match self.parts.next() {
            Some(part) => (part.offset.saturating_sub(self.at), Some(part.length)),
            None if self.at < self.size => (self.size - self.at, None),
            None => return None,
        };
        self.at = self.at.saturating_add(hole).saturating_add(stored.unwrap_or(0));
        self.next = stored.map(Run::Stored);
        Some(Run::Zeros(hole))
    }
}

impl<'s> Body<'s> {
    fn new(stream: &'s mut dyn ByteStream, member: &'s Member) -> Self {
        let runs = match &member.sparse {
            Some(parts) => Runs { parts: parts.iter(), next: None, at: 0, size: member.size },
            None => Runs {
                parts: [].iter(),
                next: Some(Run::Stored(member.size)),
                at: member.size,
                size: member.size,
            },
        };
        Self { stream, runs, run: Run::Zeros(0), stored_read: 0, failed: None }
    }

    /// Goes on to a run that has something left.
    fn advance(&mut self) -> Option<Run> {
        while matches!(self.run, Run::Stored(0) | Run::Zeros(0)) {
            self.run = self.runs.next()?;
        }
        Some(self.run)
    }

    fn read_some(&mut self, out: &mut [u8]) -> Result<usize, Stop> {
        let Some(run) = self.advance().filter(|_| !out.is_empty()) else { return Ok(0) };
        let (Run::Stored(left) | Run::Zeros(left)) = run;
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        let space = out.get_mut(..wanted).unwrap_or_default();
        let count = match run {
            Run::Zeros(_) => {
                space.fill(0);
                wanted
            }
            Run::Stored(_) => {
                let at_hand = self.stream.fill()?;
                let count = at_hand.len().min(wanted);
                if let (Some(to), Some(from)) = (space.get_mut(..count), at_hand.get(..count)) {
                    to.copy_from_slice(from);
                }
                self.stream.consume(count);
                self.stored_read = self.stored_read.saturating_add(count as u64);
                count
            }
        };
        let left = left.saturating_sub(count as u64);
        self.run = if matches!(run, Run::Stored(_)) { Run::Stored(left) } else { Run::Zeros(left) };
        Ok(count)
    }

    fn skip(&mut self, count: u64) -> Result<u64, Stop> {
        let mut done = 0;
        while done < count {
            let Some(run) = self.advance() else { break };
            let (Run::Stored(left) | Run::Zeros(left)) = run;
            let wanted = left.min(count - done);
            let step = match run {
                Run::Zeros(_) => wanted,
                Run::Stored(_) => {
                    let step = self.stream.skip(wanted)?.min(wanted);
                    self.stored_read = self.stored_read.saturating_add(step);
                    step
                }
            };
            let left = left - step;
            self.run = if matches!(run, Run::Stored(_)) { Run::Stored(left) } else { Run::Zeros(left) };
            done += step;
            if step < wanted {
                break;
            }
        }
        Ok(done)
    }

    fn read_full(&mut self, out: &mut [u8]) -> Result<usize, Stop> {
        let mut done = 0;
        while done < out.len() {
            match self.read_some(out.get_mut(done..).unwrap_or_default())? {
                0 => break,
                count => done += count,
            }
        }
        Ok(done)
    }

    /// All of the content as it stands in the stream's own memory, where it does. It is left unread.
    fn at_hand(&mut self, size: usize) -> Result<Option<&[u8]>, Stop> {
        if self.runs.parts.len() > 0 || self.runs.at < self.runs.size || self.run != Run::Zeros(0) {
            return Ok(None);
        }
        if size == 0 {
            return Ok(Some(&[]));
        }
        Ok(self.stream.fill()?.get(..size))
    }

    /// Appends to `buffer` until it has `size` bytes; says whether it has.
    fn read_to(&mut self, buffer: &mut Vec<u8>, size: usize) -> Result<bool, Stop> {
        while buffer.len() < size {
            let start = buffer.len();
            buffer.resize(size.min(start.saturating_add(256 << 10)), 0);
            let count = self.read_full(buffer.get_mut(start..).unwrap_or_default())?;
            let full = start + count == buffer.len();
            buffer.truncate(start + count);
            if !full {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Body<'_> {
    /// A step of the visitor's. The walk over the layer learns of a failure as well, so that the visitor can't hide it.
    fn shown<T>(&mut self, step: impl FnOnce(&mut Self) -> Result<T, Stop>) -> io::Result<T> {
        let failed = || io::Error::other("the layer can't be read on");
        if self.failed.is_some() {
            return Err(failed());
        }
        step(self).map_err(|stop| {
            self.failed = Some(stop);
            failed()
        })
    }
}

struct HeadThen<'h, 'b, 's> {
    head: &'h [u8],
    body: &'b mut Body<'s>,
}

impl Read for HeadThen<'_, '_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if !self.head.is_empty() {
            let count = self.head.len().min(out.len());
            let (head, rest) = self.head.split_at_checked(count).unwrap_or_default();
            if let Some(space) = out.get_mut(..count) {
                space.copy_from_slice(head);
            }
            self.head = rest;
            return Ok(count);
        }
        self.body.shown(|body| body.read_some(out))
    }
}

impl ContentRead for HeadThen<'_, '_, '_> {
    fn skip(&mut self, count: u64) -> io::Result<u64> {
        let step = usize::try_from(count).unwrap_or(usize::MAX).min(self.head.len());
        self.head = self.head.get(step..).unwrap_or_default();
        let step = step as u64;
        Ok(step + self.body.shown(|body| body.skip(count - step))?)
    }
}
