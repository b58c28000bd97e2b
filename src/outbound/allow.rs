//! Which addresses may be asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// What the operator allows besides the public internet: host names, addresses and networks (CIDR),
/// separated by commas; a host name or an address may end in `:port`.
#[derive(Clone, Debug, Default)]
pub struct Allow {
    hosts: Vec<(String, Option<u16>)>,
    networks: Vec<(IpAddr, u8)>,
}

impl Allow {
    /// The error names the entry that cannot be read.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut allow = Self::default();
        for entry in text.split([',', ' ', '\n']).map(str::trim).filter(|it| !it.is_empty()) {
            allow.add(entry).ok_or_else(|| {
                format!("has {entry:?}, which is no host name, address or network (10.0.0.0/8)")
            })?;
        }
        Ok(allow)
    }

    fn add(&mut self, entry: &str) -> Option<()> {
        if let Some((address, bits)) = entry.split_once('/') {
            let address = bare(address).parse::<IpAddr>().ok()?;
            let bits = bits.parse::<u8>().ok()?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            (bits <= most).then(|| self.networks.push((address, bits)))
        } else if let Ok(address) = bare(entry).parse::<IpAddr>() {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            self.networks.push((address, bits));
            Some(())
        } else {
            // A URL reads host and port as the addresses that are asked will be read.
            let url = Url::parse(&format!("x://{entry}")).ok()?;
            let plain = matches!(url.path(), "" | "/") && url.query().is_none() && url.username().is_empty();
            let host = Url::parse(&format!("http://{}", url.host_str()?)).ok()?.host_str()?.to_owned();
            plain.then(|| self.hosts.push((host, url.port())))
        }
    }

    /// Whether the operator lists this host (with this port, where the entry has one) by name.
    pub(super) fn lists_host(&self, host: &str, port: u16) -> bool {
        self.hosts.iter().any(|(name, at)| name.eq_ignore_ascii_case(host) && at.is_none_or(|it| it == port))
    }

    /// Names are looked at again once they are resolved.
    pub(super) fn may_ask(&self, host: &url::Host<&str>, port: u16) -> bool {
        let address = match host {
            url::Host::Ipv4(it) => IpAddr::V4(*it),
            url::Host::Ipv6(it) => IpAddr::V6(*it),
            url::Host::Domain(_) => return true,
        };
        self.may_connect(address) || self.lists_host(&host.to_string(), port)
    }

    pub(super) fn may_connect(&self, address: IpAddr) -> bool {
        is_public(address) || self.networks.iter().any(|(network, bits)| is_within(address, *network, *bits))
    }
}

/// `[::1]` → `::1`.
fn bare(text: &str) -> &str {
    text.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(text)
}

fn is_within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    match (address.to_canonical(), network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            one.to_bits() & mask == other.to_bits() & mask
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            one.to_bits() & mask == other.to_bits() & mask
        }
        _ => false,
    }
}

/// Whether an address is on the public internet: not loopback, private, link-local, shared, reserved or
/// for many (IANA special-purpose registries), and not one of those in another form of writing.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => is_public_v4(it),
        IpAddr::V6(it) => is_public_v6(it),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || a == 10
        || a == 127
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 169 && b == 254)
        || (a == 172 && (16..32).contains(&b))
        || (a == 192 && b == 168)
        || (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        // Mapped, and translated by NAT64: what stands in them is connected to.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inner(high, low),
        // Teredo, documentation, 6to4.
        [0x2001, 0, ..] | [0x2001, 0xdb8, ..] | [0x2002, ..] => false,
        // Global unicast; everything else has a use of its own.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn internal_addresses_are_not_public_in_any_form() {
        for inner in [
            "127.0.0.1",
            "127.9.9.9",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.192",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:0:1::1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(ip(inner)), "{inner}");
        }
        for public in [
            "1.1.1.1",
            "172.32.0.1",
            "100.63.0.1",
            "192.0.1.1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(ip(public)), "{public}");
        }
    }

    #[test]
    fn the_operator_lists_hosts_addresses_and_networks() {
        let allow = Allow::parse("localhost:11434, LLM.internal 10.0.0.0/8,127.0.0.1,[::1]").unwrap();
        assert!(allow.lists_host("localhost", 11434) && !allow.lists_host("localhost", 80));
        assert!(allow.lists_host("llm.internal", 80) && !allow.lists_host("x.llm.internal", 80));
        assert!(allow.may_connect(ip("10.9.9.9")) && allow.may_connect(ip("::ffff:10.9.9.9")));
        assert!(allow.may_connect(ip("127.0.0.1")) && !allow.may_connect(ip("127.0.0.2")));
        assert!(allow.may_connect(ip("::1")) && !allow.may_connect(ip("fe80::1")));
        for wrong in ["10.0.0.0/33", "a b/c", "http://x", "x/y", "::1/129"] {
            assert!(Allow::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Allow::parse("0.0.0.0/0").unwrap().may_connect(ip("192.168.0.1")));
    }
}
