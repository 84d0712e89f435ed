//! The demonstration image: small, built on the spot, and full of old software with known bugs.
//!
//! Four layers on Debian 12 as its first release shipped: the base; a Python application, with one package of the
//! base upgraded to a version that has its bug fixed; a Node application; a Go program.

mod packages;

use serde_json::json;

use crate::binaries::GoBinary;
use crate::dpkg::{self, DebPackage};
use crate::node::{self, NodePackage};
use crate::python::PythonPackage;
use crate::{ImageBuilder, LayerBuilder, TarBuilder};
use packages::{DEBIAN, GO, NODE, PYTHON};

const OS_RELEASE: &str = r#"PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
SUPPORT_URL="https://www.debian.org/support"
BUG_REPORT_URL="https://bugs.debian.org/"
"#;

/// The package that a later layer upgrades, and the version that has CVE-2023-44487 fixed.
const UPGRADED: (&str, &str) = ("libnghttp2-14", "1.52.0-1+deb12u1");

/// The demonstration image, `plimsoll/demo:latest` for linux/amd64.
pub fn image() -> ImageBuilder {
    ImageBuilder::new()
        .tag("plimsoll/demo:latest")
        .layer(base())
        .empty_layer("/bin/sh -c #(nop)  CMD [\"bash\"]")
        .empty_layer("WORKDIR /srv")
        .layer(python())
        .layer(node())
        .layer(go())
        .empty_layer("USER nobody")
        .empty_layer("CMD [\"ship-api\"]")
        .env("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .config("WorkingDir", json!("/srv"))
        .config("User", json!("nobody"))
        .config("Cmd", json!(["ship-api"]))
        .label("org.opencontainers.image.title", "Plimsoll demonstration image")
}

/// The Debian packages, all as the base has them or with the later upgrade.
fn debian(upgraded: bool) -> Vec<DebPackage> {
    DEBIAN
        .iter()
        .map(|&(name, version, source)| {
            let version = if upgraded && name == UPGRADED.0 { UPGRADED.1 } else { version };
            let package = DebPackage::new(name, version);
            match source.split_once(' ') {
                _ if source.is_empty() => package,
                Some((source, version)) => package.source(source).source_version(version),
                None => package.source(source),
            }
        })
        .collect()
}

fn base() -> LayerBuilder {
    let mut tar = TarBuilder::new();
    for dir in
        ["etc", "srv", "tmp", "usr", "usr/bin", "usr/lib", "usr/local", "var", "var/lib", "var/lib/dpkg"]
    {
        tar = tar.dir(dir);
    }
    tar = tar
        .symlink("bin", "usr/bin")
        .symlink("lib", "usr/lib")
        .file("usr/lib/os-release", OS_RELEASE)
        .symlink("etc/os-release", "../usr/lib/os-release")
        .file("etc/debian_version", "12.0\n")
        .file("var/lib/dpkg/status", dpkg::status(&debian(false)));
    for package in debian(false) {
        let copyright = format!("usr/share/doc/{}/copyright", package.name());
        tar = tar
            .files([dpkg::file_list(&package, &[&copyright])])
            .file(copyright, "See the source package.\n");
    }
    LayerBuilder::new(tar).created_by("/bin/sh -c #(nop) ADD file:bookworm.tar.xz in / ")
}

fn python() -> LayerBuilder {
    let site = "usr/local/lib/python3.11/dist-packages";
    let requirements: String = PYTHON.iter().map(|(name, version)| format!("{name}=={version}\n")).collect();
    let mut tar = TarBuilder::new()
        .dir("var/lib/dpkg")
        .file("var/lib/dpkg/status", dpkg::status(&debian(true)))
        .dir("srv/reports")
        .file("srv/reports/requirements.txt", requirements)
        .file("srv/reports/app.py", "import flask\n\napp = flask.Flask(__name__)\n")
        .dir(site);
    for (name, version) in PYTHON {
        let module = format!("{}/__init__.py", name.to_lowercase().replace('-', "_"));
        tar = tar.files(PythonPackage::new(site, *name, *version).module(module).dist_info());
    }
    LayerBuilder::new(tar).created_by(
        "RUN /bin/sh -c apt-get update && apt-get install -y --only-upgrade libnghttp2-14 && \
         pip install --break-system-packages -r requirements.txt",
    )
}

fn node() -> LayerBuilder {
    let packages: Vec<NodePackage> =
        NODE.iter().map(|(name, version)| NodePackage::new(*name, *version)).collect();
    let dependencies: serde_json::Map<_, _> =
        NODE.iter().map(|(name, version)| ((*name).to_owned(), json!(version))).collect();
    let manifest = NodePackage::new("ship-web", "1.0.0").member("dependencies", json!(dependencies));
    let mut tar = TarBuilder::new()
        .dir("srv/web")
        .file("srv/web/package.json", manifest.package_json())
        .file("srv/web/package-lock.json", node::package_lock("ship-web", &packages))
        .file("srv/web/server.js", "require('express')().listen(8080);\n")
        .dir("srv/web/node_modules");
    for package in &packages {
        tar = tar.files(package.files("srv/web"));
    }
    LayerBuilder::new(tar).created_by("RUN /bin/sh -c npm ci --omit=dev")
}

fn go() -> LayerBuilder {
    let mut program = GoBinary::new("go1.20.4", "example.org/ship/api");
    for (module, version) in GO {
        program = program.dep(*module, *version);
    }
    program = program
        .setting("-compiler", "gc")
        .setting("CGO_ENABLED", "0")
        .setting("GOARCH", "amd64")
        .setting("GOOS", "linux");
    let tar = TarBuilder::new().dir("usr/local/bin").executable("usr/local/bin/ship-api", program.elf());
    LayerBuilder::new(tar).created_by("COPY ship-api /usr/local/bin/ship-api")
}
