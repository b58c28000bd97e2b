//! Reply tokens: a ticket's id with a keyed mark, in the local part of an address (`support+t-…@`) or of a
//! Message-ID. Only letters and digits of one case are used, because servers fold case.

/// Lower case without letters that look like digits.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
const MARK: &str = "t-";
/// Characters of the keyed mark: 80 bits.
pub const TAG_CHARS: usize = 16;
/// Bytes of it.
pub const TAG_BYTES: usize = 10;
const LONGEST_ID: usize = 13;

/// `t-<id>-<tag>`, of the first [`TAG_BYTES`] of a keyed hash of the id.
pub fn token(id: u64, tag: &[u8]) -> String {
    let mut digits = Vec::new();
    let mut left = id;
    loop {
        digits.push(ALPHABET[(left % 32) as usize]);
        left /= 32;
        if left == 0 {
            break;
        }
    }
    digits.reverse();
    format!("{MARK}{}-{}", String::from_utf8_lossy(&digits), encode(&tag[..tag.len().min(TAG_BYTES)]))
}

/// `local+token@domain`; the address as it is where it is none.
pub fn address(base: &str, token: &str) -> String {
    match base.rsplit_once('@') {
        Some((local, domain)) => format!("{local}+{token}@{domain}"),
        None => base.to_owned(),
    }
}

/// The ids and tags that the local part of an address or Message-ID claims. Compare the tag after.
pub fn claims(text: &str) -> Vec<(u64, String)> {
    let local = text.rsplit_once('@').map_or(text, |it| it.0).to_ascii_lowercase();
    let pieces = local.split(['+', '.', '=', '/', '_']);
    pieces.filter_map(claim).collect()
}

fn claim(piece: &str) -> Option<(u64, String)> {
    let (id, tag) = piece.strip_prefix(MARK)?.split_once('-')?;
    if tag.len() != TAG_CHARS || id.is_empty() || id.len() > LONGEST_ID {
        return None;
    }
    let mut value: u64 = 0;
    for byte in id.bytes() {
        let digit = ALPHABET.iter().position(|it| *it == byte)?;
        value = value.checked_mul(32)?.checked_add(digit as u64)?;
    }
    Some((value, tag.to_owned()))
}

/// The tag of a keyed hash, as it stands in a token.
pub fn tag(hash: &[u8]) -> String {
    encode(&hash[..hash.len().min(TAG_BYTES)])
}

fn encode(bytes: &[u8]) -> String {
    let (mut out, mut buffer, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(ALPHABET[((buffer >> bits) & 31) as usize]));
        }
    }
    if bits > 0 {
        out.push(char::from(ALPHABET[((buffer << (5 - bits)) & 31) as usize]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_an_address_whatever_its_case() {
        for id in [0, 1, 31, 32, 1_234_567, i64::MAX as u64] {
            let token = token(id, &[7; 32]);
            let address = address("support@acme.example", &token);
            let found = claims(&address.to_uppercase());
            assert_eq!(found, [(id, tag(&[7; 32]))], "{address}");
        }
        assert_eq!(tag(&[7; 32]).len(), TAG_CHARS);
    }

    #[test]
    fn what_is_none_is_none() {
        for text in [
            "support@acme.example",
            "t-1-short@x",
            "support+t-1-@x",
            "t--aaaaaaaaaaaaaaaa@x",
            "t-1l-aaaaaaaaaaaaaaaa",
        ] {
            assert_eq!(claims(text), [], "{text}");
        }
    }
}
