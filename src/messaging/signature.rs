//! `X-Twilio-Signature`: that a request was made by Twilio, for this very address.
//!
//! HMAC-SHA1 with the account's auth token over the full address and the form's pairs in the order of their
//! names; pairs that are there twice count once, as in Twilio's own libraries. The comparison takes the
//! same time wherever the difference is.
//! Not here: that a request was not seen before; the log knows that by message and status.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;

use crate::sorted;

/// Whether `signature` is right for one of the addresses by which we may have been reached.
pub fn is_signed(
    token: &str,
    addresses: &[String],
    pairs: &[(String, String)],
    signature: &str,
) -> bool {
    let Ok(claimed) = STANDARD.decode(signature.trim()) else {
        return false;
    };
    let mut ordered: Vec<(&str, &str)> = Vec::with_capacity(pairs.len());
    for (name, value) in pairs {
        sorted::insert(&mut ordered, (name, value));
    }
    let mut is_right = false;
    for address in addresses {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(token.as_bytes()) else {
            return false;
        };
        mac.update(address.as_bytes());
        for (name, value) in &ordered {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
        // Every address is tried, so that the time tells nothing.
        is_right |= mac.verify_slice(&claimed).is_ok();
    }
    is_right
}

/// The addresses that Twilio may have signed for a request to `site` (scheme and authority) and `rest`
/// (path and query): as it is, and with or without the scheme's own port.
pub fn addresses(site: &str, rest: &str) -> Vec<String> {
    let mut all = vec![format!("{site}{rest}")];
    let port = match site.split_once("://") {
        Some(("https", _)) => ":443",
        _ => ":80",
    };
    all.push(match site.strip_suffix(port) {
        Some(bare) => format!("{bare}{rest}"),
        None => format!("{site}{port}{rest}"),
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const PAIRS: [(&str, &str); 5] = [
        ("Digits", "1234"),
        ("To", "+18005551212"),
        ("From", "+14158675309"),
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
    ];

    fn check(token: &str, address: &str, pairs: &[(&str, &str)], signature: &str) -> bool {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        is_signed(token, &[address.to_owned()], &pairs, signature)
    }

    /// From Twilio's documentation and its own libraries' tests.
    #[test]
    fn published_examples() {
        const GOOD: &str = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
        assert!(check("12345", ADDRESS, &PAIRS, GOOD));
        let repeated = [
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ];
        assert!(check(
            "12345",
            ADDRESS,
            &repeated,
            "IK+Dwps556ElfBT0I3Rgjkr1wJU="
        ));

        assert!(!check("12346", ADDRESS, &PAIRS, GOOD));
        assert!(!check("12345", &format!("{ADDRESS}&x=1"), &PAIRS, GOOD));
        assert!(!check("12345", ADDRESS, &PAIRS[1..], GOOD));
        let mut bent = PAIRS;
        bent[0].1 = "1235";
        assert!(!check("12345", ADDRESS, &bent, GOOD));
        for bad in [
            "",
            "=",
            "RSOYDt4T1cUTdK1PDd93/VVr8B8",
            "rSOYDt4T1cUTdK1PDd93/VVr8B8=",
            "RSOYDt4T1cUTdK1PDd93/VVr8B4=",
            "RSOYDt4T1cUTdK1PDd93/VVr8A==",
            "RQ==",
            "المفتاح",
        ] {
            assert!(!check("12345", ADDRESS, &PAIRS, bad), "{bad}");
        }
    }

    #[test]
    fn ports_that_go_without_saying() {
        let check = |site: &str, expected: [&str; 2]| {
            assert_eq!(addresses(site, "/w?m=1"), expected);
        };
        check(
            "https://a.example",
            ["https://a.example/w?m=1", "https://a.example:443/w?m=1"],
        );
        check(
            "https://a.example:443",
            ["https://a.example:443/w?m=1", "https://a.example/w?m=1"],
        );
        check(
            "http://a.example",
            ["http://a.example/w?m=1", "http://a.example:80/w?m=1"],
        );
    }
}
