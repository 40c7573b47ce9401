//! What Basma says by heart, in both languages. Words of an administrator (greeting, consent) are settings.

use super::words::Language;

/// A phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phrase {
    /// While the answer takes its time.
    Filler,
    /// Something failed, and a person takes over.
    Apology,
    /// A person takes over.
    ToPerson,
    /// A transfer begins.
    Transfer,
    /// A transfer did not work, and the caller is still here.
    TransferFailed,
    /// What was said could not be understood.
    Again,
    /// Nobody said anything for a while.
    StillThere,
    /// An emergency: the numbers, and a person.
    Emergency,
    /// From here on the call is recorded.
    Recorded,
    /// The call has gone on long enough.
    TimeIsUp,
    /// The end.
    Goodbye,
}

impl Phrase {
    /// In words.
    pub const fn text(self, language: Language) -> &'static str {
        match language {
            Language::Arabic => self.arabic(),
            Language::English => self.english(),
        }
    }

    const fn arabic(self) -> &'static str {
        match self {
            Self::Filler => "لحظة من فضلك.",
            Self::Apology => "عذراً، حدث خلل عندي. سأحوّلك الآن إلى أحد الزملاء، ابقَ معي من فضلك.",
            Self::ToPerson => "حاضر، سأحوّلك الآن إلى أحد الزملاء.",
            Self::Transfer => "سأحوّل مكالمتك الآن، ابقَ معي من فضلك.",
            Self::TransferFailed => "عذراً، لم أتمكن من التحويل. كيف يمكنني مساعدتك بطريقة أخرى؟",
            Self::Again => "عذراً، لم أسمعك جيداً. هل يمكنك الإعادة؟",
            Self::StillThere => "هل ما زلت معي؟",
            Self::Emergency => {
                "إذا كانت الحالة طارئة فاتصل بالإسعاف على 997، أو بوزارة الصحة على \
                 937. سأحوّلك الآن إلى أحد الزملاء."
            }
            Self::Recorded => "تُسجَّل هذه المكالمة من الآن. إن كنت لا ترغب في ذلك فاضغط الرقم صفر.",
            Self::TimeIsUp => "لقد طالت مكالمتنا، سأحوّلك الآن إلى أحد الزملاء ليكمل معك.",
            Self::Goodbye => "شكراً لاتصالك، مع السلامة.",
        }
    }

    const fn english(self) -> &'static str {
        match self {
            Self::Filler => "One moment, please.",
            Self::Apology => {
                "I am sorry, something went wrong on my side. I will put you through to a colleague \
                 now, please hold."
            }
            Self::ToPerson => "Of course. I will put you through to a colleague now.",
            Self::Transfer => "I will transfer you now, please hold.",
            Self::TransferFailed => {
                "I am sorry, I could not complete that transfer. How else can I help you?"
            }
            Self::Again => "I am sorry, I did not catch that. Could you say it again?",
            Self::StillThere => "Are you still there?",
            Self::Emergency => {
                "If this is an emergency, please call the ambulance at 997, or the \
                 Ministry of Health at 937. I will put you through to a colleague now."
            }
            Self::Recorded => {
                "This call is being recorded from now on. If you do not want that, press zero."
            }
            Self::TimeIsUp => {
                "We have been talking for a while. I will put you through to a colleague to continue."
            }
            Self::Goodbye => "Thank you for calling. Goodbye.",
        }
    }
}
