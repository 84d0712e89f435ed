use std::io::{self, Read};

use memchr::memmem;
use plimsoll_core::ContentRead;

use super::inflate::Body;
use super::input::Input;
use super::record::{Local, Method, zip64};
use super::{Budget, Visitor, Want, malformed, truncated, unsupported};

/// The largest archive within the archive that is held to be read by its directory.
const HELD: u64 = 8 << 20;

/// How far into a file the first entry is looked for: scripts that run an archive are short.
const PREFIX: usize = 1 << 20;

pub(super) fn visit(reader: &mut dyn ContentRead, visitor: &mut dyn Visitor, budget: &mut Budget) {
    let mut input = Input::new(reader);
    match find_first(&mut input) {
        Ok(true) => entries(&mut input, visitor, budget),
        Ok(false) => budget.trouble(visitor, malformed("not a ZIP archive")),
        Err(error) => budget.trouble(visitor, truncated(format!("archive can't be read: {error}"))),
    }
}

/// Reads an archive that is deflated.
pub(super) fn inflated(reader: &mut dyn ContentRead, visitor: &mut dyn Visitor, budget: &mut Budget) {
    let mut input = Input::new(reader);
    let mut body = Body::new(&mut input, None, true, budget);
    super::stream(&mut body, visitor, budget);
}

/// Moves to the first entry.
fn find_first(input: &mut Input<'_>) -> io::Result<bool> {
    let mut passed = 0;
    loop {
        let view = input.peek(4096)?;
        if super::begins(view) {
            return Ok(true);
        }
        if view.len() < 4 || passed > PREFIX {
            return Ok(false);
        }
        // The last bytes may be the beginning of a signature.
        let step = memmem::find(view, Local::SIGNATURE).unwrap_or(view.len() - 3);
        passed += step;
        input.consume(step);
    }
}

fn entries(input: &mut Input<'_>, visitor: &mut dyn Visitor, budget: &mut Budget) {
    loop {
        match entry(input, visitor, budget) {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                let message = format!("archive can't be read to its end: {error}");
                budget.trouble(visitor, truncated(message));
                return;
            }
        }
    }
}

/// Reads one entry; `false` after the last.
fn entry(input: &mut Input<'_>, visitor: &mut dyn Visitor, budget: &mut Budget) -> io::Result<bool> {
    let view = input.peek(Local::SIZE)?;
    let Some(local) = Local::read(view) else {
        // The directory, or the record of an empty archive.
        let known =
            view.starts_with(b"PK\x01\x02") || view.starts_with(b"PK\x05\x06") || view.starts_with(b"PK\x06");
        return if known { Ok(false) } else { Err(io::Error::other("no entry where one should begin")) };
    };
    input.consume(Local::SIZE);
    let name = input.take(local.name)?;
    let extra = input.take(local.extra)?;
    if !budget.entry(visitor) {
        return Ok(false);
    }
    let mut sizes = [local.size, local.compressed];
    zip64(&extra, &mut sizes);
    let wide = sizes != [local.size, local.compressed];
    let [size, compressed] = sizes;
    let known = !local.has_descriptor() || compressed > 0;
    let deflated = local.method == Method::Deflated;
    if !known && !deflated {
        return resynchronise(input, &name, local, visitor, budget);
    }
    let want = visitor.entry(&name);
    let mut body = Body::new(input, known.then_some(compressed), deflated, budget);
    if local.method == Method::Unknown && want != Want::Nothing {
        let shown = String::from_utf8_lossy(&name);
        budget
            .trouble(visitor, unsupported(format!("{shown}: encrypted or compressed by an unknown method")));
    } else if let Err(error) = content(&mut body, &name, known.then_some(size), want, visitor, budget) {
        if !body.has_known_end() {
            return Err(error);
        }
        let shown = String::from_utf8_lossy(&name);
        budget.trouble(visitor, malformed(format!("{shown}: can't be read: {error}")));
    }
    body.finish(budget)?;
    if local.has_descriptor() {
        descriptor(input, wide)?;
    }
    Ok(true)
}

fn content(
    body: &mut Body<'_, '_>,
    name: &[u8],
    size: Option<u64>,
    want: Want,
    visitor: &mut dyn Visitor,
    budget: &mut Budget,
) -> io::Result<()> {
    let shown = || String::from_utf8_lossy(name).into_owned();
    match want {
        Want::Nothing => {}
        Want::Bytes(max) => {
            let mut bytes = Vec::new();
            let most = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
            body.take(most).read_to_end(&mut bytes)?;
            if bytes.len() <= max {
                visitor.bytes(name, &bytes);
            } else {
                let message = format!("{}: has more than {max} bytes and was not read", shown());
                budget.trouble(visitor, super::limit(message));
            }
        }
        Want::Archive if budget.depth == 0 => {
            let message = format!("{}: archives are nested too deep; it was not read", shown());
            budget.trouble(visitor, super::limit(message));
        }
        Want::Archive => {
            budget.depth -= 1;
            visitor.enter(name);
            let most = HELD.min(u64::try_from(budget.held).unwrap_or(0));
            let small =
                size.filter(|&size| size > 0 && size <= most).and_then(|size| usize::try_from(size).ok());
            let mut read = Ok(0);
            match small {
                Some(size) => {
                    budget.held -= size;
                    let mut bytes = Vec::with_capacity(size);
                    read = body.take(u64::try_from(size).unwrap_or(0)).read_to_end(&mut bytes);
                    super::visit(&bytes, visitor, budget);
                    budget.held += size;
                }
                None => super::stream(body, visitor, budget),
            }
            visitor.leave();
            budget.depth += 1;
            read?;
        }
    }
    Ok(())
}

/// Moves past the sizes that follow the content (APPNOTE 4.3.9), with or without a signature, and wide where the
/// entry is; some writers make them wide although it is not.
fn descriptor(input: &mut Input<'_>, wide: bool) -> io::Result<()> {
    let view = input.peek(28)?;
    let signature = if view.starts_with(b"PK\x07\x08") { 4 } else { 0 };
    let lengths = if wide { [20, 12] } else { [12, 20] };
    let fits = |length: &&usize| {
        let next = view.get(signature + **length..).unwrap_or_default();
        next.starts_with(b"PK\x03\x04") || next.starts_with(b"PK\x01\x02") || next.starts_with(b"PK\x06\x06")
    };
    let length = lengths.iter().find(fits).copied().unwrap_or(lengths[0]);
    input.consume(signature + length);
    Ok(())
}

/// Goes on after stored content that does not say how long it is: at the next header.
fn resynchronise(
    input: &mut Input<'_>,
    name: &[u8],
    local: Local,
    visitor: &mut dyn Visitor,
    budget: &mut Budget,
) -> io::Result<bool> {
    if input.peek(4)?.starts_with(b"PK\x07\x08") {
        // It has none: so directories are written.
        descriptor(input, false)?;
        return Ok(true);
    }
    let shown = String::from_utf8_lossy(name);
    if local.method == Method::Unknown || visitor.entry(name) != Want::Nothing {
        budget.trouble(visitor, unsupported(format!("{shown}: the archive does not say how long it is")));
    }
    loop {
        let view = input.peek(4096)?;
        if view.len() < 4 {
            return Ok(false);
        }
        let next = memmem::find_iter(view, b"PK")
            .find(|&at| matches!(view.get(at + 2..at + 4), Some(b"\x03\x04" | b"\x01\x02")));
        match next {
            Some(at) => {
                input.consume(at);
                return Ok(true);
            }
            None => {
                let step = view.len() - 3;
                input.consume(step);
            }
        }
    }
}
