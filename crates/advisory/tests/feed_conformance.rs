//! Every feed under whatever comes: nothing panics, and a document that is cut off says so.

use plimsoll_advisory::feeds::{Document, Feed, Parsed, Shape, all, plain, recognise};

/// A document of each feed, small and whole.
const DOCUMENTS: &[(&str, &str, &str)] = &[
    (
        "osv",
        "a.json",
        r#"{"id":"X-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"a"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1"}]}]}]}"#,
    ),
    (
        "debian-tracker",
        "json",
        r#"{"a":{"CVE-2024-1":{"description":"d","releases":{"bookworm":{"status":"resolved","fixed_version":"1-1","urgency":"low**"},"trixie":{"status":"open","nodsa":"Minor issue","nodsa_reason":"postponed","urgency":"unimportant"},"sid":{"status":"undetermined","urgency":"not yet assigned"}}}}}"#,
    ),
    (
        "secdb",
        "main.json",
        r#"{"urlprefix":"https://dl-cdn.alpinelinux.org/alpine","distroversion":"v3.19","reponame":"main","packages":[{"pkg":{"name":"a","secfixes":{"1-r0":["CVE-2024-1 XSA-1"],"0":["CVE-2024-2"]}}}]}"#,
    ),
    (
        "csaf",
        "cve.json",
        r#"{"document":{"category":"csaf_vex","csaf_version":"2.0","publisher":{"name":"Red Hat Product Security"},"tracking":{"id":"CVE-2024-1"},"title":"t"},"product_tree":{"branches":[{"branches":[{"product":{"product_id":"r8","name":"RHEL 8","product_identification_helper":{"cpe":"cpe:/o:redhat:enterprise_linux:8"}}},{"product":{"product_id":"a-0:1-1.el8.x86_64","product_identification_helper":{"purl":"pkg:rpm/redhat/a@1-1.el8?arch=x86_64"}}}]}],"relationships":[{"full_product_name":{"product_id":"r8:a-0:1-1.el8.x86_64"},"product_reference":"a-0:1-1.el8.x86_64","relates_to_product_reference":"r8"}]},"vulnerabilities":[{"cve":"CVE-2024-1","product_status":{"fixed":["r8:a-0:1-1.el8.x86_64"],"known_affected":["r8:b"],"under_investigation":["r8:c"]},"remediations":[{"category":"no_fix_planned","details":"Will not fix","product_ids":["r8:b"]}]}]}"#,
    ),
    (
        "updateinfo",
        "updateinfo.xml",
        "<updates><update type=\"security\"><id>ALAS2-2024-1</id><severity>important</severity><issued date=\"2024-01-01 00:00\"/><references><reference id=\"CVE-2024-1\" href=\"x\"/></references><pkglist><collection short=\"amazon-linux-2\"><name>Amazon Linux 2</name><package name=\"a\" epoch=\"1\" version=\"1\" release=\"1\" arch=\"x86_64\"/></collection></pkglist></update></updates>",
    ),
    (
        "oval",
        "elsa.xml",
        "<oval_definitions><generator><product_name>Oracle Errata System</product_name></generator><definitions><definition class=\"patch\"><metadata><title>ELSA-2024-1: a (LOW)</title><reference source=\"CVE\" ref_id=\"CVE-2024-1\" ref_url=\"x\"/></metadata><criteria operator=\"AND\"><criterion comment=\"Oracle Linux 8 is installed\"/><criterion comment=\"a is earlier than 0:1-1.el8\"/></criteria></definition></definitions></oval_definitions>",
    ),
    (
        "azure-linux",
        "azurelinux-3.0-oval.xml",
        "<oval_definitions><generator><product_name>Azure Linux</product_name></generator><definition class=\"vulnerability\"><metadata><reference source=\"CVE\" ref_id=\"CVE-2024-1\"/><severity>High</severity></metadata><criteria><criterion test_ref=\"t\"/></criteria></definition><rpminfo_test id=\"t\"><object object_ref=\"o\"/><state state_ref=\"s\"/></rpminfo_test><rpminfo_object id=\"o\"><name>a</name></rpminfo_object><rpminfo_state id=\"s\"><evr operation=\"less than\">0:1-1.azl3</evr></rpminfo_state></oval_definitions>",
    ),
    (
        "photon",
        "cve_data_photon5.0.json",
        r#"[{"cve_id":"CVE-2024-1","pkg":"a","cve_score":7.5,"aff_ver":"x","res_ver":"1-1.ph5","status":"Fixed"}]"#,
    ),
    (
        "arch",
        "all.json",
        r#"[{"name":"AVG-1","packages":["a"],"status":"Vulnerable","severity":"High","type":"x","affected":"1-1","fixed":null,"issues":["CVE-2024-1"],"advisories":[]}]"#,
    ),
    (
        "rocky-errata",
        "page.json",
        r#"{"advisories":[{"name":"RLSA-2024:1","synopsis":"s","kind":"Security","severity":"Low","affected_products":[],"cves":[{"cve":"CVE-2024-1"}],"packages":[{"nevra":"a-0:1-1.el9.x86_64.rpm","product_name":"Rocky Linux 9 x86_64"}]}],"total":1}"#,
    ),
    (
        "alma-errata",
        "errata.json",
        r#"[{"updateinfo_id":"ALSA-2024:1","title":"t","severity":"Low","type":"security","pkglist":{"name":"almalinux-9-x","packages":[{"name":"a","version":"1","release":"1","epoch":"0","arch":"x86_64"}]},"references":[{"href":"x","type":"cve","id":"CVE-2024-1"}]}]"#,
    ),
    (
        "nvd",
        "nvd.json",
        r#"{"format":"NVD_CVE","totalResults":1,"vulnerabilities":[{"cve":{"id":"CVE-2024-1","vulnStatus":"Analyzed","descriptions":[{"lang":"en","value":"d"}],"metrics":{"cvssMetricV31":[{"source":"nvd@nist.gov","type":"Primary","cvssData":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]}}}]}"#,
    ),
    (
        "cve",
        "CVE-2024-1.json",
        r#"{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2024-1","state":"PUBLISHED"},"containers":{"cna":{"title":"t","metrics":[{"cvssV3_1":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]}}}"#,
    ),
    (
        "kev",
        "kev.json",
        r#"{"catalogVersion":"1","vulnerabilities":[{"cveID":"CVE-2024-1","dateAdded":"2024-01-02"}]}"#,
    ),
    (
        "epss",
        "epss.csv",
        "#model_version:v1,score_date:2024-01-01T00:00:00+0000\ncve,epss,percentile\nCVE-2024-1,0.5,0.9\n",
    ),
    (
        "msrc",
        "product.json",
        r#"{"@odata.context":"https://api.msrc.microsoft.com/x","value":[{"cveNumber":"CVE-2024-1","product":"Windows Server 2022","kbArticles":[{"fixedBuildNumber":"10.0.20348.1"}]}]}"#,
    ),
    (
        "eol",
        "debian.json",
        r#"{"schema_version":"1","result":{"name":"debian","releases":[{"name":"12","isEol":false,"eolFrom":"2026-06-10"}]}}"#,
    ),
];

fn feed(id: &str) -> &'static dyn Feed {
    all().iter().copied().find(|feed| feed.about().id == id).unwrap()
}

fn counts(feed: &dyn Feed, name: &str, bytes: &[u8]) -> Result<(usize, usize), String> {
    let (mut read, mut skipped) = (0, 0);
    let parsed = feed.parse(Document { name, bytes }, &mut |parsed| {
        match parsed {
            Parsed::Advisory(_) | Parsed::Score(_) | Parsed::Life(_) => read += 1,
            Parsed::Skipped(_) => skipped += 1,
            _ => {}
        }
        Ok(())
    });
    parsed.map(|()| (read, skipped)).map_err(|e| e.to_string())
}

#[test]
fn every_feed_has_a_document_and_knows_it() {
    let ids: Vec<&str> = all().iter().map(|feed| feed.about().id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), ids.len(), "two feeds have one id");
    for id in &ids {
        assert!(DOCUMENTS.iter().any(|(feed, ..)| feed == id), "{id} has no document here");
        let about = feed(id).about();
        assert!(
            about.address.starts_with("https://") && !about.licence.is_empty() && !about.decides.is_empty()
        );
    }
    for (id, name, text) in DOCUMENTS {
        let document = Document { name, bytes: text.as_bytes() };
        assert_eq!(recognise(&document).map(|feed| feed.about().id), Some(*id), "{text}");
        let (read, skipped) = counts(feed(id), name, text.as_bytes()).unwrap();
        assert!(read > 0 && skipped == 0, "{id}: {read} read, {skipped} skipped");
    }
}

/// A module of `src/feeds` that no list of `feeds::all` reaches would be dead: each file is named in it.
#[test]
fn every_file_is_registered() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/feeds");
    let registry = std::fs::read_to_string(folder.join("mod.rs")).unwrap();
    let parts = ["facts", "shape", "xml", "yaml", "mod"];
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.strip_suffix(".rs").unwrap_or(&name);
        assert!(
            parts.contains(&module) || registry.contains(&format!("mod {module};\n")),
            "{module} is not registered"
        );
        assert!(parts.contains(&module) || registry.contains(&format!("{module}::")), "{module} is not used");
    }
}

#[test]
fn a_document_that_is_cut_off_is_never_quietly_whole() {
    for (id, name, text) in DOCUMENTS {
        let (whole, _) = counts(feed(id), name, text.as_bytes()).unwrap();
        for end in 0..text.trim_end().len() {
            let Some(part) = text.get(..end) else { continue };
            let document = Document { name, bytes: part.as_bytes() };
            if let Some(feed) = recognise(&document) {
                let _ = counts(feed, name, part.as_bytes());
            }
            match counts(feed(id), name, part.as_bytes()) {
                Err(_) => {}
                // Lines are whole each by themselves.
                Ok(_) if *id == "epss" => {}
                Ok((read, skipped)) => assert!(read < whole || skipped > 0, "{id} at {end}: {read} read"),
            }
        }
    }
}

#[test]
fn whatever_comes_is_answered() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut texts: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"{".repeat(100_000),
        b"[".repeat(100_000),
        b"{\"a\":".repeat(50_000),
        b"<a>".repeat(50_000),
        b"<updates>".repeat(50_000),
        b"{\"document\":{\"category\":\"csaf_vex\"".to_vec(),
        vec![b'"'; 100_000],
        vec![0xff; 4096],
    ];
    for _ in 0..200 {
        let len = usize::try_from(random() % 512).unwrap();
        texts.push((0..len).map(|_| random().to_le_bytes()[0]).collect());
    }
    for (_, _, text) in DOCUMENTS {
        for _ in 0..100 {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..1 + random() % 4 {
                let at = usize::try_from(random()).unwrap_or_default() % bytes.len();
                bytes[at] = match random() % 4 {
                    0 => b'"',
                    1 => b'0',
                    2 => b'{',
                    _ => random().to_le_bytes()[0],
                };
            }
            texts.push(bytes);
        }
    }
    for bytes in &texts {
        Shape::of(bytes);
        let document = Document { name: "x.yaml", bytes };
        let _ = plain(&document);
        for feed in all() {
            let _ = counts(*feed, "x", bytes);
        }
    }
}
