//! Access tokens that look like the real ones: ES256 header, the claims seen in the field.
//!
//! The signature is random bytes: nobody but the PBX could verify it, and the PBX compares text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::clock;
use crate::settings::Settings;

/// A fresh token for `subject`; no two are equal.
pub(super) fn token(settings: &Settings, subject: &str, role: &str) -> String {
    let now = clock::now_ms() / 1_000;
    let mut claims = json!({
        "sub": subject,
        "scope": "xapi",
        "aud": "/api",
        "iss": settings.fqdn,
        "role": ["App", "Reports", role, "CallFlowApp", "MyPhone", "Enterprise"],
        "jti": opaque(16),
        "nbf": now,
        "iat": now,
    });
    if settings.token_exp_claim {
        claims["exp"] = json!(now + settings.token_lifetime_s);
    }
    let header = json!({ "alg": "ES256", "typ": "JWT", "kid": "simulated" });
    format!("{}.{}.{}", part(&header), part(&claims), opaque(64))
}

/// Random bytes as base64url: signatures, refresh tokens, keys of sessions.
pub(crate) fn opaque(size_bytes: usize) -> String {
    let bytes: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..))
        .take(size_bytes)
        .collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
