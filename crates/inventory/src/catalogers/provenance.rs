//! Who built an operating system's package, where that is not the distribution: what the package's own record says.

/// Parts of `Maintainer` that only packages from the vendors' own repositories have. Debian's maintainers have addresses
/// of all sorts, so nothing but such a list can tell; each is of a repository that is commonly added to images, and of no
/// package of Debian 12.
const MAINTAINERS: &[&str] = &[
    "@1password.com",
    "@acquia.com",
    "@aquasec.com",
    "@azul.com",
    "@azulsystems.com",
    "@bell-sw.com",
    "@brave.com",
    "@chef.io",
    "@citusdata.com",
    "@clickhouse.com",
    "@cloudflare.com",
    "@confluent.io",
    "@containerd.io",
    "@couchbase.com",
    "@crowdsec.net",
    "@crowdstrike.com",
    "@datadoghq.com",
    "@docker.com",
    "@dotnetfoundation.org",
    "@elastic.co",
    "@elasticsearch.com",
    "@f5.com",
    "@gitlab.com",
    "@grafana.com",
    "@hashicorp.com",
    "@haproxy.com",
    "@influxdata.com",
    "@influxdb.com",
    "@konghq.com",
    "@lists.mariadb.org",
    "@mariadb.com",
    "@microsoft.com",
    "@mongodb.com",
    "@neo4j.com",
    "@neotechnology.com",
    "@newrelic.com",
    "@nginx.com",
    "@nodesource.com",
    "@openresty.com",
    "@opera.com",
    "@oss.oracle.com",
    "@percona.com",
    "@puppet.com",
    "@puppetlabs.com",
    "@redis.com",
    "@redis.io",
    "@slack-corp.com",
    "@splunk.com",
    "@sysdig.com",
    "@tailscale.com",
    "@teamviewer.com",
    "@timescale.com",
    "@varnish-software.com",
    "@vivaldi.com",
    "@yandex-team.ru",
    "@yarnpkg.com",
    "chrome-packager@google.com",
    "corretto-team@amazon.com",
    "cudatools@nvidia.com",
    "kubernetes authors",
    "linux-packages-keymaster@google.com",
    "temurin-dev@eclipse.org",
];

/// Maintainers that are a name alone.
const NAMES: &[&str] = &["github", "kubernetes authors", "microsoft", "nvidia", "docker"];

/// Parts of versions that only such repositories give.
const VERSIONS: &[&str] = &[".pgdg", "deb.sury.org", "nodesource", "dotdeb"];

/// `Origin` of packages that are a distribution's.
const ORIGINS: &[&str] = &["debian", "ubuntu", "raspbian", "devuan", "kali", "linuxmint", "pop-os", "neon"];

/// What a dpkg record says of where it is from: evidence that it is not the distribution's.
pub(super) fn of_deb(version: &str, maintainer: &str, origin: &str, vendor: &str) -> Option<String> {
    let address = maintainer.to_lowercase();
    if MAINTAINERS.iter().any(|part| address.contains(part)) || NAMES.contains(&address.trim()) {
        return Some(format!("Maintainer: {maintainer}"));
    }
    if let Some(mark) = VERSIONS.iter().find(|mark| version.contains(**mark)) {
        return Some(format!("version with {mark}"));
    }
    if is_ppa(version) {
        return Some("version of a personal package archive".to_owned());
    }
    let is_own =
        |name: &str| name.is_empty() || ORIGINS.iter().any(|own| name.to_lowercase().starts_with(own));
    if !is_own(origin) {
        return Some(format!("Origin: {origin}"));
    }
    // Control files of Debian have no such field; packagers that write rpm's fields into them do.
    if !is_own(vendor) {
        return Some(format!("Vendor: {vendor}"));
    }
    None
}

/// `1.2-3ppa1~jammy1`, `1.2-0~ppa1`: a convention of Launchpad's users.
fn is_ppa(version: &str) -> bool {
    version.match_indices("ppa").any(|(at, mark)| {
        let before = version.get(..at).and_then(|front| front.chars().next_back());
        let after = version.get(at + mark.len()..).and_then(|rest| rest.chars().next());
        before.is_some_and(|c| !c.is_alphabetic()) && after.is_none_or(|c| !c.is_alphabetic())
    })
}

/// What an apk record says: only whoever publishes packages of their own maintains so.
pub(super) fn of_apk(maintainer: &str) -> Option<String> {
    let address = maintainer.to_lowercase();
    let of_a_vendor = ["@nginx.com", "@f5.com", "@nodesource.com", "@microsoft.com", "@cloudsmith"];
    of_a_vendor.iter().any(|part| address.contains(part)).then(|| format!("maintainer {maintainer}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_tell_vendors_from_the_distribution() {
        // As the vendors' and Debian's own packages have them.
        for (version, maintainer, origin, vendor, expected) in [
            ("5:24.0.7-1~debian.12~bookworm", "Docker <support@docker.com>", "", "", true),
            ("1.6.26-1", "Containerd team <help@containerd.io>", "", "", true),
            ("20.11.0-1nodesource1", "Ivan Iguaran <ivan@nodesource.com>", "", "Node.js Foundation", true),
            ("1.25.3-1~bookworm", "NGINX Packaging <nginx-packaging@f5.com>", "", "", true),
            (
                "16.1-1.pgdg120+1",
                "Debian PostgreSQL Maintainers <team+postgresql@tracker.debian.org>",
                "",
                "",
                true,
            ),
            (
                "8.3.1-1+0~20231221.16+debian12~1.gbp4a2e",
                "Debian PHP Maintainers <x@lists.alioth.debian.org>",
                "",
                "",
                false,
            ),
            ("2.40.1", "GitHub", "", "", true),
            ("12.3.107-1", "cudatools <cudatools@nvidia.com>", "", "", true),
            ("1.1-1", "A Maintainer of Debian's <a@nvidia.com>", "", "", false),
            ("1.2-3ppa1~jammy1", "A Person <a@example.org>", "", "", true),
            ("1.0", "root@build", "", "none of yours", true),
            ("1.0", "A Person <a@example.org>", "apt.example.org", "", true),
            ("5.2.15-2+b7", "Matthias Klose <doko@debian.org>", "", "", false),
            ("2.12-5", "Santiago Ruano Rincón <santiagorr@riseup.net>", "", "", false),
            ("9.1-1", "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>", "Ubuntu", "", false),
            ("1.0-1", "A Mapper <a@mappa.example>", "", "", false),
        ] {
            let found = of_deb(version, maintainer, origin, vendor);
            assert_eq!(found.is_some(), expected, "{version} {maintainer}: {found:?}");
        }
    }
}
