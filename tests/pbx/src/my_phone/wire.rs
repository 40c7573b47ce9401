//! Protocol Buffers as bytes: varints and length-delimited fields, which is all MyPhone's chat uses.

/// What stands in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A number, a flag or a choice.
    Number(u64),
    /// A text or another message.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The text, if it is one.
    pub(super) fn text(self) -> Option<String> {
        let Value::Bytes(bytes) = self else {
            return None;
        };
        String::from_utf8(bytes.to_vec()).ok()
    }

    /// The message inside, if it is one.
    pub(super) fn fields(self) -> Option<Vec<(u64, Value<'a>)>> {
        match self {
            Value::Bytes(bytes) => fields(bytes),
            Value::Number(_) => None,
        }
    }
}

/// Every field with its number, in order; nothing where the bytes are no message.
pub(super) fn fields(mut bytes: &[u8]) -> Option<Vec<(u64, Value<'_>)>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        let value = match tag & 7 {
            0 => Value::Number(varint(&mut bytes)?),
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                let (value, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                Value::Bytes(value)
            }
            _ => return None,
        };
        if tag >> 3 == 0 {
            return None;
        }
        fields.push((tag >> 3, value));
    }
    Some(fields)
}

/// Seven bits a byte, the lowest first; ten bytes at most.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in 0..10 {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f).checked_shl(7 * place)?;
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn push_varint(into: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        into.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    into.push(u8::try_from(number).unwrap_or_default());
}

/// Writes a number.
pub(super) fn push_number(into: &mut Vec<u8>, field: u64, number: u64) {
    push_varint(into, field << 3);
    push_varint(into, number);
}

/// Writes a text or a message.
pub(super) fn push_bytes(into: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    push_varint(into, field << 3 | 2);
    push_varint(into, u64::try_from(bytes.len()).unwrap_or_default());
    into.extend(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Test1 { a = 150 }` and `Test2 { b = "testing" }` of the Protocol Buffers encoding guide.
    #[test]
    fn the_examples_of_the_encoding_guide() {
        let number = [0x08, 0x96, 0x01];
        assert_eq!(fields(&number), Some(vec![(1, Value::Number(150))]));
        let text = [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67];
        assert_eq!(fields(&text), Some(vec![(2, Value::Bytes(b"testing"))]));
        let mut written = Vec::new();
        push_number(&mut written, 1, 150);
        push_bytes(&mut written, 2, b"testing");
        assert_eq!(written, [number.as_slice(), &text].concat());
    }

    #[test]
    fn what_is_no_message() {
        for bytes in [
            &[0x08][..],
            &[0x08, 0x96],
            &[0x12, 0x02, 0x74],
            &[0x00, 0x01],
            &[0x0d, 0, 0, 0, 0],
            &[0xff; 11],
        ] {
            assert_eq!(fields(bytes), None, "{bytes:?}");
        }
    }
}
