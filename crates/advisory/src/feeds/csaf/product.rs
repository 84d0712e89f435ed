//! Which package of which distribution a product id means.

use std::borrow::Cow;
use std::collections::HashMap;

use plimsoll_core::{Ecosystem, NameKind, Purl};

use super::document::{Branch, Product, Tree};
use super::microsoft;

/// A package of a distribution, with its version where the product has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) ecosystem: Ecosystem,
    pub(super) name: String,
    pub(super) kind: NameKind,
    /// `[epoch:]version-release`.
    pub(super) version: Option<String>,
    /// `name:stream`.
    pub(super) module: Option<String>,
    /// Whether the product is all that is older than the version.
    pub(super) before: bool,
}

/// What the product tree says, by product id.
pub(super) struct Products<'a> {
    products: HashMap<&'a str, &'a Product<'a>>,
    /// Of a product that is one within another: the part and the whole.
    parts: HashMap<&'a str, (&'a str, &'a str)>,
}

impl<'a> Products<'a> {
    pub(super) fn of(tree: Option<&'a Tree<'a>>) -> Self {
        let (mut products, mut parts) = (HashMap::new(), HashMap::new());
        if let Some(tree) = tree {
            products
                .extend(tree.full_product_names.iter().map(|product| (product.product_id.as_ref(), product)));
            tree.branches.iter().for_each(|branch| collect(branch, &mut products));
            parts.extend(tree.relationships.iter().map(|relation| {
                let whole = relation.relates_to_product_reference.as_ref();
                (relation.full_product_name.product_id.as_ref(), (relation.product_reference.as_ref(), whole))
            }));
        }
        Self { products, parts }
    }

    /// The package that a product id means; nothing where it means no rpm of a distribution that is known: a
    /// container, a jar, a product as a whole.
    pub(super) fn package(&self, id: &str) -> Option<Package> {
        if let Some(package) = self.microsoft(id) {
            return Some(package);
        }
        // Where the tree does not relate them, the id itself is `whole:part`.
        let (part, whole) = match self.parts.get(id) {
            Some(&related) => related,
            None => id.split_once(':').map(|(whole, part)| (part, whole))?,
        };
        let ecosystem = self.ecosystem(whole)?;
        let helper =
            self.products.get(part).and_then(|product| product.product_identification_helper.as_ref());
        let purl = helper.and_then(|helper| helper.purl.as_ref());
        match purl.map(|purl| purl.parse::<Purl>()) {
            Some(Ok(purl)) if purl.kind == "rpm" && streamless(&purl).is_none() => {
                Some(from_purl(ecosystem, &purl, part))
            }
            Some(_) => None,
            None => from_text(ecosystem, part),
        }
    }

    /// The products whose module names no stream, with that module: which packages they mean is not to be told.
    pub(super) fn streamless(&self) -> Vec<(&str, String)> {
        let mut out: Vec<(&str, String)> = self
            .products
            .iter()
            .filter_map(|(id, product)| {
                let purl = product.product_identification_helper.as_ref()?.purl.as_ref()?;
                Some((*id, streamless(&purl.parse().ok()?)?))
            })
            .collect();
        out.sort_unstable();
        out
    }

    /// Microsoft names its products in words.
    fn microsoft(&self, id: &str) -> Option<Package> {
        let name = |id: &str| self.products.get(id)?.name.as_deref();
        let part = self.parts.get(id).map_or(id, |(part, _)| part);
        microsoft::package(name(part)?)
    }

    /// The ecosystem of a product that is a distribution, or a repository of one.
    fn ecosystem(&self, whole: &str) -> Option<Ecosystem> {
        let product = self.products.get(whole);
        let cpe = product
            .and_then(|product| product.product_identification_helper.as_ref())
            .and_then(|helper| helper.cpe.as_deref());
        if let Some(rest) = cpe.and_then(|cpe| cpe.strip_prefix("cpe:/")) {
            // `o:redhat:enterprise_linux:8::baseos`; OSV's Red Hat ecosystems are what follows the vendor.
            if let Some((_, tail)) = rest.split_once(":redhat:") {
                return Some(Ecosystem::with_release("Red Hat", tail));
            }
            if let Some((_, release)) = rest.split_once(":openEuler:openEuler:") {
                return Some(Ecosystem::with_release("openEuler", release));
            }
        }
        let name = product.and_then(|product| product.name.as_deref()).unwrap_or(whole);
        suse(name)
    }
}

/// SUSE's products by name: `SUSE Linux Enterprise Server 15 SP5`, `openSUSE Leap 15.5`.
pub(in crate::feeds) fn suse(name: &str) -> Option<Ecosystem> {
    if let Some(release) = name.strip_prefix("openSUSE ") {
        return Some(Ecosystem::with_release("openSUSE", release));
    }
    name.strip_prefix("SUSE ").map(|release| Ecosystem::with_release("SUSE", release))
}

fn collect<'a>(branch: &'a Branch<'a>, products: &mut HashMap<&'a str, &'a Product<'a>>) {
    if let Some(product) = &branch.product {
        products.insert(product.product_id.as_ref(), product);
    }
    // The depth is that of the JSON text, which its reader bounds.
    branch.branches.iter().for_each(|branch| collect(branch, products));
}

fn from_purl(ecosystem: Ecosystem, purl: &Purl, part: &str) -> Package {
    let qualifier = |key: &str| purl.qualifiers.get(key).map(String::as_str);
    let source = matches!(qualifier("arch"), Some("src" | "nosrc"));
    let version = purl.version.as_ref().map(|version| match qualifier("epoch") {
        Some(epoch) if epoch != "0" => format!("{epoch}:{version}"),
        _ => version.clone(),
    });
    // `redis-0:6.2.17-1.x86_64::redis:6` and `redis:6/redis`: some purls have no module where the id has.
    let of_id = || {
        part.split_once("::")
            .map(|(_, module)| module)
            .or_else(|| part.split_once('/').map(|(module, _)| module))
    };
    let module = qualifier("rpmmod").or_else(of_id).and_then(stream);
    Package {
        ecosystem,
        name: purl.name.clone(),
        kind: if source { NameKind::Source } else { NameKind::Binary },
        version,
        module,
        before: false,
    }
}

/// The module of a package URL, where it names no stream.
fn streamless(purl: &Purl) -> Option<String> {
    purl.qualifiers.get("rpmmod").filter(|module| stream(module).is_none()).cloned()
}

/// A product id that is a package's name, with or without version and architecture: `libssh`,
/// `imlib2-1.4.5-5.1.aarch64`, `redis-0:6.2.17-1.el8.src::redis:6`, `redis:6/redis`.
fn from_text(ecosystem: Ecosystem, text: &str) -> Option<Package> {
    let (text, module) = match text.split_once("::") {
        Some((text, module)) => (text, Some(module)),
        None => match text.rsplit_once('/') {
            // A slash without a module is a container image.
            Some((module, text)) => (text, Some(stream(module).map(|_| module)?)),
            None => (text, None),
        },
    };
    let text = text.strip_suffix(".rpm").unwrap_or(text);
    let (nevr, arch) = match text.rsplit_once('.') {
        Some((nevr, arch)) if is_architecture(arch) => (nevr, Some(arch)),
        _ => (text, None),
    };
    let (name, version) = nevr_parts(nevr);
    let source = matches!(arch, Some("src" | "nosrc"));
    Some(Package {
        ecosystem,
        name: name.to_owned(),
        kind: if source { NameKind::Source } else { NameKind::Binary },
        version: version.map(Cow::into_owned),
        module: module.and_then(stream),
        before: false,
    })
}

/// `name-[epoch:]version-release`, where what follows the name looks like a version.
pub(in crate::feeds) fn nevr_parts(text: &str) -> (&str, Option<Cow<'_, str>>) {
    let mut parts = text.rsplitn(3, '-');
    if let (Some(release), Some(version), Some(name)) = (parts.next(), parts.next(), parts.next()) {
        let digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        if digit(version) && digit(release) {
            let version = version.strip_prefix("0:").unwrap_or(version);
            return (name, Some(Cow::Owned(format!("{version}-{release}"))));
        }
    }
    (text, None)
}

fn is_architecture(text: &str) -> bool {
    matches!(
        text,
        "src"
            | "nosrc"
            | "noarch"
            | "x86_64"
            | "i386"
            | "i486"
            | "i586"
            | "i686"
            | "aarch64"
            | "aarch64_ilp32"
            | "ppc"
            | "ppc64"
            | "ppc64le"
            | "s390"
            | "s390x"
            | "ia64"
            | "armv7hl"
            | "armv6hl"
            | "riscv64"
            | "athlon"
    )
}

/// The name and the stream of a module, without its version and context.
fn stream(module: &str) -> Option<String> {
    let mut parts = module.split(':').filter(|part| !part.is_empty());
    Some(format!("{}:{}", parts.next()?, parts.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> (String, Option<String>, NameKind, Option<String>) {
        let package = from_text(Ecosystem::new("Red Hat"), text).unwrap();
        (package.name, package.version, package.kind, package.module)
    }

    #[test]
    fn ids_are_names_of_packages() {
        let some = |text: &str| Some(text.to_owned());
        let (binary, source) = (NameKind::Binary, NameKind::Source);
        assert_eq!(text("libssh"), ("libssh".into(), None, binary, None));
        assert_eq!(text("libssh.src"), ("libssh".into(), None, source, None));
        assert_eq!(text("imlib2-1.4.5-5.1.aarch64"), ("imlib2".into(), some("1.4.5-5.1"), binary, None));
        assert_eq!(
            text("libImlib2-1-1.4.5-5.1.x86_64"),
            ("libImlib2-1".into(), some("1.4.5-5.1"), binary, None)
        );
        assert_eq!(text("bind-32:9.11-1.el8.src"), ("bind".into(), some("32:9.11-1.el8"), source, None));
        assert_eq!(
            text("redis-0:6.2.17-1.module+el8.x86_64::redis:6"),
            ("redis".into(), some("6.2.17-1.module+el8"), binary, some("redis:6"))
        );
        assert_eq!(text("redis:6/redis"), ("redis".into(), None, binary, some("redis:6")));
        assert_eq!(text("libdcerpc-samr0"), ("libdcerpc-samr0".into(), None, binary, None));
        assert_eq!(from_text(Ecosystem::new("Red Hat"), "rhacm2/search-api-rhel8"), None);
    }

    #[test]
    fn modules_lose_their_build() {
        assert_eq!(stream("redis:6:8100020250113083959:489197e6").as_deref(), Some("redis:6"));
        assert_eq!(stream("redis"), None);
    }

    #[test]
    fn products_of_suse_go_by_their_names() {
        let name = |name| suse(name).map(|ecosystem| ecosystem.as_str().to_owned());
        assert_eq!(name("openSUSE Leap 15.5").as_deref(), Some("openSUSE:Leap 15.5"));
        assert_eq!(
            name("SUSE Linux Enterprise Module for Basesystem 15 SP5").as_deref(),
            Some("SUSE:Linux Enterprise Module for Basesystem 15 SP5")
        );
        assert_eq!(name("Image SLES15-SP5"), None);
    }
}
