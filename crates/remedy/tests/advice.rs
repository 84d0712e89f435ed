//! What is advised, on findings that are made by matching.

use plimsoll_core::{
    Advisory, Affected, Base, Distro, Ecosystem, Event, Finding, FixState, ImagePath, LayerRef, Location,
    NameKind, Package, PackageType, Plan, Range, RangeKind, Remedy, Role, Source, Status, Upgrade,
};
use plimsoll_matcher::{Options, match_packages};
use plimsoll_remedy::{Advice, Ended, upgrades};

/// A record: affected in each pair of bounds; one without an end has no fix.
fn advisory(id: &str, ecosystem: &str, name: &str, ranges: &[(&str, Option<&str>)]) -> Advisory {
    let range = |(from, to): &(&str, Option<&str>)| {
        let mut events = vec![Event::Introduced((*from).to_owned())];
        events.extend(to.map(|to| Event::Fixed(to.to_owned())));
        Range { kind: RangeKind::Ecosystem, events }
    };
    Advisory {
        id: id.to_owned(),
        feed: "osv".to_owned(),
        published: Some("2024-05-06T07:08:09Z".to_owned()),
        affected: vec![Affected {
            ranges: ranges.iter().map(range).collect(),
            ..Affected::new(
                Ecosystem::from(ecosystem.to_owned()),
                name,
                if ecosystem.starts_with("Debian") { NameKind::Source } else { NameKind::Binary },
            )
        }],
        ..Advisory::default()
    }
}

fn package(purl: &str, layer: u32, created_by: &str) -> Package {
    let mut package = Package::from_purl(purl.parse().unwrap()).unwrap();
    let layer = LayerRef { index: layer, diff_id: None, created_by: Some(created_by.to_owned()) };
    let path = ImagePath::new(b"somewhere").unwrap();
    package.locations = vec![Location { path, layer: Some(layer) }];
    package
}

fn jinja() -> Package {
    package("pkg:pypi/jinja2@2.10", 2, "RUN /bin/sh -c pip install -r requirements.txt # buildkit")
}

fn openssl(layer: u32, created_by: &str) -> Package {
    let mut package = package("pkg:deb/debian/libssl3@3.0.1-1?distro=debian-12", layer, created_by);
    package.source = Some(Source { name: "openssl".to_owned(), version: "3.0.1-1".to_owned() });
    package
}

fn find(packages: &[Package], advisories: &[Advisory]) -> Vec<Finding> {
    match_packages(packages, &advisories, Options::default()).unwrap().findings
}

fn upgrade(packages: &[Package], advisories: &[Advisory]) -> Vec<Upgrade> {
    upgrades(find(packages, advisories).iter(), None, &advisories).unwrap()
}

fn base() -> Base {
    Base {
        name: Some("debian:12".to_owned()),
        digest: None,
        layers: 1,
        created: Some("2024-02-13T00:00:00Z".to_owned()),
        evidence: String::new(),
    }
}

#[test]
fn a_version_of_the_installed_major_that_solves_all_is_preferred() {
    let all = [
        advisory("A", "PyPI", "jinja2", &[("0", Some("2.10.1")), ("3.0", Some("3.0.1"))]),
        advisory("B", "PyPI", "jinja2", &[("0", Some("2.11.3")), ("3.0", Some("3.1.0"))]),
    ];
    let [to] = &upgrade(&[jinja()], &all)[..] else { panic!() };
    assert_eq!((to.to.as_str(), to.same_major, &to.within_major), ("2.11.3", Some(true), &None));
    assert_eq!((to.fixes.as_slice(), to.leaves.as_slice()), (&["A".to_owned(), "B".to_owned()][..], &[][..]));
    assert_eq!(to.command.as_deref(), Some("pip install jinja2==2.11.3"));
    let upgrades = [to.clone()];
    let actions = Advice::new(&upgrades).actions(&find(&[jinja()], &all)[0]);
    assert_eq!(actions[0].text, "Upgrade jinja2 from 2.10 to 2.11.3 (within version 2).");
}

#[test]
fn where_no_version_of_the_major_solves_all_it_is_said_what_one_does() {
    let all = [
        advisory("A", "PyPI", "jinja2", &[("0", Some("2.10.1"))]),
        advisory("B", "PyPI", "jinja2", &[("0", Some("3.1.6"))]),
    ];
    let [to] = &upgrade(&[jinja()], &all)[..] else { panic!() };
    assert_eq!((to.to.as_str(), to.same_major), ("3.1.6", Some(false)));
    let within = to.within_major.as_ref().unwrap();
    assert_eq!((within.to.as_str(), within.fixes.as_slice()), ("2.10.1", &["A".to_owned()][..]));
}

#[test]
fn what_a_version_solves_is_found_by_matching_it() {
    // The fix of A is inside of B's range in the next branch, and 4.0 has a vulnerability of its own.
    let all = [
        advisory("A", "PyPI", "jinja2", &[("0", Some("3.0"))]),
        advisory("B", "PyPI", "jinja2", &[("0", Some("2.11")), ("3.0", Some("4.0"))]),
        advisory("C", "PyPI", "jinja2", &[("4.0", Some("5.0"))]),
    ];
    let [to] = &upgrade(&[jinja()], &all)[..] else { panic!() };
    // 2.11 fixes B alone, 3.0 fixes A alone.
    assert_eq!((to.to.as_str(), to.leaves.as_slice()), ("2.11", &["A".to_owned()][..]));
    let brings = [
        advisory("A", "PyPI", "jinja2", &[("0", Some("3.0"))]),
        advisory("C", "PyPI", "jinja2", &[("3.0", Some("5.0"))]),
    ];
    let [to] = &upgrade(&[jinja()], &brings)[..] else { panic!() };
    assert_eq!((to.to.as_str(), to.brings.as_slice()), ("3.0", &["C".to_owned()][..]));
}

#[test]
fn an_image_is_planned_by_base_layer_and_instruction() {
    let all = [
        advisory("CVE-1", "Debian:12", "openssl", &[("0", Some("3.0.2-1"))]),
        advisory("CVE-2", "Debian:12", "openssl", &[("0", None)]),
        advisory("CVE-3", "PyPI", "jinja2", &[("0", Some("3.1.6"))]),
    ];
    let packages = [openssl(0, "ADD file"), openssl(1, "/bin/sh -c apt-get install -y x"), jinja()];
    let findings = find(&packages, &all);
    assert_eq!(findings.len(), 5);
    let distro = Distro { id: "debian".into(), version: "12".into(), ..Distro::default() };
    let upgrades = upgrades(findings.iter(), Some(&distro), &all.as_slice()).unwrap();
    let base = base();
    let advice = Advice::new(&upgrades).of_image(Some(&base)).on(Some(&distro));
    let Plan { steps, remaining, fixed, findings: count, .. } = advice.plan(findings.iter());
    assert_eq!((count, fixed), (5, 3));
    let texts: Vec<&str> = steps.iter().map(|step| step.action.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "Rebuild on a current debian:12 (the present one is of 2024-02-13), without cached layers: fixes 2 of 5.",
            "Upgrade jinja2 from 2.10 to 3.1.6 in the instruction `RUN pip install -r requirements.txt` \
             (nothing within version 2 fixes it): fixes 1 of 5.",
        ]
    );
    let places: Vec<_> = steps[0].places.iter().map(|at| (at.layer, at.base, at.fixes)).collect();
    assert_eq!(places, [(0, true, 1), (1, false, 1)]);
    assert_eq!(steps[0].places[1].instruction.as_deref(), Some("RUN apt-get install -y x"));
    assert_eq!(remaining.len(), 1);
    assert_eq!((remaining[0].state, remaining[0].findings), (FixState::NotAvailable, 2));

    let kinds = |finding: &Finding| -> Vec<&str> {
        let name = |action: &plimsoll_core::Action| match action.remedy {
            Remedy::Upgrade { .. } => "upgrade",
            Remedy::Rebuild { .. } => "rebuild",
            Remedy::ChangeBase { .. } => "change base",
            Remedy::Remove { .. } => "remove",
            Remedy::ApplyVex { .. } => "vex",
            Remedy::Wait { .. } => "wait",
            Remedy::EndOfLife { .. } => "end of life",
            _ => "",
        };
        advice.actions(finding).iter().map(name).collect()
    };
    let of = |id: &str, layer: u32| {
        let at = |f: &&Finding| f.package.locations[0].layer.as_ref().unwrap().index == layer;
        findings.iter().filter(|f| f.id == id).find(at).unwrap().clone()
    };
    assert_eq!(kinds(&of("CVE-1", 0)), ["rebuild", "upgrade"]);
    assert_eq!(kinds(&of("CVE-1", 1)), ["upgrade", "rebuild"]);
    assert_eq!(kinds(&of("CVE-2", 0)), ["wait"]);
    assert_eq!(
        advice.actions(&of("CVE-2", 0))[0].text,
        "Wait for Debian:12, who has published no fix yet (known since 2024-05-06)."
    );
    assert_eq!(kinds(&of("CVE-3", 2)), ["upgrade"]);
    assert_eq!(kinds(&Finding { fix: FixState::WontFix, ..of("CVE-2", 0) }), ["wait", "change base"]);
    assert_eq!(kinds(&Finding { fix: FixState::WontFix, ..of("CVE-2", 1) }), ["wait", "remove"]);
    assert_eq!(kinds(&Finding { fix: FixState::EndOfLife, ..of("CVE-2", 1) }), ["end of life", "remove"]);
    assert_eq!(kinds(&Finding { status: Status::Undetermined, ..of("CVE-2", 1) }), ["vex"]);
    assert_eq!(kinds(&Finding { id: "MAL-2024-1".into(), ..of("CVE-3", 2) }), ["remove"]);
    let mut headers = of("CVE-2", 1);
    headers.package.role = Role::Headers;
    assert_eq!(kinds(&headers), ["remove", "vex"]);

    let ended = Ended { product: "Debian 12".into(), since: Some("2026-06-10".into()) };
    let advice = Advice::new(&upgrades).of_image(Some(&base)).on(Some(&distro)).ended(Some(&ended));
    let texts: Vec<String> = advice.actions(&of("CVE-2", 0)).into_iter().map(|action| action.text).collect();
    assert_eq!(texts[0], "Expect no fix: Debian 12 is out of support since 2026-06-10.");
    let last = advice.plan(findings.iter()).steps.pop().unwrap();
    assert_eq!(last.fixes, 0);
    assert!(last.action.text.starts_with("Change the base debian:12 to a release that is supported"));
}

#[test]
fn packages_without_an_image_are_not_rebuilt() {
    let all = [advisory("CVE-1", "Debian:12", "openssl", &[("0", Some("3.0.2-1"))])];
    let findings = find(&[openssl(0, "x")], &all);
    let upgrades = upgrades(findings.iter(), None, &all.as_slice()).unwrap();
    let plan = Advice::new(&upgrades).plan(findings.iter());
    assert_eq!(plan.steps.len(), 1);
    let Remedy::Upgrade { package, to, command, .. } = &plan.steps[0].action.remedy else { panic!() };
    assert_eq!((package.as_str(), to.as_str()), ("openssl", "3.0.2-1"));
    assert_eq!(command.as_deref(), Some("apt-get update && apt-get install --only-upgrade libssl3"));
    assert_eq!(upgrades[0].kind, PackageType::Deb);
}
