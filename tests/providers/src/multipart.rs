//! `multipart/form-data`, read to the byte as RFC 7578 and RFC 2046 write it.

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) content: Vec<u8>,
}

/// All parts of a body, or what is wrong with it.
pub(crate) fn parts(content_type: &str, body: &[u8]) -> Result<Vec<Part>, String> {
    let boundary = boundary(content_type)?;
    let first = format!("--{boundary}\r\n");
    let between = format!("\r\n--{boundary}");
    let mut rest = body
        .strip_prefix(first.as_bytes())
        .ok_or("the body does not begin with its boundary")?;
    let mut parts = Vec::new();
    loop {
        let end = find(rest, between.as_bytes()).ok_or("a part without an end")?;
        let (part, behind) = rest.split_at(end);
        parts.push(read(part)?);
        rest = &behind[between.len()..];
        if let Some(next) = rest.strip_prefix(b"\r\n") {
            rest = next;
        } else if rest == b"--\r\n" || rest == b"--" {
            return Ok(parts);
        } else {
            return Err("neither a part nor the end behind a boundary".to_owned());
        }
    }
}

fn boundary(content_type: &str) -> Result<String, String> {
    let rest = content_type
        .strip_prefix("multipart/form-data;")
        .ok_or(format!("content type {content_type:?}"))?;
    let value = rest.trim().strip_prefix("boundary=").ok_or("no boundary")?;
    let value = value.trim_matches('"');
    let fine = |it: char| it.is_ascii_alphanumeric() || "'()+_,-./:=?".contains(it);
    if value.is_empty() || value.len() > 70 || !value.chars().all(fine) {
        return Err(format!("boundary {value:?}"));
    }
    Ok(value.to_owned())
}

fn read(part: &[u8]) -> Result<Part, String> {
    let end = find(part, b"\r\n\r\n").ok_or("a part without an empty line")?;
    let head = std::str::from_utf8(&part[..end]).map_err(|_| "a head that is no text")?;
    let mut read = Part {
        name: String::new(),
        file_name: None,
        content_type: None,
        content: part[end + 4..].to_vec(),
    };
    for line in head.split("\r\n") {
        let (name, value) = line.split_once(": ").ok_or(format!("header {line:?}"))?;
        match name.to_ascii_lowercase().as_str() {
            "content-disposition" => {
                let rest = value
                    .strip_prefix("form-data; ")
                    .ok_or(format!("disposition {value:?}"))?;
                for parameter in rest.split("; ") {
                    let (name, quoted) = parameter.split_once('=').ok_or("no value")?;
                    let text = quoted
                        .strip_prefix('"')
                        .and_then(|it| it.strip_suffix('"'))
                        .ok_or(format!("{quoted} is not in quotes"))?
                        .to_owned();
                    match name {
                        "name" => read.name = text,
                        "filename" => read.file_name = Some(text),
                        other => return Err(format!("parameter {other:?}")),
                    }
                }
            }
            "content-type" => read.content_type = Some(value.to_owned()),
            other => return Err(format!("header {other:?} in a part")),
        }
    }
    if read.name.is_empty() {
        return Err("a part without a name".to_owned());
    }
    Ok(read)
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=xyz";
    const GOOD: &str = "--xyz\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n\
        --xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\
        Content-Type: audio/wav\r\n\r\n\r\n--xy\r\n\r\n--xyz--\r\n";

    #[test]
    fn a_good_one() {
        let parts = parts(KIND, GOOD.as_bytes()).unwrap();
        assert_eq!(
            (parts[0].name.as_str(), &parts[0].content[..]),
            ("model", &b"whisper-1"[..])
        );
        assert_eq!(parts[1].file_name.as_deref(), Some("a.wav"));
        assert_eq!(parts[1].content_type.as_deref(), Some("audio/wav"));
        assert_eq!(parts[1].content, b"\r\n--xy\r\n");
    }

    #[test]
    fn bad_ones() {
        for (from, to) in [
            ("--xyz\r\nC", "--xyz\nC"),
            ("--xyz--\r\n", ""),
            ("--xyz--\r\n", "--xyz-\r\n"),
            ("\r\n\r\nwhisper", "\r\nwhisper"),
            ("form-data; name=\"model\"", "form-data; name=model"),
            ("form-data; name=\"model\"", "name=\"model\""),
            ("form-data; name=\"model\"", "form-data; title=\"model\""),
            ("Content-Type: ", "Content-Size: "),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let bad = GOOD.replacen(from, to, 1);
            assert!(parts(KIND, bad.as_bytes()).is_err(), "{from} {to}");
        }
        for kind in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=other",
            "multipart/form-data; boundary=\"x z\"",
            "application/json",
        ] {
            assert!(parts(kind, GOOD.as_bytes()).is_err(), "{kind}");
        }
    }
}
