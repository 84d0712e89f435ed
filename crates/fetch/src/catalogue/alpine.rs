//! Alpine publishes a folder for each release, with a file for each repository.

use super::{Document, Lists, odd};
use crate::Error;
use crate::address::join;
use crate::links::links;

const ROOT: &str = "https://secdb.alpinelinux.org/";

pub(super) fn documents(lists: &mut Lists<'_>) -> Result<Vec<Document>, Error> {
    let text = lists.read(ROOT)?;
    let wanted = lists.part.map(str::to_owned);
    let mut documents = Vec::new();
    for link in links(&text) {
        let release = link.trim_end_matches('/').trim_start_matches("./");
        let is_release = release == "edge"
            || release.strip_prefix('v').is_some_and(|v| v.starts_with(|c: char| c.is_ascii_digit()));
        if !is_release || !link.ends_with('/') || wanted.as_deref().is_some_and(|wanted| wanted != release) {
            continue;
        }
        let Some(folder) = join(ROOT, link) else { continue };
        let page = lists.read(&folder)?;
        let files = links(&page).into_iter().filter(|link| link.ends_with(".json"));
        documents.extend(files.filter_map(|link| join(&folder, link)).map(Document::at));
    }
    if documents.is_empty() { Err(odd(ROOT, "it lists no release")) } else { Ok(documents) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{addresses, found};
    use super::*;

    #[test]
    fn releases_and_their_repositories() {
        let folder = r#"<a href="../">../</a><a href="community.json">c</a><a href="main.json">m</a><a href="main.yaml">m</a>"#;
        let lists = [
            (
                ROOT,
                r#"<a href="../">../</a><a href="edge/">edge/</a><a href="v3.19/">v3.19/</a><a href="license.txt">l</a>"#,
            ),
            ("https://secdb.alpinelinux.org/edge/", folder),
            ("https://secdb.alpinelinux.org/v3.19/", folder),
        ];
        let found = |part| found(documents, part, &lists);
        assert_eq!(found(None).unwrap().len(), 4);
        assert_eq!(
            addresses(&found(Some("v3.19")).unwrap()),
            [
                "https://secdb.alpinelinux.org/v3.19/community.json",
                "https://secdb.alpinelinux.org/v3.19/main.json"
            ]
        );
        assert!(found(Some("v9")).is_err());
    }
}
