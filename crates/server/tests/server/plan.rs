//! What to do about an image, of what is stored of it: the same as when it is scanned.

use plimsoll::{Reference, Scanner, Store};
use plimsoll_testkit::python::PythonPackage;
use plimsoll_testkit::{FileTree, ImageBuilder, LayerBuilder, TarBuilder};
use serde_json::Value;

use crate::world::{World, osv};

const SITE: &str = "usr/lib/python3.11/site-packages";

fn layer(instruction: &str, files: TarBuilder) -> LayerBuilder {
    LayerBuilder::new(files).created_by(instruction)
}

fn python(name: &str, version: &str) -> TarBuilder {
    TarBuilder::new().files(PythonPackage::new(SITE, name, version).dist_info())
}

/// An image that was built on another one, and says so by its history alone.
fn built(release: &str) -> FileTree {
    ImageBuilder::new()
        .layer(layer("/bin/sh -c #(nop) ADD file:1 in / ", TarBuilder::new().file("etc/os-release", release)))
        .empty_layer("/bin/sh -c #(nop)  ENV PYTHON_VERSION=3.11.4")
        .layer(layer("RUN /bin/sh -c pip install setuptools", python("setuptools", "65")))
        .empty_layer("/bin/sh -c #(nop)  CMD [\"python3\"]")
        .layer(layer("RUN /bin/sh -c pip install left", python("left", "1")))
        .layer(layer("COPY . /app", python("right", "1")))
        .oci_tree()
}

#[test]
fn the_plan_is_that_of_a_scan() {
    let world = World::new();
    world.import(&[
        osv("CVE-2026-1", "left", Some("2")),
        osv("CVE-2026-2", "right", None),
        osv("CVE-2026-3", "setuptools", Some("66")),
    ]);
    for (n, release) in ["ID=debian\nVERSION_ID=12\n", "ID=none\n"].into_iter().enumerate() {
        let layout = built(release);
        let digest = world.push("shop/web", &n.to_string(), &layout);
        world.scanned(&digest);
        let folder = world.path(&format!("layout-{n}"));
        layout.write(&folder).unwrap();
        let scanner = Scanner::new(Store::open(world.path("advisories.db")).unwrap()).unwrap();
        let reference: Reference = format!("oci:{}", folder.display()).parse().unwrap();
        let scanned = scanner.scan(&reference).unwrap();
        let base = scanned.plan.base.as_ref().unwrap();
        assert_eq!((base.name.as_deref(), base.layers), (Some("python:3.11.4"), 2));
        let plan = world.http.get(&format!("/v1/images/{digest}/plan")).json();
        assert_eq!(plan, serde_json::to_value(&scanned.plan).unwrap());

        // And so is each finding's action.
        let report = world.http.get(&format!("/v1/images/{digest}/report")).json();
        let actions = |finding: &Value| (finding["id"].clone(), finding["actions"].clone());
        let stored: Vec<_> = report["findings"].as_array().unwrap().iter().map(actions).collect();
        let scanned = serde_json::to_value(&scanned).unwrap();
        let scanned: Vec<_> = scanned["findings"].as_array().unwrap().iter().map(actions).collect();
        assert_eq!(stored, scanned);
    }
}
