//! Which addresses a registry may send to. What it answers is not to be trusted: an address of this machine's own
//! network in a redirect would make the scanner ask there on the attacker's behalf.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Whether the address can be reached from everywhere (IANA special-purpose address registries).
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(a == 0
        || a >= 224
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || (a == 100 && b & 0xc0 == 64)
        || (a == 198 && b & 0xfe == 18)
        || (a == 192 && b == 0 && c == 0))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    let [a, b, ..] = segments;
    // IPv4 in one of its disguises: mapped, compatible, translated (64:ff9b::/96), 6to4.
    let last = || {
        let octets = ip.octets();
        let [.., w, x, y, z] = octets;
        Ipv4Addr::new(w, x, y, z)
    };
    match segments {
        [0, 0, 0, 0, 0, 0xffff, _, _] => return is_public_v4(last()),
        [0x64, 0xff9b, 0, 0, 0, 0, _, _] => return is_public_v4(last()),
        [0x64, 0xff9b, 1, ..] => return false,
        [0x2002, high, low, ..] => {
            let [w, x] = high.to_be_bytes();
            let [y, z] = low.to_be_bytes();
            return is_public_v4(Ipv4Addr::new(w, x, y, z));
        }
        _ => {}
    }
    // Global unicast is 2000::/3; of it, documentation and benchmarking are not.
    a & 0xe000 == 0x2000 && !(a == 0x2001 && (b == 0xdb8 || b == 2)) && a != 0x3fff
}

/// A registry's host by which it is meant itself: names and addresses of this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Looks names up, and gives nothing away that is not public. The address that was looked at is the one that is
/// connected to, so a name that stands for something else a moment later gains nothing.
#[derive(Debug)]
pub(super) struct PublicOnly(pub(super) DefaultResolver);

/// Why [`PublicOnly`] gave nothing.
#[derive(Debug, thiserror::Error)]
#[error("{0} is a private address")]
pub(super) struct NotPublic(pub(super) IpAddr);

impl Resolver for PublicOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        match found.iter().map(SocketAddr::ip).find(|ip| !is_public(*ip)) {
            Some(ip) => Err(ureq::Error::Other(Box::new(NotPublic(ip)))),
            None => Ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        for ip in [
            "1.1.1.1",
            "192.0.2.0",
            "8.8.8.8",
            "100.128.0.1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "2002:808:808::1",
        ] {
            let expected = ip != "192.0.2.0";
            assert_eq!(is_public(ip.parse().unwrap()), expected, "{ip}");
        }
        for ip in [
            "0.0.0.0",
            "10.0.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "192.0.0.192",
            "198.18.0.1",
            "198.19.255.255",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::1",
            "2001:db8::1",
            "3fff::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn this_machine_has_several_names() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example.com", "128.0.0.1", "[::2]", "host.localhost.evil"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
