//! Which vulnerability a record is about, and by which ids it is known.

use plimsoll_core::Advisory;

/// The ids of one vulnerability that a record speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity<'a> {
    /// Ids of this vulnerability and no other: what two records share makes them one finding.
    pub(crate) own: Vec<&'a str>,
    /// Ids that it is known by among others: an erratum that mends several vulnerabilities.
    pub(crate) shared: Vec<&'a str>,
}

/// The vulnerabilities of a record. OSV schema: `aliases` are the same vulnerability; `upstream` are those that a
/// distributor's record is about, which may be several, and then each is a vulnerability of its own.
pub(crate) fn identities(advisory: &Advisory) -> Vec<Identity<'_>> {
    let mut own = vec![advisory.id.as_str()];
    own.extend(advisory.aliases.iter().map(String::as_str));
    let inner: Vec<&str> = own.iter().filter_map(|id| inner_cve(id)).collect();
    own.extend(inner);
    dedup(&mut own);
    let upstream = || advisory.upstream.iter().map(String::as_str);
    if own.iter().any(|id| is_cve(id)) {
        let same: Vec<&str> =
            upstream().filter(|id| inner_cve(id).is_some_and(|cve| own.contains(&cve))).collect();
        own.extend(same);
        dedup(&mut own);
        return vec![Identity { own, shared: Vec::new() }];
    }
    let mut each: Vec<&str> =
        upstream().filter_map(|id| if is_cve(id) { Some(id) } else { inner_cve(id) }).collect();
    dedup(&mut each);
    let others: Vec<&str> = upstream().filter(|id| !is_cve(id)).collect();
    match (each.len(), others.len()) {
        (1, _) | (0, 1) => {
            own.extend(each);
            own.extend(others);
            dedup(&mut own);
            return vec![Identity { own, shared: Vec::new() }];
        }
        (0, 0) => return vec![Identity { own, shared: Vec::new() }],
        (0, _) => each = others,
        _ => {}
    }
    each.into_iter().map(|id| Identity { own: vec![id], shared: own.clone() }).collect()
}

/// The ids that a record is found by: its own, its aliases, and those of the vulnerabilities that it is about.
///
/// ```
/// # use plimsoll_core::Advisory;
/// let record = Advisory { id: "DEBIAN-CVE-2019-14901".into(), ..Advisory::default() };
/// assert_eq!(plimsoll_matcher::known_ids(&record), ["CVE-2019-14901", "DEBIAN-CVE-2019-14901"]);
/// ```
pub fn known_ids(advisory: &Advisory) -> Vec<String> {
    let mut ids: Vec<&str> =
        identities(advisory).into_iter().flat_map(|i| i.own.into_iter().chain(i.shared)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(str::to_owned).collect()
}

/// Leaves the first of equal ids.
fn dedup(ids: &mut Vec<&str>) {
    let mut seen = std::collections::HashSet::new();
    // Few records have more than a handful.
    if ids.len() > 32 {
        ids.retain(|id| seen.insert(*id));
        return;
    }
    let mut at = 1;
    while let Some(id) = ids.get(at) {
        if ids.get(..at).is_some_and(|before| before.contains(id)) {
            ids.remove(at);
        } else {
            at += 1;
        }
    }
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
pub(crate) fn inner_cve(id: &str) -> Option<&str> {
    let at = id.find("-CVE-")?;
    id.get(at + 1..).filter(|cve| is_cve(cve))
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

    fn of(id: &str, aliases: &[&str], upstream: &[&str]) -> Vec<(Vec<String>, Vec<String>)> {
        let strings = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect();
        let advisory = Advisory {
            id: id.into(),
            aliases: strings(aliases),
            upstream: strings(upstream),
            ..Advisory::default()
        };
        identities(&advisory)
            .iter()
            .map(|identity| (strings(&identity.own), strings(&identity.shared)))
            .collect()
    }

    fn own(identities: &[(Vec<String>, Vec<String>)]) -> Vec<Vec<&str>> {
        identities.iter().map(|(own, _)| own.iter().map(String::as_str).collect()).collect()
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
        assert_eq!(ids[0].1, ["USN-1-1"]);
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
