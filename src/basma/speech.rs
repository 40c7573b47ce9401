//! What goes to the speech provider. What comes back is sound: see `resample`.

use serde_json::json;

/// How a voice is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// `gpt-4o-mini-tts`, `tts-1` …
    pub model: String,
    /// `alloy` …
    pub name: String,
}

/// The body for `/v1/audio/speech`: raw samples at 24 kHz come back.
pub fn request(voice: &Voice, text: &str) -> Vec<u8> {
    let mut body = json!({
        "model": voice.model,
        "voice": voice.name,
        "input": text,
        "response_format": "pcm",
    });
    // The older models refuse it.
    if !voice.model.starts_with("tts-1")
        && let Some(members) = body.as_object_mut()
    {
        let manner = "Speak warmly and clearly, as a professional receptionist on the telephone.";
        members.insert("instructions".into(), manner.into());
    }
    body.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_models_get_no_instructions() {
        for (model, has_instructions) in [("gpt-4o-mini-tts", true), ("tts-1-hd", false)] {
            let voice = Voice {
                model: model.into(),
                name: "alloy".into(),
            };
            let body = String::from_utf8(request(&voice, "نعم")).unwrap();
            assert_eq!(body.contains("instructions"), has_instructions);
            assert!(body.contains(r#""response_format":"pcm""#) && body.contains("نعم"));
        }
    }
}
