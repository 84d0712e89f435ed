//! Links of a page that lists a folder, as web servers write such pages.

/// The targets of the page's links, in their order.
pub(crate) fn links(page: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(at) = find(rest, "href=") {
        rest = rest.get(at + 5..).unwrap_or_default();
        let link = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => rest.get(1..).and_then(|rest| rest.split(quote).next()),
            _ => rest.split(|c: char| c.is_whitespace() || c == '>').next(),
        };
        found.extend(link);
    }
    found
}

/// HTML's names of attributes are of any case.
fn find(text: &str, what: &str) -> Option<usize> {
    text.as_bytes().windows(what.len()).position(|window| window.eq_ignore_ascii_case(what.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn listings_of_any_server() {
        let page = "<html><a href=\"../\">..</a> <A HREF='v3.19/'>v3.19/</A>\n<a class=x href=main.json>main</a> href=";
        assert_eq!(links(page), ["../", "v3.19/", "main.json", ""]);
        assert_eq!(links("no links"), [""; 0]);
    }
}
