//! Which vulnerability a record is about, and by which ids it is known.

use plimsoll_core::Advisory;

/// The ids of one vulnerability that a record speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Ids of this vulnerability and no other: what two records share makes them one finding.
    pub(crate) own: Vec<String>,
    /// Ids that it is known by among others: an erratum that mends several vulnerabilities.
    pub(crate) shared: Vec<String>,
}

/// The vulnerabilities of a record. OSV schema: `aliases` are the same vulnerability; `upstream` are those that a
/// distributor's record is about, which may be several, and then each is a vulnerability of its own.
pub(crate) fn identities(advisory: &Advisory) -> Vec<Identity> {
    let mut own = vec![advisory.id.clone()];
    own.extend(advisory.aliases.iter().cloned());
    own.extend(own.iter().filter_map(|id| inner_cve(id)).collect::<Vec<_>>());
    dedup(&mut own);
    if own.iter().any(|id| is_cve(id)) {
        let ghsa = advisory.upstream.iter().filter(|id| inner_cve(id).is_some_and(|cve| own.contains(&cve)));
        own.extend(ghsa.cloned().collect::<Vec<_>>());
        dedup(&mut own);
        return vec![Identity { own, shared: Vec::new() }];
    }
    let mut cves: Vec<String> = advisory
        .upstream
        .iter()
        .filter_map(|id| if is_cve(id) { Some(id.clone()) } else { inner_cve(id) })
        .collect();
    dedup(&mut cves);
    if cves.len() <= 1 && advisory.upstream.len() > cves.len() || cves.len() == 1 {
        let others: Vec<&String> = advisory.upstream.iter().filter(|id| !is_cve(id)).collect();
        if cves.len() == 1 || others.len() == 1 {
            own.extend(cves);
            own.extend(others.into_iter().cloned());
            dedup(&mut own);
            return vec![Identity { own, shared: Vec::new() }];
        }
        cves = others.into_iter().cloned().collect();
    }
    if cves.is_empty() {
        return vec![Identity { own, shared: Vec::new() }];
    }
    cves.into_iter().map(|cve| Identity { own: vec![cve], shared: own.clone() }).collect()
}

/// The ids that a record is found by: its own, its aliases, and those of the vulnerabilities that it is about.
///
/// ```
/// # use plimsoll_core::Advisory;
/// let record = Advisory { id: "DEBIAN-CVE-2019-14901".into(), ..Advisory::default() };
/// assert_eq!(plimsoll_matcher::known_ids(&record), ["CVE-2019-14901", "DEBIAN-CVE-2019-14901"]);
/// ```
pub fn known_ids(advisory: &Advisory) -> Vec<String> {
    let mut ids: Vec<String> =
        identities(advisory).into_iter().flat_map(|i| i.own.into_iter().chain(i.shared)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn dedup(ids: &mut Vec<String>) {
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
}

/// `CVE-2019-14901`.
pub(crate) fn is_cve(id: &str) -> bool {
    cve_number(id).is_some()
}

/// Year and number of a CVE id.
fn cve_number(id: &str) -> Option<(u32, u64)> {
    let (year, number) = id.strip_prefix("CVE-")?.split_once('-')?;
    Some((year.parse().ok()?, number.parse().ok()?))
}

/// The CVE that a distributor's id is made of: `CVE-2019-14901` of `DEBIAN-CVE-2019-14901`.
fn inner_cve(id: &str) -> Option<String> {
    let at = id.find("-CVE-")?;
    let cve = id.get(at + 1..)?;
    is_cve(cve).then(|| cve.to_owned())
}

/// The order in which ids are preferred as the name of a finding: the CVE, the oldest where there are several;
/// then GHSA; then the others by name.
pub(crate) fn preference(id: &str) -> (u8, u32, u64, &str) {
    match cve_number(id) {
        Some((year, number)) => (0, year, number, id),
        None if id.starts_with("GHSA-") => (1, 0, 0, id),
        None => (2, 0, 0, id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(id: &str, aliases: &[&str], upstream: &[&str]) -> Vec<Identity> {
        let strings = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect();
        identities(&Advisory {
            id: id.into(),
            aliases: strings(aliases),
            upstream: strings(upstream),
            ..Advisory::default()
        })
    }

    fn own(identities: &[Identity]) -> Vec<Vec<&str>> {
        identities.iter().map(|i| i.own.iter().map(String::as_str).collect()).collect()
    }

    #[test]
    fn aliases_are_one_vulnerability() {
        let ids = of("RUSTSEC-2018-0019", &["CVE-2018-25024", "CVE-2018-25025", "GHSA-1"], &[]);
        assert_eq!(own(&ids), [["RUSTSEC-2018-0019", "CVE-2018-25024", "CVE-2018-25025", "GHSA-1"]]);
    }

    #[test]
    fn a_distributors_id_holds_its_cve() {
        let ids = of("DEBIAN-CVE-2019-14901", &[], &["CVE-2019-14901"]);
        assert_eq!(own(&ids), [["DEBIAN-CVE-2019-14901", "CVE-2019-14901"]]);
    }

    #[test]
    fn one_upstream_is_the_same_vulnerability() {
        assert_eq!(own(&of("DSA-1-1", &[], &["CVE-2020-1"])), [["DSA-1-1", "CVE-2020-1"]]);
        assert_eq!(own(&of("CGA-1", &[], &["CVE-2020-1", "GHSA-1"])), [["CGA-1", "CVE-2020-1", "GHSA-1"]]);
        assert_eq!(own(&of("CGA-1", &[], &["GHSA-1"])), [["CGA-1", "GHSA-1"]]);
    }

    #[test]
    fn several_upstreams_are_several_vulnerabilities() {
        let ids = of("USN-1-1", &[], &["CVE-2020-2", "UBUNTU-CVE-2020-2", "CVE-2020-1"]);
        assert_eq!(own(&ids), [["CVE-2020-2"], ["CVE-2020-1"]]);
        assert_eq!(ids[0].shared, ["USN-1-1"]);
        assert_eq!(own(&of("CGA-1", &[], &["GHSA-1", "GHSA-2"])), [["GHSA-1"], ["GHSA-2"]]);
    }

    #[test]
    fn without_any_the_record_is_its_own() {
        assert_eq!(own(&of("DSA-5356-2", &[], &[])), [["DSA-5356-2"]]);
    }

    #[test]
    fn the_oldest_cve_is_preferred() {
        let mut ids = ["GHSA-a", "CVE-2020-10", "CVE-2020-9", "A-1"];
        ids.sort_by_key(|id| preference(id).0);
        ids.sort_by(|a, b| preference(a).cmp(&preference(b)));
        assert_eq!(ids, ["CVE-2020-9", "CVE-2020-10", "GHSA-a", "A-1"]);
    }
}
