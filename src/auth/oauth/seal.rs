//! Texts that come back unchanged or not at all: HMAC-SHA256 with the key of `OAUTH_SIGNING_KEY`.
//!
//! `kind.payload.mac`: the kind is under the seal, so that a text of one kind never passes for another,
//! and carries the version of its form.
//! Invariants: comparison takes the same time wherever two seals differ; the key does not print.
//! Not here: what a payload means, and when it ends.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::auth::Secret;

/// Less than this can be guessed by someone who has a token.
const LEAST_BYTES: usize = 32;
/// What the key is for: another use of the same secret has another key.
const PURPOSE: &[u8] = b"3cx-mcp-edge oauth 1";

/// The key of `OAUTH_SIGNING_KEY`.
#[derive(Debug, Clone)]
pub struct SigningKey(Secret<Hmac<Sha256>>);

/// Access tokens.
pub(super) const ACCESS: &str = "mcpa1";
/// Refresh tokens.
pub(super) const REFRESH: &str = "mcpr1";
/// The request that a person looks at.
pub(super) const REQUEST: &str = "mcpq1";

impl SigningKey {
    /// From base64 of either alphabet, padded or not; `None` where it is none, or too short.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('=');
        let text = text.replace('+', "-").replace('/', "_");
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        if bytes.len() < LEAST_BYTES {
            return None;
        }
        let derived = keyed(&bytes)?.chain_update(PURPOSE).finalize().into_bytes();
        keyed(&derived).map(|key| Self(Secret::new(key)))
    }

    pub(super) fn seal(&self, kind: &str, payload: &str) -> String {
        let mut text = format!("{kind}.{}", URL_SAFE_NO_PAD.encode(payload));
        let mac = self.mac(&text).finalize().into_bytes();
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(mac, &mut text);
        text
    }

    pub(super) fn open(&self, kind: &str, text: &str) -> Option<String> {
        let (sealed, mac) = text.rsplit_once('.')?;
        let payload = sealed.strip_prefix(kind)?.strip_prefix('.')?;
        let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
        self.mac(sealed).verify_slice(&mac).ok()?;
        String::from_utf8(URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        self.0.expose().clone().chain_update(text)
    }
}

fn keyed(key: &[u8]) -> Option<Hmac<Sha256>> {
    // Any length will do, so this is always `Some`.
    Hmac::new_from_slice(key).ok()
}

/// The SHA-256 of a text, as what is kept of codes and tokens, and as PKCE compares (RFC 7636 §4.6).
pub(super) fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

/// Random bytes as text.
pub(super) fn text_of(random: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(random)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(first: u8) -> SigningKey {
        let bytes: Vec<u8> = (first..first + 32).collect();
        SigningKey::parse(&URL_SAFE_NO_PAD.encode(bytes)).unwrap()
    }

    #[test]
    fn what_was_sealed_opens() {
        let sealed = key(0).seal(ACCESS, "payload");
        assert_eq!(key(0).open(ACCESS, &sealed).unwrap(), "payload");
        assert!(key(1).open(ACCESS, &sealed).is_none(), "another key");
        assert!(key(0).open(REFRESH, &sealed).is_none(), "another kind");
        let renamed = sealed.replacen(ACCESS, REFRESH, 1);
        assert!(key(0).open(REFRESH, &renamed).is_none(), "renamed");
    }

    #[test]
    fn no_byte_can_be_changed() {
        let sealed = key(0).seal(ACCESS, "payload");
        for at in 0..sealed.len() {
            for replacement in [b'A', b'B', b'.', b'='] {
                let mut bytes = sealed.clone().into_bytes();
                if bytes[at] == replacement {
                    continue;
                }
                bytes[at] = replacement;
                let changed = String::from_utf8(bytes).unwrap();
                assert!(key(0).open(ACCESS, &changed).is_none(), "{changed}");
            }
            assert!(key(0).open(ACCESS, &sealed[..at]).is_none());
        }
        for nonsense in ["", ".", "..", "mcpa1", "mcpa1.", "mcpa1..", "mcpa1.e30."] {
            assert!(key(0).open(ACCESS, nonsense).is_none(), "{nonsense}");
        }
    }

    #[test]
    fn keys() {
        let bytes: Vec<u8> = (200..232).collect();
        let plain = base64::engine::general_purpose::STANDARD.encode(&bytes);
        let url = URL_SAFE_NO_PAD.encode(&bytes);
        let sealed = SigningKey::parse(&plain).unwrap().seal(ACCESS, "x");
        let same = SigningKey::parse(&format!(" {url}\n")).unwrap();
        assert!(same.open(ACCESS, &sealed).is_some());
        let short = URL_SAFE_NO_PAD.encode([7_u8; 31]);
        for wrong in ["", "hunter2", "not base64!", &short] {
            assert!(SigningKey::parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(format!("{same:?}"), "SigningKey(***)");
    }

    /// RFC 7636, appendix B.
    #[test]
    fn pkce() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(
            digest(verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
