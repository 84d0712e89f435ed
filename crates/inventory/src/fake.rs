//! A small image for tests: layers in code, and the merged view of them.

use std::collections::BTreeMap;

use plimsoll_core::{Content, Entry, EntryKind, FileRef, LayerRef, LayerVisitor, Limits, MergedView, Take};

use crate::{Catalogers, Inventory, LayerFacts};

#[derive(Clone)]
pub(crate) enum Node {
    File(Vec<u8>, u32),
    Symlink(&'static str),
    Hardlink(&'static str),
    Whiteout,
    Opaque,
}

pub(crate) fn file(content: impl AsRef<[u8]>) -> Node {
    Node::File(content.as_ref().to_vec(), 0o644)
}

#[derive(Clone, Default)]
pub(crate) struct Image(pub(crate) Vec<Vec<(String, Node)>>);

impl Image {
    pub(crate) fn layer<S: Into<String>>(mut self, entries: impl IntoIterator<Item = (S, Node)>) -> Self {
        self.0.push(entries.into_iter().map(|(path, node)| (path.into(), node)).collect());
        self
    }

    fn read(&self, layer: usize, visitor: &mut dyn LayerVisitor) {
        for ((path, node), ordinal) in self.0[layer].iter().zip(0..) {
            let (kind, content, mode) = match node {
                Node::File(content, mode) => (EntryKind::File, &content[..], *mode),
                Node::Symlink(target) => (EntryKind::Symlink(target.as_bytes()), &b""[..], 0o777),
                Node::Hardlink(target) => (EntryKind::Hardlink(target.as_bytes()), &b""[..], 0o644),
                Node::Whiteout => (EntryKind::Whiteout, &b""[..], 0),
                Node::Opaque => (EntryKind::Opaque, &b""[..], 0),
            };
            let size = content.len() as u64;
            let entry = Entry { ordinal, path: path.as_bytes(), kind, size, mode };
            let mut take = visitor.entry(&entry);
            if let (Take::Peek(bytes), EntryKind::File) = (take, kind) {
                take = visitor.peeked(&entry, &content[..content.len().min(bytes.into())]);
            }
            match take {
                _ if kind != EntryKind::File => {}
                Take::Whole { max } if size <= max => visitor.content(&entry, Content::Whole(content)),
                Take::Stream => visitor.content(&entry, Content::Stream(&mut &content[..])),
                _ => {}
            }
        }
    }

    pub(crate) fn facts(&self, catalogers: &Catalogers) -> Vec<LayerFacts> {
        (0..self.0.len())
            .map(|layer| {
                let mut visitor = catalogers.visitor(&Limits::default());
                self.read(layer, &mut visitor);
                visitor.finish()
            })
            .collect()
    }

    pub(crate) fn inventory(&self, catalogers: &Catalogers) -> Inventory {
        let facts = self.facts(catalogers);
        // What is stored is as good as what was just read.
        let stored = serde_json::to_string(&facts).unwrap();
        assert_eq!(serde_json::from_str::<Vec<LayerFacts>>(&stored).unwrap(), facts);
        let facts: Vec<&LayerFacts> = facts.iter().collect();
        let view = self.view();
        let wanted = catalogers.missing(&view, &facts);
        let mut layers: Vec<u32> = wanted.iter().map(|wanted| wanted.layer).collect();
        layers.dedup();
        let reread: Vec<(u32, LayerFacts)> = layers
            .into_iter()
            .map(|layer| {
                let mut visitor = catalogers.rereader(layer, &wanted, &Limits::default());
                self.read(layer as usize, &mut visitor);
                (layer, visitor.finish())
            })
            .collect();
        let layers: Vec<LayerRef> = (0..self.0.len())
            .map(|index| LayerRef { index: index as u32, diff_id: None, created_by: None })
            .collect();
        catalogers.merge(&view, &facts, &reread, &layers)
    }

    fn view(&self) -> View {
        let mut view = View::default();
        for (layer, entries) in self.0.iter().enumerate() {
            let below = |path: &str, name: &[u8]| name.starts_with(format!("{path}/").as_bytes());
            for (path, node) in entries {
                match node {
                    Node::Whiteout => {
                        view.files.retain(|name, _| name != path.as_bytes() && !below(path, name));
                        view.links.retain(|name, _| name != path.as_bytes() && !below(path, name));
                    }
                    Node::Opaque => view.files.retain(|name, _| !below(path, name)),
                    _ => {}
                }
            }
            for ((path, node), ordinal) in entries.iter().zip(0..) {
                let name = path.clone().into_bytes();
                match node {
                    Node::File(content, mode) => {
                        let size = content.len() as u64;
                        view.links.remove(&name);
                        view.files.insert(name, FileRef { layer: layer as u32, ordinal, size, mode: *mode });
                    }
                    Node::Hardlink(target) => {
                        let file = view.files[target.as_bytes()];
                        view.files.insert(name, file);
                    }
                    Node::Symlink(target) => {
                        view.files.remove(&name);
                        view.links.insert(name, target);
                    }
                    Node::Whiteout | Node::Opaque => {}
                }
            }
        }
        view
    }
}

#[derive(Default)]
struct View {
    files: BTreeMap<Vec<u8>, FileRef>,
    links: BTreeMap<Vec<u8>, &'static str>,
}

impl MergedView for View {
    fn visit_files(&self, visit: &mut dyn FnMut(&[u8], FileRef)) {
        self.files.iter().for_each(|(path, file)| visit(path, *file));
    }

    /// Links hold paths from the root here.
    fn resolve(&self, path: &[u8]) -> Option<FileRef> {
        let mut path = String::from_utf8(path.to_vec()).unwrap();
        'again: for _ in 0..40 {
            if let Some(file) = self.files.get(path.as_bytes()) {
                return Some(*file);
            }
            for (link, target) in &self.links {
                let link = std::str::from_utf8(link).unwrap();
                if let Some(rest) = path.strip_prefix(link)
                    && (rest.is_empty() || rest.starts_with('/'))
                {
                    path = format!("{target}{rest}");
                    continue 'again;
                }
            }
            return None;
        }
        None
    }
}
