//! WordPress: the core, plugins and themes, by the comments that WordPress itself reads.

use plimsoll_core::{Content, Package, PackageType, Purl, Take};

use super::identity;
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// As much of a file as WordPress looks for its header in (WordPress, `get_file_data`).
const HEADER: usize = 8 << 10;

/// Installed plugins and themes, and WordPress.
pub(crate) struct Installed;

impl Cataloger for Installed {
    fn id(&self) -> &'static str {
        "wordpress"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        &[
            Interest { pattern: Pattern::Suffix(".php"), take: Take::Peek(5) },
            Interest { pattern: Pattern::Name("style.css"), take: Take::Peek(5) },
        ]
    }

    fn peeked(&self, path: &[u8], _size: u64, _head: &[u8]) -> Take {
        if Place::of(path).is_some() { Take::Whole { max: 4 << 20 } } else { Take::Skip }
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let head = String::from_utf8_lossy(bytes.get(..HEADER).unwrap_or(bytes));
        match Place::of(file.path) {
            Some(Place::Core) => {
                let version = head.lines().find_map(|line| line.trim_start().strip_prefix("$wp_version"));
                let version = version.and_then(|rest| rest.trim_start().strip_prefix('=')).map(str::trim);
                let version = version.and_then(|rest| rest.get(1..)?.split(['\'', '"']).next());
                if let Some(version) = version.filter(|version| !version.is_empty()) {
                    out.packages.push(identity::plain(PackageType::Wordpress, "wordpress", version));
                }
            }
            Some(Place::Plugin(slug)) => extension(&head, "Plugin Name", "plugin", slug, out),
            Some(Place::Theme(slug)) => extension(&head, "Theme Name", "theme", slug, out),
            None => {}
        }
    }
}

/// What a file can be by its place.
enum Place<'a> {
    /// `wp-includes/version.php`
    Core,
    /// `wp-content/plugins/SLUG/ANY.php`, or a plugin of one file, `wp-content/plugins/SLUG.php`
    Plugin(&'a [u8]),
    /// `wp-content/themes/SLUG/style.css`
    Theme(&'a [u8]),
}

impl<'a> Place<'a> {
    fn of(path: &'a [u8]) -> Option<Self> {
        let mut up = path.rsplit(|&b| b == b'/');
        let file = up.next()?;
        let folder = up.next()?;
        if file == b"version.php" && folder == b"wp-includes" {
            return Some(Self::Core);
        }
        let above = up.next()?;
        let content =
            |name: Option<&[u8]>| name.is_some_and(|name| matches!(name, b"wp-content" | b"mu-plugins"));
        if folder == b"plugins" && above == b"wp-content" {
            return file.strip_suffix(b".php").map(Self::Plugin);
        }
        match above {
            b"plugins" if file.ends_with(b".php") && content(up.next()) => Some(Self::Plugin(folder)),
            b"themes" if file == b"style.css" && content(up.next()) => Some(Self::Theme(folder)),
            _ => None,
        }
    }
}

/// A plugin or theme, if the file has the header of one.
fn extension(head: &str, title: &str, kind: &str, slug: &[u8], out: &mut Sink) {
    let field = |name: &str| {
        head.lines().find_map(|line| {
            let line = line.trim_start_matches(|c: char| {
                c.is_whitespace() || matches!(c, '*' | '/' | '#' | '@' | '<' | '?')
            });
            let value = line.strip_prefix(name)?.trim_start().strip_prefix(':')?;
            Some(value.trim().trim_end_matches("*/").trim()).filter(|value| !value.is_empty())
        })
    };
    let (Some(_), Some(version)) = (field(title), field("Version")) else { return };
    let slug = String::from_utf8_lossy(slug);
    let purl = Purl::new("wordpress", Some(kind), &slug, Some(version));
    out.packages.push(Package::new(PackageType::Wordpress, slug, version, purl));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Vec<(String, String)> {
        let mut out = Sink::default();
        let size = u64::try_from(text.len()).unwrap();
        let content = Content::Whole(text.as_bytes());
        Installed.parse(File { path: path.as_bytes(), size, content }, &mut out);
        out.packages.into_iter().map(|p| (p.purl.to_string(), p.version)).collect()
    }

    #[test]
    fn each_is_known_by_its_place_and_its_header() {
        let plugin = "<?php\n/**\n * Plugin Name: Akismet Anti-spam\n * Version: 5.3 */\n";
        for (path, text, purl) in [
            (
                "var/www/wp-content/plugins/akismet/akismet.php",
                plugin,
                Some("pkg:wordpress/plugin/akismet@5.3"),
            ),
            ("var/www/wp-content/plugins/hello.php", plugin, Some("pkg:wordpress/plugin/hello@5.3")),
            ("var/www/wp-content/plugins/akismet/views/a.php", plugin, None),
            ("var/www/plugins/akismet/akismet.php", plugin, None),
            (
                "wp-content/themes/twenty/style.css",
                "/*\nTheme Name: Twenty\nVersion: 1.2\n*/",
                Some("pkg:wordpress/theme/twenty@1.2"),
            ),
            (
                "wp-includes/version.php",
                "<?php\n$wp_version = '6.4.2';\n",
                Some("pkg:wordpress/wordpress@6.4.2"),
            ),
            ("wp-content/plugins/akismet/class.php", "<?php\nclass A {}", None),
        ] {
            let found = read(path, text);
            assert_eq!(found.first().map(|(purl, _)| purl.as_str()), purl, "{path}");
        }
    }
}
