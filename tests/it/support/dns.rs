//! A DNS server of a test's own on loopback: dnsmasq, with the records that the test gives it.

use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Runs until it is dropped.
pub struct Dns {
    child: Child,
    /// As the setting `dns-servers` takes it.
    pub address: String,
}

impl Dns {
    /// `records` are names with their texts. None without dnsmasq: said loudly, and an error under CI.
    pub fn start(records: &[(&str, &str)]) -> Option<Self> {
        let port = free_port();
        let mut command = Command::new("dnsmasq");
        command
            .args(["--no-daemon", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--bind-interfaces"])
            // What is not listed does not exist, rather than being asked of others.
            .args(["--local=/#/", "--listen-address=127.0.0.1"])
            .arg(format!("--port={port}"))
            .args(records.iter().map(|(name, text)| format!("--txt-record={name},{}", in_pieces(text))))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let path = std::env::var("PATH").unwrap_or_default();
        let Ok(child) = command.env("PATH", format!("{path}:/usr/sbin:/sbin")).spawn() else {
            assert!(std::env::var_os("CI").is_none(), "CI has no DNS server: install dnsmasq-base");
            eprintln!("SKIPPED: no dnsmasq here, so senders are not checked");
            return None;
        };
        let dns = Self { child, address: format!("127.0.0.1:{port}") };
        for _ in 0..500 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Some(dns);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("dnsmasq does not listen after five seconds");
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on, neither by TCP nor by UDP.
pub fn free_port() -> u16 {
    loop {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = tcp.local_addr().unwrap().port();
        if UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// A text of DNS is of pieces of at most 255 bytes.
fn in_pieces(text: &str) -> String {
    let pieces = text.as_bytes().chunks(200).map(String::from_utf8_lossy);
    pieces.collect::<Vec<_>>().join(",")
}
