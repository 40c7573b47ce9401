//! How a provider fails, and whether it is worth trying once more.

/// A failure of one of the three providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Too busy, broken, cut off or too slow: once more may work.
    Passing,
    /// Refused: the same request will be refused again.
    Lasting,
    /// The account may spend no more.
    Spent,
}

impl Fault {
    /// What an answer other than 2xx means.
    pub fn of(status: u16, body: &[u8]) -> Self {
        const SPENT: [&[u8]; 2] = [b"enforced_spend_limit_reached", b"insufficient_quota"];
        let holds = |word: &[u8]| body.windows(word.len()).any(|it| it == word);
        match status {
            429 if SPENT.into_iter().any(holds) => Self::Spent,
            402 => Self::Spent,
            408 | 409 | 429 | 500.. => Self::Passing,
            _ => Self::Lasting,
        }
    }

    /// For the record.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passing => "failed",
            Self::Lasting => "refused",
            Self::Spent => "spend_limit",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spend_limit_is_not_tried_again() {
        let spent = br#"{"type":"error","error":{"type":"rate_limit_error","message":"no",
            "details":{"error_code":"enforced_spend_limit_reached"}}}"#;
        for (status, body, expected) in [
            (429, spent.as_slice(), Fault::Spent),
            (429, b"{}", Fault::Passing),
            (529, b"", Fault::Passing),
            (500, b"", Fault::Passing),
            (401, b"", Fault::Lasting),
            (400, b"", Fault::Lasting),
            (402, b"", Fault::Spent),
        ] {
            assert_eq!(Fault::of(status, body), expected, "{status}");
        }
    }
}
