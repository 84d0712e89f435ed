//! Documents of all feeds.

/// A document of each feed, small and whole: the feed, a name, the text.
pub(crate) const DOCUMENTS: &[(&str, &str, &str)] = &[
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
        "alas",
        "ALAS-2023-126.html",
        "<!doctype html>\n<html><body><h1 id='x'>ALAS2023-2023-126</h1><b>Amazon Linux 2023 Security Advisory:</b> ALAS-2023-126\n<b>Advisory Release Date:</b> 2023-03-07 00:29 Pacific<div id='severity'><b>Severity:</b><span></span>Important<br /></div><div id='references'><a href='x'>CVE-2022-3787&nbsp;</a></div><div id='new_packages'><pre>aarch64:<br />&nbsp;&nbsp;&nbsp; a-1-1.amzn2023.aarch64<br /></pre></div></body></html>",
    ),
    (
        "redhat-cvemap",
        "cvemap.xml",
        "<cvemap><Vulnerability name=\"CVE-2024-1\"><ThreatSeverity>Low</ThreatSeverity><AffectedRelease cpe=\"cpe:/o:redhat:enterprise_linux:5\"><Advisory type=\"RHSA\">RHSA-2024:1</Advisory><Package name=\"a\">a-0:1-1.el5</Package></AffectedRelease><PackageState cpe=\"cpe:/o:redhat:enterprise_linux:6\"><FixState>Will not fix</FixState><PackageName>a</PackageName></PackageState></Vulnerability></cvemap>",
    ),
    ("redhat-deletions", "deletions.csv", "\"2024/cve-2024-1.json\",\"2024-08-15T11:45:05+00:00\"\n"),
    (
        "oracle-oval",
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
    (
        "debian-lists",
        "list",
        r#"[29 Mar 2024] DSA-5380-1 a - security update
	{CVE-2024-1}
	[bookworm] - a 1-1+deb12u1
	[bullseye] - a <end-of-life> (no longer supported)
"#,
    ),
    (
        "ubuntu-api",
        "cves.json",
        r#"{"cves":[{"id":"CVE-2024-1","description":"d","priority":"low","published":"2024-01-01T00:00:00","packages":[{"name":"a","statuses":[{"release_codename":"jammy","status":"released","description":"1-1ubuntu1"},{"release_codename":"noble","status":"needed","description":""},{"release_codename":"upstream","status":"needs-triage","description":""}]}]}],"limit":1,"offset":0,"total_results":1}"#,
    ),
    (
        "ubuntu-cve",
        "CVE-2024-1",
        r#"Candidate: CVE-2024-1
PublicDate: 2024-01-08 16:15:00 UTC
References:
 https://example.com
Description:
 d
Priority: low
CVSS:
 nvd: CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:H/A:N
upstream_a: released (1)
jammy_a: released (1-1ubuntu1)
esm-infra/xenial_a: needed
noble_a: ignored (end of life)
"#,
    ),
    (
        "ubuntu-vex",
        "CVE-2024-1.json",
        r#"{"@context":"https://openvex.dev/ns/v0.2.0","author":"Canonical Ltd.","timestamp":"2024-01-01T00:00:00Z","statements":[{"vulnerability":{"name":"CVE-2024-1","description":"d"},"products":[{"@id":"pkg:deb/ubuntu/a@1-1?arch=source&distro=jammy"},{"@id":"pkg:deb/ubuntu/a@1-1?arch=amd64&distro=jammy"}],"status":"affected","action_statement":"decided to not fix it"}]}"#,
    ),
    (
        "usn",
        "database.json",
        r#"{"4011-1":{"title":"t","timestamp":1559847180.0,"cves":["CVE-2024-1"],"releases":{"xenial":{"sources":{"a":{"version":"1-1+esm1"}}},"jammy":{"sources":{"a":{"version":"1-1"}}}}}}"#,
    ),
    (
        "ubuntu-oval",
        "com.ubuntu.jammy.cve.oval.xml",
        r#"<oval_definitions><generator><product_name>Canonical CVE OVAL Generator</product_name></generator><definitions><definition class="vulnerability" id="d:1"><metadata><title>CVE-2024-1 on Ubuntu 22.04 LTS (jammy) - low</title><affected family="unix"><platform>Ubuntu 22.04 LTS</platform></affected><reference source="CVE" ref_id="CVE-2024-1"/></metadata><criteria operator="OR"><criterion test_ref="t1" comment="a package in jammy was vulnerable but has been fixed (note: '1-1')."/></criteria></definition></definitions><tests><textfilecontent54_test id="t1"><object object_ref="o1"/><state state_ref="s1"/></textfilecontent54_test></tests><objects><textfilecontent54_object id="o1"><pattern var_ref="v1"/></textfilecontent54_object></objects><states><textfilecontent54_state id="s1"><subexpression datatype="debian_evr_string" operation="less than">0:1-1</subexpression></textfilecontent54_state></states><variables><constant_variable id="v1"><value>^liba1(?::\w+|)\s+(.*)$</value></constant_variable></variables></oval_definitions>"#,
    ),
    (
        "debian-oval",
        "oval-definitions-bullseye.xml",
        r#"<oval_definitions><generator><product_name>Debian</product_name></generator><definitions><definition class="vulnerability" id="d:1"><metadata><title>CVE-2024-1 a</title><affected family="unix"><platform>Debian GNU/Linux 11</platform></affected><reference source="CVE" ref_id="CVE-2024-1"/></metadata><criteria operator="AND"><criterion comment="Debian 11 is installed"/><criterion comment="a DPKG is earlier than 1-1"/></criteria></definition></definitions></oval_definitions>"#,
    ),
    (
        "redhat-oval",
        "rhel-9.oval.xml",
        r#"<oval_definitions><generator><product_name>Red Hat OVAL Patch Definition Merger</product_name></generator><definitions><definition class="vulnerability" id="oval:com.redhat.cve:def:1"><metadata><title>CVE-2024-1 a: b (low)</title><affected family="unix"><platform></platform></affected><reference source="CVE" ref_id="CVE-2024-1"/><advisory><severity>Low</severity><cve cvss3="7.0/CVSS:3.1/AV:L/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:H">CVE-2024-1</cve><affected><resolution state="Will not fix"><component>a</component></resolution></affected><affected_cpe_list><cpe>cpe:/o:redhat:enterprise_linux:9</cpe></affected_cpe_list></advisory></metadata><criteria operator="AND"><criterion comment="Red Hat Enterprise Linux 9 is installed"/><criterion comment="a is installed"/></criteria></definition></definitions></oval_definitions>"#,
    ),
    (
        "suse-oval",
        "suse.linux.enterprise.15.xml",
        r#"<oval_definitions><generator><product_name>Marcus Updateinfo to OVAL Converter</product_name></generator><definitions><definition class="vulnerability" id="d:1"><metadata><title>CVE-2024-1</title><affected family="unix"><platform>SUSE Linux Enterprise Server 15 SP5</platform></affected><reference source="CVE" ref_id="CVE-2024-1"/></metadata><criteria operator="AND"><criterion comment="SUSE Linux Enterprise Server 15 SP5 is installed"/><criteria operator="OR"><criterion test_ref="t1" comment="a-1-1 is installed"/><criterion comment="b is not affected"/></criteria></criteria></definition></definitions><tests><rpminfo_test id="t1"><object object_ref="o1"/><state state_ref="s1"/></rpminfo_test></tests><objects><rpminfo_object id="o1"><name>a</name></rpminfo_object></objects><states><rpminfo_state id="s1"><evr operation="less than">0:1-1</evr></rpminfo_state></states></oval_definitions>"#,
    ),
    (
        "photon-oval",
        "com.vmware.phsa-photon5.xml",
        r#"<oval_definitions><generator><product_name>Photon OS OVAL Patch definition Updater</product_name></generator><definitions><definition class="patch" id="d:1"><metadata><title>PHSA-2024:00001 a Security Update. (Important)</title><affected family="unix"><platform>Photon 5</platform></affected><reference source="CVE" ref_id="CVE-2024-1"/></metadata><criteria operator="AND"><criterion comment="Photon OS 5 is installed"/><criterion comment="a is earlier than 0:1-1.ph5"/></criteria></definition></definitions></oval_definitions>"#,
    ),
    (
        "alma-oval",
        "org.almalinux.alsa-9.xml",
        r#"<oval_definitions><generator><product_name>AlmaLinux OS Errata System</product_name></generator><definitions><definition class="patch" id="d:1"><metadata><title>ALSA-2024:1: a security update (Low)</title><affected family="unix"><platform></platform></affected><reference source="CVE" ref_id="CVE-2024-1"/></metadata><criteria operator="AND"><criterion comment="AlmaLinux 9 is installed"/><criterion comment="Module n:18 is enabled"/><criterion comment="a is earlier than 0:1-1.el9"/></criteria></definition></definitions></oval_definitions>"#,
    ),
    (
        "anolis-oval",
        "anolis-23.oval.xml",
        r#"<oval_definitions><generator><product_name>Openanolis OVAL Generator</product_name></generator><definitions><definition class="patch" id="d:1"><metadata><title>ANSA-2024:1: security update a (Low)</title><affected family="unix"><platform>Anolis OS 23</platform></affected><reference source="CVE" ref_id="CVE-2024-1"/></metadata><criteria operator="AND"><criterion comment="Anolis OS 23 is installed"/><criterion comment="a is earlier than 1-1.an23"/></criteria></definition></definitions></oval_definitions>"#,
    ),
    (
        "alt-oval",
        "ALT-PU-2024-1.xml",
        r#"<oval_definitions><generator><product_name>ALT Linux Errata System</product_name></generator><definitions><definition class="patch" id="d:1"><metadata><title>ALT-PU-2024-1: package `a` update to version 1-alt1</title><affected family="unix"><platform>ALT Linux branch p10</platform></affected><reference source="CVE" ref_id="CVE-2024-1"/></metadata><criteria operator="AND"><criterion comment="ALT Linux must be installed"/><criterion comment="a is earlier than 0:1-alt1"/></criteria></definition></definitions></oval_definitions>"#,
    ),
    (
        "cvrf",
        "cvrf-suse-su-2024-1-1.xml",
        r#"<cvrfdoc><DocumentTitle>Security update for a</DocumentTitle><DocumentPublisher><ContactDetails>security@suse.de</ContactDetails></DocumentPublisher><DocumentTracking><Identification><ID>SUSE-SU-2024:1-1</ID></Identification><CurrentReleaseDate>2024-01-01T00:00:00Z</CurrentReleaseDate></DocumentTracking><Vulnerability><CVE>CVE-2024-1</CVE><ProductStatuses><Status Type="Fixed"><ProductID>SUSE Linux Enterprise Server 15 SP5:a-1-1</ProductID></Status></ProductStatuses><Threats><Threat Type="Impact"><Description>low</Description></Threat></Threats></Vulnerability></cvrfdoc>"#,
    ),
    (
        "redhat-data",
        "CVE-2024-1.json",
        r#"{"threat_severity":"Low","public_date":"2024-01-01T00:00:00Z","bugzilla":{"description":"d"},"cvss3":{"cvss3_scoring_vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"},"cwe":"CWE-476","affected_release":[{"advisory":"RHSA-2024:1","cpe":"cpe:/o:redhat:enterprise_linux:9","package":"a-0:1-1.el9"}],"package_state":[{"fix_state":"Will not fix","package_name":"m:1/a","cpe":"cpe:/o:redhat:enterprise_linux:8"}],"name":"CVE-2024-1"}"#,
    ),
    (
        "alpine-tracker",
        "CVE-2024-1.json",
        r#"{"type":"Vulnerability","id":"CVE-2024-1","cvss3":{"score":8.8,"vector":"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"},"ref":[],"state":[{"fixed":false,"repo":"3.13-community","packageName":"a","packageVersion":"1-r0"}],"cpeMatch":[]}"#,
    ),
    (
        "echo",
        "data.json",
        r#"{"a":{},"b":{"CVE-2024-1":{},"CVE-2024-2":{"fixed_version":"0"},"CVE-2024-3":{"fixed_version":"1-1"}}}"#,
    ),
    (
        "root",
        "cve_feed.json",
        r#"{"alpine":[{"distroversion":"3.17","packages":[{"pkg":{"name":"a","cves":{"CVE-2024-1":{"vulnerable_ranges":["<1.6.17-r00071"],"fixed_versions":["1.6.17-r00071"],"severity":"HIGH"}}}}]}]}"#,
    ),
    (
        "glsa",
        "glsa-202401-01.xml",
        r#"<glsa id="202401-01"><title>a</title><announced>2024-01-01</announced><revised count="1">2024-01-01</revised><affected><package name="c/a" auto="yes" arch="*"><unaffected range="ge">1.2</unaffected><vulnerable range="lt">1.2</vulnerable></package></affected><impact type="low"/><references><uri link="https://example.com">CVE-2024-1</uri></references></glsa>"#,
    ),
    (
        "bodhi",
        "FEDORA-2024-1.json",
        r#"{"alias":"FEDORA-2024-1","title":"a-1-1.fc40","severity":"low","type":"security","status":"stable","date_stable":"2024-01-01 00:00:00","release":{"version":"40","id_prefix":"FEDORA"},"bugs":[{"title":"CVE-2024-0001 a: b"}],"builds":[{"nvr":"a-1-1.fc40","type":"rpm","epoch":null}]}"#,
    ),
    (
        "glad",
        "CVE-2024-1.yml",
        r#"{"identifier":"CVE-2024-1","identifiers":["GHSA-1","CVE-2024-1"],"package_slug":"maven/g/a","title":"t","date":"2024-01-01","pubdate":"2024-01-01","affected_range":"(,1.2)","urls":["https://example.com"],"cvss_v3":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H","cwe_ids":["CWE-1035","CWE-79"]}"#,
    ),
    (
        "github",
        "advisory.json",
        r#"{"ghsaId":"GHSA-1","identifiers":[{"value":"CVE-2024-1"}],"severity":"LOW","vulnerabilities":{"nodes":[{"package":{"ecosystem":"MAVEN","name":"g:a"},"vulnerableVersionRange":"> 1.0, < 2.0"}]}}"#,
    ),
    (
        "rubysec",
        "CVE-2024-1.yml",
        r#"{"gem":"a","cve":"2024-1","ghsa":"1","title":"t","date":"2024-01-01","cvss_v3":"5.9","patched_versions":["~> 5.6.8",">= 6.4.2"],"unaffected_versions":["< 5"]}"#,
    ),
    (
        "friendsofphp",
        "CVE-2024-1.yaml",
        r#"{"title":"t","link":"https://example.com","cve":"CVE-2024-1","branches":{"4.1.x":{"time":null,"versions":[">=4.1.26","<=4.1.31"]}},"reference":"composer://v/a"}"#,
    ),
    (
        "rustsec",
        "RUSTSEC-2024-0001.md",
        r#"```toml
[advisory]
id = "RUSTSEC-2024-0001"
package = "a"
date = "2024-01-01"
aliases = ["CVE-2024-1"]
[affected]
os = ["linux"]
[versions]
patched = [">= 0.6.14, < 1.0.0", ">= 1.6.1"]
unaffected = ["< 0.6.3"]
```

# A title
"#,
    ),
];
