//! Keys: the master key of the installation and everything that is derived from it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::clock::Random;
use crate::error::{Error, Result};

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is kept of a random token: enough to find it, not to make it.
pub fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token))
}

/// The master key. Everything secret in the database is encrypted with it, and tokens that are not
/// random are derived from it.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    pub fn generate(random: &Random) -> Self {
        Self(random.bytes())
    }

    /// Reads 64 hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut key = [0; 32];
        for (index, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()?;
        }
        Some(Self(key))
    }

    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// Tells keys apart without telling the key.
    pub fn fingerprint(&self) -> String {
        hex(&self.mac("fingerprint", &[])[..8])
    }

    /// HMAC-SHA256 of `data` under the key of one purpose.
    pub fn mac(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        let mut mac = keyed(&self.0);
        mac.update(purpose.as_bytes());
        let purpose_key: [u8; 32] = mac.finalize().into_bytes().into();
        let mut mac = keyed(&purpose_key);
        mac.update(data);
        mac.finalize().into_bytes().into()
    }

    /// A token of 144 bits that names `id` for one purpose and cannot be made without the key.
    pub fn id_token(&self, purpose: &str, customer: i64, id: i64) -> String {
        let mut data = customer.to_be_bytes().to_vec();
        data.extend(id.to_be_bytes());
        let mut token = id.to_be_bytes().to_vec();
        token.extend(&self.mac(purpose, &data)[..18]);
        base64url(&token)
    }

    /// The id that a token of [`MasterKey::id_token`] claims to name; compare the whole token after.
    pub fn id_of_token(token: &str) -> Option<i64> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        (bytes.len() == 26).then(|| i64::from_be_bytes(bytes[..8].try_into().unwrap_or_default()))
    }

    /// Encrypts with a fresh nonce.
    pub fn seal(&self, random: &Random, secret: &[u8]) -> Result<Vec<u8>> {
        let nonce = random.bytes::<24>();
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), secret)
            .map_err(|_| Error::internal("a secret could not be encrypted"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`MasterKey::seal`] made.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>> {
        let wrong = || Error::internal("a secret in the database does not open with this master key");
        let (nonce, sealed) = sealed.split_at_checked(24).ok_or_else(wrong)?;
        let nonce: [u8; 24] = nonce.try_into().map_err(|_| wrong())?;
        self.cipher().decrypt(&XNonce::from(nonce), sealed).map_err(|_| wrong())
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.mac("seal", &[]).into())
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// Compares without telling by its time where the difference is.
pub fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_only() {
        let random = Random::seeded(1);
        let key = MasterKey::generate(&random);
        let sealed = key.seal(&random, b"secret").unwrap();
        assert_eq!(key.open(&sealed).unwrap(), b"secret");
        assert!(MasterKey::generate(&random).open(&sealed).is_err());
    }

    #[test]
    fn id_tokens_name_their_id_and_differ_by_purpose() {
        let key = MasterKey::generate(&Random::seeded(1));
        let token = key.id_token("file", 1, 77);
        assert_eq!(MasterKey::id_of_token(&token), Some(77));
        assert_ne!(token, key.id_token("open", 1, 77));
        assert_ne!(token, key.id_token("file", 2, 77));
    }

    #[test]
    fn the_key_is_read_back_from_its_hex() {
        let key = MasterKey::generate(&Random::seeded(1));
        assert_eq!(MasterKey::parse(&key.to_hex()).unwrap().fingerprint(), key.fingerprint());
        assert!(MasterKey::parse("short").is_none());
    }
}
