//! What can be told of a statement by its words alone.

use std::iter::Peekable;
use std::str::CharIndices;

/// A word, a name in quotes (without them), or a sign. Comments and spaces are nothing.
#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Sign(char),
}

/// Why a statement is not to be asked; nothing where it may be.
///
/// A view's name must not be given to anything else: SQLite says on whose behalf a table is read by the name alone, and
/// a common table expression of a view's name would read on the view's behalf. And of tables that no column is read of
/// it does not say on whose behalf at all.
pub(super) fn refused(
    sql: &str,
    is_view: impl Fn(&str) -> bool,
    is_table: impl Fn(&str) -> bool,
) -> Option<String> {
    let tokens = tokens(sql);
    if let Some(name) = sources(&tokens).into_iter().find(|name| is_table(name)) {
        return Some(format!("{name} is no view"));
    }
    for (at, token) in tokens.iter().enumerate() {
        if let Token::Word(name) = token
            && is_view(name)
            && defines(tokens.get(at + 1..).unwrap_or_default())
        {
            return Some(format!("{name} is the name of a view, and is given to something else"));
        }
    }
    None
}

/// What stands where a table is named: after `FROM`, `JOIN` and `IN`, after a comma among these, after a
/// database's name.
fn sources(tokens: &[Token]) -> Vec<&str> {
    const ENDS: [&str; 10] =
        ["SELECT", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "WINDOW", "UNION", "EXCEPT", "INTERSECT"];
    let (mut found, mut within, mut stack) = (Vec::new(), false, Vec::new());
    // Whether the token before calls for a table; after `IN` a parenthesis holds none.
    let (mut next, mut after_in) = (false, false);
    let mut last = "";
    for token in tokens {
        let before = std::mem::take(&mut last);
        let (listed, called) = (std::mem::take(&mut after_in), std::mem::take(&mut next));
        match token {
            Token::Sign('(') => {
                stack.push(within);
                (within, next) = (called && !listed, called && !listed);
            }
            Token::Sign(')') => within = stack.pop().unwrap_or_default(),
            Token::Sign(',') => next = within,
            Token::Sign('.') => next = ["main", "temp"].iter().any(|name| before.eq_ignore_ascii_case(name)),
            Token::Sign(_) => {}
            Token::Word(word) => {
                last = word;
                let is = |other: &&str| word.eq_ignore_ascii_case(other);
                if called {
                    found.push(word.as_str());
                }
                if ["FROM", "JOIN"].iter().any(is) {
                    (within, next) = (true, true);
                } else if is(&"IN") {
                    (next, after_in) = (true, true);
                } else if ENDS.iter().any(is) {
                    within = false;
                }
            }
        }
    }
    found
}

/// Whether a common table expression's name stands before this: `[(columns)] AS [[NOT] MATERIALIZED] (`.
fn defines(mut rest: &[Token]) -> bool {
    if rest.first() == Some(&Token::Sign('(')) {
        let Some(end) = rest.iter().position(|token| *token == Token::Sign(')')) else { return false };
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    let is = |token: Option<&Token>, word: &str| matches!(token, Some(Token::Word(found)) if found.eq_ignore_ascii_case(word));
    if !is(rest.first(), "AS") {
        return false;
    }
    let mut at = 1;
    at += usize::from(is(rest.get(at), "NOT"));
    at += usize::from(is(rest.get(at), "MATERIALIZED"));
    rest.get(at) == Some(&Token::Sign('('))
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut all = Vec::new();
    let mut chars = sql.char_indices().peekable();
    while let Some((_, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        match c {
            '-' if next == Some('-') => while chars.next_if(|(_, c)| *c != '\n').is_some() {},
            '/' if next == Some('*') => {
                chars.next();
                let mut last = ' ';
                for (_, c) in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '\'' | '"' | '`' => all.push(Token::Word(quoted(&mut chars, c))),
            '[' => all.push(Token::Word(quoted(&mut chars, ']'))),
            _ if c.is_whitespace() => {}
            _ if c.is_alphanumeric() || c == '_' || !c.is_ascii() => {
                let mut word = String::from(c);
                while let Some((_, c)) =
                    chars.next_if(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii())
                {
                    word.push(c);
                }
                all.push(Token::Word(word));
            }
            _ => all.push(Token::Sign(c)),
        }
    }
    all
}

/// What stands between quotes; twice the quote is the quote itself.
fn quoted(chars: &mut Peekable<CharIndices<'_>>, end: char) -> String {
    let mut text = String::new();
    while let Some((_, c)) = chars.next() {
        if c == end && (end == ']' || chars.next_if(|(_, next)| *next == end).is_none()) {
            break;
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_s_name_is_its_own() {
        let is_view = |name: &str| name.eq_ignore_ascii_case("images");
        for sql in [
            "WITH images AS (SELECT * FROM subject) SELECT * FROM images",
            "with x as (select 1), IMAGES(a, b) as materialized (select 1, 2) select * from images",
            "WITH \"images\" AS NOT MATERIALIZED (SELECT 1) SELECT 1",
            "WITH [images]/* */AS--\n(SELECT 1) SELECT 1",
            "WITH `Images` AS (SELECT 1) SELECT 1",
            "WITH 'images' AS (SELECT 1) SELECT 1",
            "WITH RECURSIVE images(n) AS (SELECT 1) SELECT 1",
        ] {
            assert!(refused(sql, is_view, |_| false).is_some(), "{sql}");
        }
        for sql in [
            "SELECT * FROM images",
            "SELECT images.digest FROM images AS i JOIN images USING (image)",
            "WITH x AS (SELECT * FROM images) SELECT count(*) AS images FROM x",
            "SELECT 'images', /* images AS ( */ 1 -- images AS (",
        ] {
            assert_eq!(refused(sql, is_view, |_| false), None, "{sql}");
        }
    }

    #[test]
    fn tables_are_told_from_columns() {
        let is_table = |name: &str| ["tag", "rule", "name"].contains(&name.to_ascii_lowercase().as_str());
        for sql in [
            "SELECT count(*) FROM tag",
            "SELECT 1 FROM images i, tag",
            "SELECT 1 FROM images JOIN (Tag) ON 1",
            "SELECT 1 FROM (images CROSS JOIN views, [tag])",
            "SELECT 1 WHERE 1 IN \"tag\"",
            "SELECT 1 FROM main.tag",
            "SELECT (SELECT count(*) FROM\n-- the\nrule)",
            "SELECT 1 FROM images WHERE x IN (SELECT 1 FROM a ORDER BY 1) UNION SELECT 1 FROM b, rule",
        ] {
            assert!(refused(sql, |_| false, is_table).is_some(), "{sql}");
        }
        for sql in [
            "SELECT digest, tag, rule AS name FROM tags tag WHERE tag IN ('a', tag) ORDER BY name, tag",
            "SELECT f(a, tag) FROM tags GROUP BY a, rule HAVING a, name",
            "SELECT 1 FROM tags JOIN x ON f(a, tag) = (b, name) WHERE (tag, rule) = (1, 2)",
        ] {
            assert_eq!(refused(sql, |_| false, is_table), None, "{sql}");
        }
    }
}
