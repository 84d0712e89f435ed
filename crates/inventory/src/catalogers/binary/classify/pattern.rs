use memchr::memmem;

/// The longest version, and the most bytes that may lie between a version and what surrounds it.
const MAX_VERSION: usize = 40;
/// Bytes that a pattern may look at on either side of its anchor.
pub(super) const REACH: usize = 128;

/// Evidence in a file's bytes. In the text of a pattern, `{v2}` stands for a version of at least two numbers, `{v3+}`
/// for one of at least three with what may follow them (`p1`, `-rc2`, `w`), `{v3:4.}` for one that begins with `4.`,
/// `{0}` for one NUL or more, `{n}` for digits and dots; all else is itself.
pub(super) struct Pattern {
    before: Vec<Token>,
    /// What is searched for: a literal, or what the version begins with.
    anchor: Vec<u8>,
    /// What the anchor and the bytes after it must be.
    from_anchor: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Literal(Vec<u8>),
    Version { numbers: usize, tail: bool, start: Vec<u8> },
    Nuls,
    Numbers,
}

impl Token {
    /// Bytes that are known beforehand.
    fn known(&self) -> &[u8] {
        match self {
            Self::Literal(bytes) | Self::Version { start: bytes, .. } => bytes,
            Self::Nuls | Self::Numbers => b"",
        }
    }
}

impl Pattern {
    /// Compiles a pattern, whose versions must begin with `start`.
    pub(super) fn new(text: &str, start: Option<&str>) -> Self {
        let tokens = tokens(text, start.unwrap_or_default());
        let length =
            |at: &usize| tokens.get(*at).map_or(0, |token| token.known().iter().filter(|b| **b != 0).count());
        let at = (0..tokens.len()).max_by_key(length).unwrap_or(0);
        Self {
            before: tokens.get(..at).unwrap_or_default().to_vec(),
            anchor: tokens.get(at).map(|token| token.known().to_vec()).unwrap_or_default(),
            from_anchor: tokens.get(at..).unwrap_or_default().to_vec(),
        }
    }

    /// The first version that the evidence gives, of anchors that begin in `from..to`.
    pub(super) fn find<'a>(&self, bytes: &'a [u8], from: usize, to: usize) -> Option<&'a str> {
        if self.anchor.is_empty() {
            return None;
        }
        let end = to.saturating_add(self.anchor.len()).min(bytes.len());
        memmem::find_iter(bytes.get(from..end)?, &self.anchor).find_map(|at| self.at(bytes, from + at))
    }

    fn at<'a>(&self, bytes: &'a [u8], anchor: usize) -> Option<&'a str> {
        let mut version = None;
        let mut rest = bytes.get(anchor..)?;
        for token in &self.from_anchor {
            let length = match token {
                Token::Literal(literal) => rest.starts_with(literal).then_some(literal.len())?,
                Token::Nuls => rest.iter().take_while(|&&b| b == 0).count().min(REACH),
                Token::Numbers => rest.iter().take_while(|b| is_numeric(**b)).count().min(MAX_VERSION),
                Token::Version { numbers, tail, start } => {
                    let length = rest.starts_with(start).then(|| version_length(rest, *numbers, *tail))??;
                    version = rest.get(..length);
                    length
                }
            };
            if length == 0 {
                return None;
            }
            rest = rest.get(length..)?;
        }
        let mut front = bytes.get(anchor.saturating_sub(REACH)..anchor)?;
        for token in self.before.iter().rev() {
            let length = match token {
                Token::Literal(literal) => front.ends_with(literal).then_some(literal.len())?,
                Token::Nuls => front.iter().rev().take_while(|&&b| b == 0).count(),
                Token::Numbers => front.iter().rev().take_while(|b| is_numeric(**b)).count(),
                Token::Version { numbers, tail, start } => ending(front, *numbers, *tail, start)?,
            };
            if length == 0 {
                return None;
            }
            let (head, matched) = front.split_at_checked(front.len().checked_sub(length)?)?;
            if matches!(token, Token::Version { .. }) {
                version = Some(matched);
            }
            front = head;
        }
        std::str::from_utf8(version?).ok()
    }
}

/// The length of the version that `front` ends with: it ends where what follows begins, and does not begin within a
/// number.
fn ending(front: &[u8], numbers: usize, tail: bool, start: &[u8]) -> Option<usize> {
    let run = front.iter().rev().take_while(|&&b| is_part(b)).count().min(MAX_VERSION);
    let text = front.get(front.len() - run..)?;
    let begins = |at: &usize| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        !before.is_some_and(|b| b.is_ascii_digit() || *b == b'.')
    };
    let whole = |at: &usize| {
        text.get(*at..)
            .filter(|rest| rest.starts_with(start))
            .and_then(|rest| version_length(rest, numbers, tail))
            == Some(run - at)
    };
    Some(run - (0..run).filter(begins).find(whole)?)
}

fn tokens(text: &str, start: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (literal, after) = rest.split_once('{').unwrap_or((rest, ""));
        if !literal.is_empty() {
            out.push(Token::Literal(literal.as_bytes().to_vec()));
        }
        let Some((name, next)) = after.split_once('}') else { break };
        out.push(match name.strip_prefix('v') {
            Some(kind) => {
                let (kind, own) = kind.split_once(':').unwrap_or((kind, start));
                Token::Version {
                    numbers: kind.trim_end_matches('+').parse().unwrap_or(2),
                    tail: kind.ends_with('+'),
                    start: own.as_bytes().to_vec(),
                }
            }
            None if name == "n" => Token::Numbers,
            None => Token::Nuls,
        });
        rest = next;
    }
    out
}

fn is_numeric(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'.'
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

/// The length of the version that `bytes` begin with: numbers and dots, and what may follow.
fn version_length(bytes: &[u8], numbers: usize, tail: bool) -> Option<usize> {
    let digits = |from: usize| bytes.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let mut end = digits(0);
    if end == 0 {
        return None;
    }
    let mut count = 1;
    while bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 && end < MAX_VERSION {
        end += 1 + digits(end + 1);
        count += 1;
    }
    if tail {
        end += tail_length(bytes.get(end..).unwrap_or_default());
    }
    (count >= numbers && end <= MAX_VERSION).then_some(end)
}

/// `p1`, `w`, `rc2`, `-rc.1`, `-beta3`, `-60`
fn tail_length(bytes: &[u8]) -> usize {
    let dash = usize::from(matches!(bytes.first(), Some(b'-' | b'_')));
    let letters = bytes.iter().skip(dash).take_while(|b| b.is_ascii_lowercase()).count();
    let dot = usize::from(letters > 0 && bytes.get(dash + letters) == Some(&b'.'));
    let digits = bytes.iter().skip(dash + letters + dot).take_while(|b| b.is_ascii_digit()).count();
    match (letters, digits) {
        (0, 0) => 0,
        // A single letter is a patch level; a word needs a number to be one.
        (1, 0) => dash + 1,
        (1..=7, 1..) | (0, 1..) => dash + letters + dot + digits,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(pattern: &str, bytes: &[u8]) -> Option<String> {
        Pattern::new(pattern, None).find(bytes, 0, bytes.len()).map(str::to_owned)
    }

    #[test]
    fn versions_follow_and_precede_what_is_searched_for() {
        for (pattern, bytes, version) in [
            ("nginx/{v3}", &b"\0nginx version: nginx/1.25.1\0"[..], Some("1.25.1")),
            ("{v3}-MariaDB", b"\x0010.6.15-MariaDB-log\0", Some("10.6.15")),
            ("{v3+}\0Erlang", b"x\x0026.1.2\0Erlang/OTP", Some("26.1.2")),
            ("{v3}{0}mysql", b"shutdown\x008.0.37\0\0\0\0\0mysql_real", Some("8.0.37")),
            ("OpenSSH_{v2+} ", b"OpenSSH_3.*,OpenSSH_9.2p1 Debian", Some("9.2p1")),
            ("OpenSSL {v3+} ", b"OpenSSL 1.1.1w  11 Sep 2023", Some("1.1.1w")),
            ("ImageMagick {v3+} ", b"ImageMagick 6.9.11-60 Q16", Some("6.9.11-60")),
            ("\0v{v3}\0", b"\0v1\0v5.36.0\0", Some("5.36.0")),
            ("\0{v3:3.}\0", b"\x002.0.0\0a3.1\x003.40.1\0", Some("3.40.1")),
            ("\0{v3:3.11.}\0", b"\x003.1\x003.11.2\0", Some("3.11.2")),
            ("a/{v3}", b"a/1.2", None),
            ("a/{v3};", b"a/1.2.3", None),
            ("{v3}-end", b"-end", None),
            ("{v3}-end", b"1.2.3x-end", None),
            ("-{v3} rev", b"varnish-7.1.1 rev", Some("7.1.1")),
            ("\0go1.{n}{0}{v3}", b"\0go1.19.8\0\0\x001.1.5+ds1\0", Some("1.1.5")),
            ("\0go1.{n}{0}{v3}", b"\0go1.19.8\0abc", None),
            ("a{v2}", b"a", None),
        ] {
            assert_eq!(find(pattern, bytes).as_deref(), version, "{pattern}");
        }
    }

    #[test]
    fn no_bytes_do_harm() {
        for pattern in ["{v3}-MariaDB", "\0{v3+}\0", "x{0}{v2}{0}y"] {
            for bytes in
                [&b"-MariaDB"[..], b"\0\0\0\0", b"x\0\x001.2\0\0", b"", b"x\0999999999999999999999.9\0y"]
            {
                for len in 0..=bytes.len() {
                    find(pattern, &bytes[..len]);
                }
            }
        }
    }
}
