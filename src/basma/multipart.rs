//! `multipart/form-data`, written by hand: a few fields and one file.

/// A body that is being written.
#[derive(Debug)]
pub(super) struct Multipart {
    boundary: String,
    body: Vec<u8>,
}

impl Multipart {
    /// A body whose boundary does not occur in `file`.
    pub(super) fn around(file: &[u8]) -> Self {
        let occurs = |boundary: &str| {
            file.windows(boundary.len())
                .any(|it| it == boundary.as_bytes())
        };
        // A file of a megabyte holds far fewer boundaries than there are numbers.
        let boundary = (0_u32..u32::MAX)
            .map(|number| format!("basma-{number}-voice"))
            .find(|boundary| !occurs(boundary))
            .unwrap_or_default();
        let body = Vec::with_capacity(file.len().saturating_add(1_024));
        Self { boundary, body }
    }

    /// Adds a field.
    #[must_use]
    pub(super) fn field(mut self, name: &str, value: &str) -> Self {
        self.open(name, "");
        self.body.extend(b"\r\n");
        self.body.extend(value.as_bytes());
        self.body.extend(b"\r\n");
        self
    }

    /// Adds the file.
    #[must_use]
    pub(super) fn file(mut self, name: &str, file_name: &str, kind: &str, content: &[u8]) -> Self {
        self.open(name, &format!("; filename=\"{file_name}\""));
        self.body
            .extend(format!("Content-Type: {kind}\r\n\r\n").as_bytes());
        self.body.extend(content);
        self.body.extend(b"\r\n");
        self
    }

    /// The content type and the whole body.
    pub(super) fn finish(mut self) -> (String, Vec<u8>) {
        self.body
            .extend(format!("--{}--\r\n", self.boundary).as_bytes());
        let kind = format!("multipart/form-data; boundary={}", self.boundary);
        (kind, self.body)
    }

    fn open(&mut self, name: &str, more: &str) {
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n",
            self.boundary
        );
        self.body.extend(head.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_servers_read_it() {
        let (kind, body) = Multipart::around(b"xyz")
            .field("model", "whisper-1")
            .file("file", "audio.wav", "audio/wav", b"xyz")
            .finish();
        assert_eq!(kind, "multipart/form-data; boundary=basma-0-voice");
        let expected = "--basma-0-voice\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\
            whisper-1\r\n--basma-0-voice\r\nContent-Disposition: form-data; name=\"file\"; \
            filename=\"audio.wav\"\r\nContent-Type: audio/wav\r\n\r\nxyz\r\n--basma-0-voice--\r\n";
        assert_eq!(String::from_utf8(body).unwrap(), expected);
    }

    #[test]
    fn the_boundary_is_not_in_the_sound() {
        let file = b"..basma-0-voice..basma-1-voice";
        let (kind, _) = Multipart::around(file).finish();
        assert_eq!(kind, "multipart/form-data; boundary=basma-2-voice");
    }
}
