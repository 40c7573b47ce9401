//! The page on which a signed-in person says yes or no to what an assistant is about to do
//! (`CONFIRM_BY=human`).
//!
//! Not here: who may say it (`policy::may_judge`), and what a yes is worth (`policy::worth`).

use super::frame::{escape, other_language, page, put, warning};
use super::language::{Language, one_of};

/// What the page is made of.
#[derive(Debug, Clone, Copy)]
pub struct Approval<'a> {
    /// In which language.
    pub language: Language,
    /// How it stands.
    pub state: ApprovalState<'a>,
}

/// How an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalState<'a> {
    /// It waits for a person.
    Open {
        /// Who wants it: the name of a key.
        caller: &'a str,
        /// What would happen, in one line.
        would: &'a str,
        /// The person's key was no good for this.
        refused: bool,
    },
    /// A person has said yes.
    Yes,
    /// A person has said no.
    No,
    /// Used, too old, or never there.
    Gone,
}

impl Approval<'_> {
    /// The page.
    #[must_use]
    pub fn html(&self) -> String {
        let say = |texts| one_of(self.language, texts);
        let title = say(TITLE);
        let mut body = other_language(self.language, "?lang=");
        put(&mut body, &["<h1>", title, "</h1>"]);
        match self.state {
            ApprovalState::Open {
                caller,
                would,
                refused,
            } => {
                put(
                    &mut body,
                    &[
                        "<p><b><bdi>",
                        &escape(caller),
                        "</bdi></b> ",
                        say(ASKS),
                        "</p><section><bdi lang=en dir=ltr>",
                        &escape(would),
                        "</bdi></section>",
                    ],
                );
                if refused {
                    body += &warning(say(REFUSED));
                }
                put(
                    &mut body,
                    &[
                        "<form method=post><input type=hidden name=language value=",
                        self.language.code(),
                        "><label>",
                        say(KEY),
                        "<input type=password name=key dir=ltr required autocomplete=current-password \
                         spellcheck=false></label><small>",
                        say(HINT),
                        "</small><div><button class=y name=answer value=yes>",
                        say(YES),
                        "</button><button name=answer value=no>",
                        say(NO),
                        "</button></div></form>",
                    ],
                );
            }
            ApprovalState::Yes => put(&mut body, &["<p>", say(SAID_YES), "</p>"]),
            ApprovalState::No => put(&mut body, &["<p>", say(SAID_NO), "</p>"]),
            ApprovalState::Gone => put(&mut body, &["<p>", say(GONE), "</p>"]),
        }
        page(self.language, title, &body)
    }
}

const TITLE: [&str; 2] = ["May the assistant do this?", "هل تسمح للمساعد بذلك؟"];
const ASKS: [&str; 2] = [
    "has an assistant that is about to do this with the company's telephones:",
    "لديه مساعد ذكي على وشك القيام بما يلي بهواتف الشركة:",
];
const KEY: [&str; 2] = ["Your access key", "مفتاح الدخول الخاص بك"];
const HINT: [&str; 2] = [
    "It must permit this, and be another one than the assistant's own.",
    "يجب أن يسمح بذلك، وألا يكون مفتاح المساعد نفسه.",
];
const REFUSED: [&str; 2] = [
    "This key may not decide this: it is unknown, permits less, or is the assistant's own.",
    "لا يحق لهذا المفتاح اتخاذ هذا القرار: فهو غير معروف أو صلاحياته أقل أو هو مفتاح المساعد نفسه.",
];
const YES: [&str; 2] = ["Yes, do it", "نعم، نفّذ"];
const NO: [&str; 2] = ["No", "لا"];
const SAID_YES: [&str; 2] = [
    "You said yes. The assistant can do it now, once. You can close this page.",
    "لقد وافقت. يستطيع المساعد تنفيذ ذلك الآن مرة واحدة. يمكنك إغلاق هذه الصفحة.",
];
const SAID_NO: [&str; 2] = [
    "You said no. Nothing happens. You can close this page.",
    "لقد رفضت، ولن يحدث شيء. يمكنك إغلاق هذه الصفحة.",
];
const GONE: [&str; 2] = [
    "There is nothing to decide here any more: it was done, refused, or has waited for more than five minutes.",
    "لم يعد هنا ما يُقرَّر: فقد نُفّذ أو رُفض أو انتظر أكثر من خمس دقائق.",
];
