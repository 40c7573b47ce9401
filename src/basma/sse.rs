//! Server-sent events as they come: a chunk may end inside a line, or inside a letter.
//!
//! Bytes become text only when their line is whole, so no letter is ever cut. Names of events are not
//! kept: what we read says in its data what it is.

/// Longer lines are not what a model streams; the rest of such a stream is not read.
const LONGEST_LINE: usize = 256 * 1024;

/// Reads a stream of events.
#[derive(Debug, Default)]
pub(super) struct Events {
    line: Vec<u8>,
    data: String,
    is_broken: bool,
}

impl Events {
    /// More bytes; the data of the events that are whole now.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut events = Vec::new();
        if self.is_broken {
            return events;
        }
        for byte in bytes {
            if *byte != b'\n' {
                self.line.push(*byte);
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let line = String::from_utf8_lossy(&line);
            let line = line.strip_suffix('\r').unwrap_or(&line);
            if line.is_empty() {
                if !self.data.is_empty() {
                    events.push(std::mem::take(&mut self.data));
                }
            } else if let Some(data) = line.strip_prefix("data:") {
                if !self.data.is_empty() {
                    self.data.push('\n');
                }
                self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
            }
        }
        self.is_broken = self.line.len() > LONGEST_LINE || self.data.len() > LONGEST_LINE;
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_may_end_in_a_line_or_a_letter() {
        // V11
        let stream = "event: a\ndata: {\"text\":\"مرحبا يا أحمد\"}\n\n: a comment\r\n\
            event: ping\r\ndata: {}\r\n\r\ndata: one\ndata:two\n\nretry: 5\n\nid: 7\n\ndata: cut";
        let expected = ["{\"text\":\"مرحبا يا أحمد\"}", "{}", "one\ntwo"];
        for size in 1..stream.len() {
            let mut events = Events::default();
            let found: Vec<String> = stream
                .as_bytes()
                .chunks(size)
                .flat_map(|chunk| events.push(chunk))
                .collect();
            assert_eq!(found, expected, "chunks of {size}");
        }
    }

    #[test]
    fn an_endless_line_is_given_up() {
        let mut events = Events::default();
        events.push(&vec![b'x'; LONGEST_LINE + 1]);
        assert_eq!(events.push(b"\n\ndata: 1\n\n"), Vec::<String>::new());
    }
}
