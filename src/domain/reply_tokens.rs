//! The keyed token that brings the answer to an answer back to its ticket: in the reply address
//! (`support+t-…@example.com`) and in the Message-ID, so that `References` carry it too.
//!
//! Mail servers may fold the case of an address, so a token is base32 in lower case: tenant and ticket as
//! variable-length numbers, then ten bytes that only this installation can make.

use crate::app::App;
use crate::crypto;
use crate::model::{CustomerId, TicketId};

const PREFIX: &str = "t-";
const PURPOSE: &str = "reply-address";
const MAC_BYTES: usize = 10;
/// Longest local part of an address (RFC 5321).
const LONGEST_LOCAL: usize = 64;
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// `t-…`
pub fn of_ticket(app: &App, customer: CustomerId, ticket: TicketId) -> String {
    let mut bytes = Vec::with_capacity(24);
    push_number(&mut bytes, customer.0);
    push_number(&mut bytes, ticket.0);
    let mac = app.key.mac(PURPOSE, &bytes);
    bytes.extend(&mac[..MAC_BYTES]);
    format!("{PREFIX}{}", base32(&bytes))
}

/// The ticket that a token of this installation names; None for anything else.
pub fn ticket_of(app: &App, token: &str) -> Option<(CustomerId, TicketId)> {
    let token = token.to_ascii_lowercase();
    let bytes = unbase32(token.strip_prefix(PREFIX)?)?;
    let (numbers, mac) = bytes.split_at_checked(bytes.len().checked_sub(MAC_BYTES)?)?;
    if !crypto::same(mac, &app.key.mac(PURPOSE, numbers)[..MAC_BYTES]) {
        return None;
    }
    let (customer, rest) = take_number(numbers)?;
    let (ticket, rest) = take_number(rest)?;
    rest.is_empty().then_some((CustomerId(customer), TicketId(ticket)))
}

/// The address that answers in a ticket go to; None where the channel's leaves no room for the token.
pub fn reply_address(app: &App, customer: CustomerId, ticket: TicketId, address: &str) -> Option<String> {
    let (local, host) = address.rsplit_once('@')?;
    let local = format!("{local}+{}", of_ticket(app, customer, ticket));
    (local.len() <= LONGEST_LOCAL).then(|| format!("{local}@{host}"))
}

/// The ticket that an address (`support+t-…@example.com`) or a Message-ID (`<t-….…@example.com>`)
/// of this installation names.
pub fn find(app: &App, text: &str) -> Option<(CustomerId, TicketId)> {
    let (local, _) = text.trim().trim_start_matches('<').split_once('@')?;
    local.split(['+', '.']).find_map(|part| ticket_of(app, part))
}

/// The address without what stands after a `+`.
pub fn without_token(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, host)) => format!("{}@{host}", local.split('+').next().unwrap_or(local)),
        None => address.to_owned(),
    }
}

fn push_number(bytes: &mut Vec<u8>, number: i64) {
    let mut rest = number.unsigned_abs();
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap_or_default();
        rest >>= 7;
        bytes.push(if rest == 0 { low } else { low | 0x80 });
        if rest == 0 {
            return;
        }
    }
}

fn take_number(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let mut number: u64 = 0;
    for (index, byte) in bytes.iter().enumerate().take(9) {
        number |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((i64::try_from(number).ok()?, &bytes[index + 1..]));
        }
    }
    None
}

fn base32(bytes: &[u8]) -> String {
    let (mut out, mut bits, mut held) = (String::new(), 0_u32, 0_u32);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            out.push(char::from(ALPHABET[(bits >> held & 31) as usize]));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        out.push(char::from(ALPHABET[(bits << (5 - held) & 31) as usize]));
    }
    out
}

fn unbase32(text: &str) -> Option<Vec<u8>> {
    let (mut out, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
    for byte in text.bytes() {
        let value = ALPHABET.iter().position(|it| *it == byte)?;
        bits = bits << 5 | u32::try_from(value).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    // What is left over is padding: anything else would be a second spelling of one token.
    (bits == 0 && held < 5).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_comes_back() {
        for length in 0..40_u8 {
            let bytes: Vec<u8> = (0..length).map(|it| it.wrapping_mul(37)).collect();
            assert_eq!(unbase32(&base32(&bytes)).unwrap(), bytes);
        }
        assert_eq!(base32(b"foobar"), "mzxw6ytboi");
        assert!(unbase32("mz1").is_none() && unbase32("a").is_none());
    }

    #[test]
    fn numbers_come_back() {
        for number in [0, 1, 127, 128, 300, i64::from(u32::MAX), 1 << 55] {
            let mut bytes = Vec::new();
            push_number(&mut bytes, number);
            assert_eq!(take_number(&bytes), Some((number, &[][..])));
        }
        assert!(take_number(&[0x80]).is_none());
    }

    #[test]
    fn the_address_without_its_token_is_the_channels() {
        assert_eq!(without_token("support+t-abc@example.com"), "support@example.com");
        assert_eq!(without_token("support@example.com"), "support@example.com");
    }
}
