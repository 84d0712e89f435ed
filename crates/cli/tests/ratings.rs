//! What others say of a vulnerability joins the findings that a distribution's or a language's own records make.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

const V31: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H";

/// A record that says nothing of severity.
fn unrated(id: &str, ecosystem: &str, name: &str) -> Value {
    json!({
        "id": id, "modified": "2026-01-01T00:00:00Z", "summary": "s",
        "upstream": if id.starts_with("DEBIAN-") { vec!["CVE-2021-44228"] } else { vec![] },
        "aliases": if id.starts_with("PYSEC-") { vec!["CVE-2021-44228"] } else { vec![] },
        "affected": [{"package": {"ecosystem": ecosystem, "name": name},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.15.0"}]}]}],
    })
}

fn nvd() -> Value {
    let metric = |source: &str, kind: &str, vector: &str| json!({"source": source, "type": kind, "cvssData": {"version": "3.1", "vectorString": vector}});
    json!({
        "resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE", "version": "2.0",
        "vulnerabilities": [{"cve": {
            "id": "CVE-2021-44228", "lastModified": "2026-01-01T00:00:00.000", "vulnStatus": "Analyzed",
            "descriptions": [{"lang": "en", "value": "Remote code execution."}],
            "weaknesses": [{"source": "nvd@nist.gov", "type": "Primary",
                "description": [{"lang": "en", "value": "CWE-917"}, {"lang": "en", "value": "NVD-CWE-noinfo"}]}],
            "metrics": {"cvssMetricV31": [
                metric("nvd@nist.gov", "Primary", V31),
                metric("cna@example.org", "Secondary", "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"),
            ]},
        }}],
    })
}

fn kev() -> Value {
    json!({
        "title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.01.01",
        "dateReleased": "2026-01-01T00:00:00Z", "count": 1,
        "vulnerabilities": [{"cveID": "CVE-2021-44228", "vendorProject": "Apache", "product": "Log4j2",
            "vulnerabilityName": "Remote Code Execution", "dateAdded": "2021-12-10",
            "shortDescription": "x", "requiredAction": "y", "dueDate": "2021-12-24",
            "knownRansomwareCampaignUse": "Known", "notes": ""}],
    })
}

fn cve5() -> Value {
    json!({
        "dataType": "CVE_RECORD", "dataVersion": "5.1",
        "cveMetadata": {"cveId": "CVE-2021-44228", "state": "PUBLISHED", "assignerShortName": "apache"},
        "containers": {"cna": {"providerMetadata": {"shortName": "apache"}}, "adp": [{
            "providerMetadata": {"shortName": "CISA-ADP"},
            "metrics": [{"other": {"type": "ssvc", "content": {"options": [{"Exploitation": "active"}]}}}],
        }]},
    })
}

fn finding(purl: &str, documents: &[(&str, Vec<u8>)]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let feeds = folder.path().join("feeds");
    std::fs::create_dir(&feeds).unwrap();
    for (name, bytes) in documents {
        std::fs::write(feeds.join(name), bytes).unwrap();
    }
    let db = folder.path().join("a.db");
    run(&db, &["db", "import", feeds.to_str().unwrap()]);
    let report: Value = serde_json::from_slice(&run(&db, &["match", purl, "--format", "json"])).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{report}");
    findings[0].clone()
}

fn run(db: &Path, args: &[&str]) -> Vec<u8> {
    let output =
        Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(args).arg("--db").arg(db).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn all(record: Value) -> Vec<(&'static str, Vec<u8>)> {
    let epss = "#model_version:v2025.03.14,score_date:2026-01-01T00:00:00Z\ncve,epss,percentile\n\
                CVE-2021-44228,0.94358,0.99957\n";
    vec![
        ("record.json", record.to_string().into_bytes()),
        ("nvd.json", nvd().to_string().into_bytes()),
        ("kev.json", kev().to_string().into_bytes()),
        ("cve.json", cve5().to_string().into_bytes()),
        ("epss.csv", epss.into()),
    ]
}

fn rated(finding: &Value, scheme: &str) -> Vec<String> {
    let ratings = finding["ratings"].as_array().unwrap().iter();
    let of = ratings.filter(|rating| rating["scheme"] == scheme);
    of.map(|rating| format!("{}: {}", rating["source"], rating["value"]).replace('"', "")).collect()
}

#[test]
fn an_unrated_distribution_finding_is_rated_by_nvd() {
    let purl = "pkg:deb/debian/apache-log4j2@2.13.3-1?distro=debian-12";
    let alone = [("record.json", unrated("DEBIAN-CVE-2021-44228", "Debian:12", "apache-log4j2"))]
        .map(|(name, record)| (name, record.to_string().into_bytes()));
    let finding_alone = finding(purl, &alone);
    assert_eq!(finding_alone["severity"], "unknown");
    // Nothing known of threat: 20 for the level, 10 for the threat, 20 for the fix that is published.
    assert_eq!(finding_alone["priority"], 50);

    let finding = finding(purl, &all(unrated("DEBIAN-CVE-2021-44228", "Debian:12", "apache-log4j2")));
    assert_eq!(finding["severity"], "critical");
    assert_eq!(finding["score_tenths"], 100);
    assert_eq!(finding["cwes"], json!(["CWE-917"]));
    assert_eq!(finding["rating"]["source"], "NVD");
    assert_eq!(finding["severity_rule"], "nvd/cvss: CVSS v3.1");
    assert_eq!(rated(&finding, "KEV"), ["CISA: 2021-12-10"]);
    assert_eq!(rated(&finding, "KEV-ransomware"), ["CISA: known"]);
    assert_eq!(rated(&finding, "EPSS"), ["FIRST: 0.943580"]);
    assert_eq!(rated(&finding, "SSVC-exploitation"), ["CISA-ADP: active"]);
    assert!(rated(&finding, "CVSS_V3").iter().any(|rating| rating.starts_with("cna@example.org: ")));
    assert_eq!(finding["priority"], 100, "score 10, known to be exploited, fixed");
}

#[test]
fn a_language_packages_own_database_goes_before_strangers() {
    let purl = "pkg:pypi/log4j@2.1";
    let finding = |record| finding(purl, &all(record));
    let unrated = unrated("PYSEC-2021-1", "PyPI", "log4j");
    let by_nvd = finding(unrated.clone());
    assert_eq!(by_nvd["severity"], "critical", "NVD goes before the issuer of the CVE");
    let mut rated = unrated;
    rated["severity"] = json!([{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}]);
    let by_itself = finding(rated);
    assert_eq!((&by_itself["severity"], &by_itself["rating"]["source"]), (&json!("high"), &json!("PyPA")));
}
