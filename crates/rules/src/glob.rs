//! Patterns of names and paths: `?` is one character, `*` any number of them, `**` any number across slashes.

/// A pattern, compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob {
    text: String,
    /// What stands before the first wildcard; most texts differ there already.
    literal: String,
    /// What stands after the last wildcard.
    tail: String,
    /// From the first wildcard on.
    tokens: Vec<Token>,
    /// How many of the tokens come before the tail.
    wild: usize,
    /// Whether `?` and `*` stop at slashes, as they do in paths.
    path: bool,
    /// Whether ASCII letters match in either case.
    fold: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Char(char),
    /// One character.
    One,
    /// Any number of characters of one path component.
    Some,
    /// Any number of any characters.
    Any,
    /// Any number of whole path components, each with its slash.
    Components,
}

impl Glob {
    /// A pattern for names, in which slashes are characters like others, without regard to case.
    pub(crate) fn name(text: &str) -> Self {
        Self::compile(text, false, true)
    }

    /// A pattern for paths.
    pub(crate) fn path(text: &str) -> Self {
        Self::compile(text.strip_prefix('/').unwrap_or(text), true, false)
    }

    fn compile(text: &str, path: bool, fold: bool) -> Self {
        let start = text.find(['*', '?']).unwrap_or(text.len());
        let (literal, pattern) = text.split_at(start);
        let mut tokens = Vec::new();
        let mut chars = pattern.chars().peekable();
        let mut before = literal.chars().next_back();
        while let Some(c) = chars.next() {
            let token = match c {
                '?' => Token::One,
                '*' => {
                    let double = chars.next_if_eq(&'*').is_some();
                    while chars.next_if_eq(&'*').is_some() {}
                    match before {
                        None | Some('/') if path && double && chars.next_if_eq(&'/').is_some() => {
                            before = Some('/');
                            tokens.push(Token::Components);
                            continue;
                        }
                        _ if path && !double => Token::Some,
                        _ => Token::Any,
                    }
                }
                c => Token::Char(if fold { c.to_ascii_lowercase() } else { c }),
            };
            tokens.push(token);
            before = Some(c);
        }
        let chars =
            tokens.iter().rev().map_while(|token| if let Token::Char(c) = token { Some(*c) } else { None });
        let tail: Vec<char> = chars.collect();
        let wild = tokens.len() - tail.len();
        let tail: String = tail.into_iter().rev().collect();
        Self { text: text.to_owned(), literal: literal.to_owned(), tail, tokens, wild, path, fold }
    }

    /// The pattern as it was written, but for a path's leading slash.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The pieces of text that every text that matches contains.
    pub(crate) fn pieces(&self) -> Vec<String> {
        let mut pieces = vec![self.literal.clone()];
        let mut piece = String::new();
        for token in &self.tokens {
            match token {
                Token::Char(c) => piece.push(*c),
                _ => pieces.push(std::mem::take(&mut piece)),
            }
        }
        pieces.push(piece);
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }

    /// Whether a text has a wildcard; else it is plain.
    pub(crate) fn is_pattern(text: &str) -> bool {
        text.contains(['*', '?'])
    }

    /// Whether it matches the whole of a path inside an image, which need not be UTF-8.
    pub(crate) fn matches_path(&self, path: &[u8]) -> bool {
        // The text is made only for paths that are not ruled out by how they begin and end.
        path.starts_with(self.literal.as_bytes())
            && path.ends_with(self.tail.as_bytes())
            && self.matches(&String::from_utf8_lossy(path))
    }

    /// Whether it matches the whole of a text. The work is bounded by the product of the two lengths.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let same = |a: &str, b: &str| a == b || self.fold && a.eq_ignore_ascii_case(b);
        let Some((head, rest)) = text.split_at_checked(self.literal.len()) else { return false };
        let Some((middle, end)) =
            rest.len().checked_sub(self.tail.len()).and_then(|at| rest.split_at_checked(at))
        else {
            return false;
        };
        if !same(head, &self.literal) || !same(end, &self.tail) {
            return false;
        }
        // Most patterns have one star, and with that are decided.
        match self.tokens.get(..self.wild) {
            Some([]) => return middle.is_empty(),
            Some([Token::Any]) => return true,
            Some([Token::Some]) => return !middle.contains('/'),
            _ => {}
        }
        if self.path || self.tokens.contains(&Token::Components) {
            self.walk(rest)
        } else {
            self.walk_name(rest)
        }
    }

    /// Whether the tokens match, where a star takes any characters: the last star is tried again, one character
    /// further, where what follows it does not match.
    fn walk_name(&self, text: &str) -> bool {
        let mut rest = text.chars();
        let mut at = 0;
        let mut again: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let before = rest.clone();
            match (self.tokens.get(at), rest.next()) {
                (Some(Token::Some | Token::Any | Token::Components), _) => {
                    at += 1;
                    rest = before.clone();
                    again = Some((at, before));
                    continue;
                }
                (None, None) => return true,
                (Some(Token::One), Some(_)) => at += 1,
                (Some(Token::Char(wanted)), Some(c))
                    if *wanted == if self.fold { c.to_ascii_lowercase() } else { c } =>
                {
                    at += 1;
                }
                (_, _) => {
                    let Some((star, mut tried)) = again.take() else { return false };
                    if tried.next().is_none() {
                        return false;
                    }
                    at = star;
                    rest = tried.clone();
                    again = Some((star, tried));
                }
            }
        }
    }

    fn walk(&self, rest: &str) -> bool {
        // The places in the pattern that the characters read so far can lead to.
        let mut places = vec![false; self.tokens.len() + 1];
        let mut next = places.clone();
        self.enter(&mut places, 0);
        for c in rest.chars() {
            let c = if self.fold { c.to_ascii_lowercase() } else { c };
            let inside = !self.path || c != '/';
            next.fill(false);
            for (at, token) in self.tokens.iter().enumerate() {
                if !places.get(at).copied().unwrap_or_default() {
                    continue;
                }
                match token {
                    Token::Char(wanted) if *wanted == c => self.enter(&mut next, at + 1),
                    Token::One if inside => self.enter(&mut next, at + 1),
                    Token::Some if inside => self.enter(&mut next, at),
                    Token::Any => self.enter(&mut next, at),
                    Token::Components => {
                        if let Some(place) = next.get_mut(at) {
                            *place = true;
                        }
                        if c == '/' {
                            self.enter(&mut next, at + 1);
                        }
                    }
                    _ => {}
                }
            }
            if !next.contains(&true) {
                return false;
            }
            std::mem::swap(&mut places, &mut next);
        }
        places.last().copied().unwrap_or_default()
    }

    /// Marks a place, and those behind it that need no character.
    fn enter(&self, places: &mut [bool], mut at: usize) {
        while let Some(place) = places.get_mut(at) {
            *place = true;
            if !matches!(self.tokens.get(at), Some(Token::Some | Token::Any | Token::Components)) {
                return;
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn names() {
        for (pattern, text, expected) in [
            ("openssl", "openssl", true),
            ("openssl", "OpenSSL", true),
            ("openssl", "openssl3", false),
            ("openssl*", "openssl", true),
            ("lib*-dev", "libssl-dev", true),
            ("lib*-dev", "libssl-dev-bin", false),
            ("*", "", true),
            ("@angular/*", "@angular/core", true),
            ("py?hon", "python", true),
            ("py?hon", "pyéhon", true),
            ("py?hon", "pythhon", false),
            ("?", "é", true),
            ("?", "éé", false),
            ("a**b", "a/x/b", true),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(Glob::name(pattern).matches(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn paths() {
        for (pattern, text, expected) in [
            ("/usr/bin/terraform", "usr/bin/terraform", true),
            ("/usr/*/terraform", "usr/bin/terraform", true),
            ("/usr/*", "usr/bin/terraform", false),
            ("/usr/**", "usr/bin/terraform", true),
            ("**/package.json", "package.json", true),
            ("**/package.json", "a/b/package.json", true),
            ("**/package.json", "a/b/xpackage.json", false),
            ("/a/**/b", "a/b", true),
            ("/a/**/b", "a/x/y/b", true),
            ("/a/**/b", "ab", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("**/a*/**/b*c", "a/bc", true),
            ("**/a*/**/b*c", "x/ax/y/z/b/c", false),
            ("**/a*/**/b*c", "x/ax/y/z/bbc", true),
            ("/root/plugins/terraform-provider-**", "root/plugins/terraform-provider-aws/x", true),
            ("/opt/?", "opt/a", true),
            ("/opt?a", "opt/a", false),
        ] {
            assert_eq!(Glob::path(pattern).matches(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_are_no_trap() {
        assert!(!Glob::name(&format!("{}b", "a*".repeat(200))).matches(&"a".repeat(20_000)));
    }
}
