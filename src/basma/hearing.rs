//! What goes to the transcription and what comes back.
//!
//! On noise a transcription invents the last lines of films; an answer that is only such a line is no
//! answer. Not here: when something is sent (`conversation`).

use super::multipart::Multipart;
use super::words::{Language, plain};
use crate::json::Tree;

/// The largest transcript that is read.
const LONGEST: usize = 2_000;

/// What models invent on silence, in the form that [`plain`] gives.
const INVENTED: [&str; 12] = [
    "ترجمه نانسي قنقر",
    "نانسي قنقر",
    "اشتركوا في القناه",
    "لا تنسوا الاشتراك في القناه",
    "شكرا علي المشاهده",
    "شكرا للمشاهده",
    "thanks for watching",
    "thank you for watching",
    "thanks for watching and see you next time",
    "please subscribe",
    "subscribe to the channel",
    "subtitles by the amara org community",
];

/// The body for `/v1/audio/transcriptions`: content type and bytes.
pub fn request(model: &str, wav: &[u8], language: Option<Language>) -> (String, Vec<u8>) {
    let mut body = Multipart::around(wav)
        .field("model", model)
        .field("response_format", "json");
    if let Some(language) = language {
        body = body.field("language", language.code());
    }
    body.file("file", "audio.wav", "audio/wav", wav).finish()
}

/// What was said; `None` where the answer cannot be read. Empty where nobody said anything.
pub fn answer(body: &[u8]) -> Option<String> {
    let tree = Tree::parse(body).ok()?;
    let text = tree.member("text")?.text()?.trim();
    let text: String = text.chars().take(LONGEST).collect();
    Some(if is_invented(&text) {
        String::new()
    } else {
        text
    })
}

fn is_invented(text: &str) -> bool {
    let text = plain(text);
    let words: Vec<&str> = text
        .split(|it: char| !it.is_alphanumeric())
        .filter(|it| !it.is_empty())
        .collect();
    words.is_empty() || INVENTED.contains(&words.join(" ").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_the_request() {
        let (kind, body) = request("whisper-1", b"RIFF", Some(Language::Arabic));
        assert!(kind.starts_with("multipart/form-data; boundary="));
        let body = String::from_utf8(body).unwrap();
        for part in [
            "name=\"model\"\r\n\r\nwhisper-1\r\n",
            "name=\"language\"\r\n\r\nar\r\n",
        ] {
            assert!(body.contains(part), "{body}");
        }
        assert!(body.contains("filename=\"audio.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n"));
        let (_, body) = request("whisper-1", b"RIFF", None);
        assert!(!String::from_utf8(body).unwrap().contains("language"));
    }

    #[test]
    fn invented_lines_are_no_answer() {
        for (body, expected) in [
            (r#"{"text":" مرحبا "}"#, Some("مرحبا")),
            (r#"{"text":"ترجمة نانسي قنقر"}"#, Some("")),
            (r#"{"text":"اشتركوا في القناة!"}"#, Some("")),
            (r#"{"text":"شكراً على المشاهدة."}"#, Some("")),
            (r#"{"text":"Thanks for watching!"}"#, Some("")),
            (r#"{"text":"..."}"#, Some("")),
            (r#"{"text":""}"#, Some("")),
            (
                r#"{"text":"Thanks for watching my dog"}"#,
                Some("Thanks for watching my dog"),
            ),
            (r#"{"text":7}"#, None),
            ("<html>", None),
        ] {
            assert_eq!(answer(body.as_bytes()).as_deref(), expected, "{body}");
        }
    }
}
