//! From the names that an archive writes to paths inside the image.

use plimsoll_core::{ImagePath, Limits, PathError};

/// The longest component of a path that Linux file systems store (`NAME_MAX`).
const NAME_MAX: usize = 255;

/// What is wrong with a name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It leads out of the image or is none: it can't be used.
    Bad(String),
    /// It is longer or deeper than allowed: it can't be used.
    Limit(String),
}

/// Makes a path of a name: relative to the root, normal. A name with `..` that stays inside is resolved by its
/// text, as container engines do; the caller is told with `true`.
pub(crate) fn normalise(raw: &[u8], limits: &Limits, out: &mut Vec<u8>) -> Result<bool, Fault> {
    if raw.len() > limits.path {
        return Err(Fault::Limit(format!(
            "a name of {} bytes passes the limit of {} bytes (Limits::path)",
            raw.len(),
            limits.path
        )));
    }
    let dotted = match ImagePath::normalise_into(raw, out) {
        Ok(()) => false,
        Err(PathError::ParentComponent(_)) => {
            climb(raw, out)?;
            true
        }
        Err(error) => return Err(Fault::Bad(error.to_string())),
    };
    let mut depth = 0;
    for component in out.split(|&byte| byte == b'/') {
        depth += 1;
        if component.len() > NAME_MAX {
            return Err(Fault::Limit(format!(
                "a name has a component of {} bytes; no file system stores more than {NAME_MAX}",
                component.len()
            )));
        }
    }
    if depth > limits.path_depth {
        return Err(Fault::Limit(format!(
            "a path of {depth} components passes the limit of {} (Limits::path_depth)",
            limits.path_depth
        )));
    }
    Ok(dotted)
}

fn climb(raw: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    out.clear();
    for part in raw.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if out.is_empty() => {
                return Err(Fault::Bad(
                    "a name leads out of the image with '..'; the entry is left out".into(),
                ));
            }
            b".." => out.truncate(out.iter().rposition(|&byte| byte == b'/').unwrap_or(0)),
            _ if part.contains(&0) => return Err(Fault::Bad("a name has a NUL byte".into())),
            _ => {
                if !out.is_empty() {
                    out.push(b'/');
                }
                out.extend_from_slice(part);
            }
        }
    }
    Ok(())
}

/// What a name says of lower layers (OCI image specification, layer.md, "Whiteouts").
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Nothing.
    Plain,
    /// The path, with the prefix taken off the last component, is gone from lower layers.
    Whiteout,
    /// The path, with the last component taken off, loses what lower layers put in it.
    Opaque,
    /// One of AUFS's own files, which engines pass over.
    Ignored,
    /// A whiteout of nothing.
    Bad,
}

/// Tells whiteouts by their name and takes the mark off the path.
pub(crate) fn unmark(path: &mut Vec<u8>) -> Mark {
    let start = path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    match path.get(start..).unwrap_or_default() {
        b".wh..wh..opq" => {
            path.truncate(start.saturating_sub(1));
            Mark::Opaque
        }
        name if name.starts_with(b".wh..wh.") => Mark::Ignored,
        b".wh." | b".wh.." | b".wh..." => Mark::Bad,
        name if name.starts_with(b".wh.") => {
            path.drain(start..start + 4);
            Mark::Whiteout
        }
        _ => Mark::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(raw: &[u8]) -> Result<(String, bool), Fault> {
        let mut out = Vec::new();
        let dotted = normalise(raw, &Limits::default(), &mut out)?;
        Ok((String::from_utf8_lossy(&out).into_owned(), dotted))
    }

    #[test]
    fn names_stay_inside() {
        assert_eq!(path(b"./usr//bin/"), Ok(("usr/bin".into(), false)));
        assert_eq!(path(b"/etc/passwd"), Ok(("etc/passwd".into(), false)));
        assert_eq!(path(b"."), Ok((String::new(), false)));
        assert_eq!(path(b"usr/../etc/x"), Ok(("etc/x".into(), true)));
        assert!(matches!(path(b"../etc/x"), Err(Fault::Bad(_))));
        assert!(matches!(path(b"a/../../etc/x"), Err(Fault::Bad(_))));
        assert!(matches!(path(&[b'a'; 256]), Err(Fault::Limit(_))));
        assert!(matches!(path(&b"a/".repeat(256)), Err(Fault::Limit(_))));
        assert!(matches!(path(&b"a/".repeat(4000)), Err(Fault::Limit(_))));
    }

    #[test]
    fn whiteouts_are_told_by_name() {
        let mark = |text: &str| {
            let mut path = text.as_bytes().to_vec();
            let mark = unmark(&mut path);
            (mark, String::from_utf8_lossy(&path).into_owned())
        };
        assert_eq!(mark("a/.wh.b"), (Mark::Whiteout, "a/b".into()));
        assert_eq!(mark(".wh.b"), (Mark::Whiteout, "b".into()));
        assert_eq!(mark("a/b/.wh..wh..opq"), (Mark::Opaque, "a/b".into()));
        assert_eq!(mark(".wh..wh..opq"), (Mark::Opaque, String::new()));
        assert_eq!(mark(".wh..wh.aufs").0, Mark::Ignored);
        assert_eq!(mark("a/.wh..").0, Mark::Bad);
        assert_eq!(mark("a/.wh.b/c").0, Mark::Plain);
    }
}
