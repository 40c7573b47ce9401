//! What the pages of signing in say, in two languages.

use super::super::language::Language;
use crate::auth::Scope;

/// The texts.
pub(super) struct Words {
    pub(super) title: &'static str,
    /// Follows the client's name.
    pub(super) asks: &'static str,
    pub(super) known_by: &'static str,
    pub(super) unknown: &'static str,
    pub(super) leads_to: &'static str,
    pub(super) this_machine: &'static str,
    pub(super) local_warning: &'static str,
    pub(super) may: &'static str,
    pub(super) scopes: [&'static str; 5],
    pub(super) key: &'static str,
    pub(super) key_hint: &'static str,
    pub(super) allow: &'static str,
    pub(super) deny: &'static str,
    pub(super) wrong_key: &'static str,
    pub(super) nothing_granted: &'static str,
    pub(super) problem: &'static str,
    pub(super) start_again: &'static str,
    pub(super) too_late: &'static str,
}

impl Words {
    pub(super) const fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Arabic => &ARABIC,
        }
    }

    /// What a scope permits.
    pub(super) const fn scope(&self, scope: Scope) -> &'static str {
        let [read, control, message, record, admin] = self.scopes;
        match scope {
            Scope::Read => read,
            Scope::Control => control,
            Scope::Message => message,
            Scope::Record => record,
            Scope::Admin => admin,
        }
    }
}

const ENGLISH: Words = Words {
    title: "Let an assistant use the telephone system?",
    asks: "asks to use your company's 3CX telephone system.",
    known_by: "Who it is",
    unknown: "It registered itself. Nobody vouches for its name.",
    leads_to: "Afterwards you go to",
    this_machine: "a program on this device",
    local_warning: "Any program on this device can claim this name. Go on only if you have just \
                    started it yourself.",
    may: "It may then",
    scopes: [
        "see extensions, who is available, calls and the call history",
        "make, answer, transfer, hold and end calls",
        "send messages",
        "change the recording of calls",
        "change settings and read the audit log",
    ],
    key: "Access key",
    key_hint: "The key that your administrator gave you. The assistant gets no more than this key \
               permits, and never sees the key itself.",
    allow: "Allow",
    deny: "Refuse",
    wrong_key: "This key is not known here. Check it, or ask your administrator.",
    nothing_granted: "This key permits nothing of what is ticked.",
    problem: "This cannot go on",
    start_again: "Go back to your assistant and connect once more.",
    too_late: "This page has been open for too long, or was changed on its way.",
};

const ARABIC: Words = Words {
    title: "هل تسمح لمساعد ذكي باستخدام نظام الهاتف؟",
    asks: "يطلب استخدام نظام الهاتف 3CX الخاص بشركتك.",
    known_by: "من هو",
    unknown: "سجّل نفسه بنفسه، ولا أحد يضمن صحة اسمه.",
    leads_to: "ستنتقل بعد ذلك إلى",
    this_machine: "برنامج على هذا الجهاز",
    local_warning: "يستطيع أي برنامج على هذا الجهاز أن ينتحل هذا الاسم. تابع فقط إذا كنت قد شغّلته \
                    بنفسك للتو.",
    may: "سيستطيع عندئذ",
    scopes: [
        "الاطلاع على التحويلات وحالة الموظفين والمكالمات وسجلها",
        "إجراء المكالمات والرد عليها وتحويلها وتعليقها وإنهاءها",
        "إرسال الرسائل",
        "تغيير تسجيل المكالمات",
        "تغيير الإعدادات وقراءة سجل التدقيق",
    ],
    key: "مفتاح الدخول",
    key_hint: "المفتاح الذي أعطاك إياه مدير النظام. لن يحصل المساعد على أكثر مما يسمح به هذا المفتاح، \
               ولن يرى المفتاح نفسه.",
    allow: "السماح",
    deny: "الرفض",
    wrong_key: "هذا المفتاح غير معروف هنا. تحقق منه أو اسأل مدير النظام.",
    nothing_granted: "لا يسمح هذا المفتاح بشيء مما اخترته.",
    problem: "تعذّرت المتابعة",
    start_again: "عد إلى مساعدك وأعد الاتصال من جديد.",
    too_late: "بقيت هذه الصفحة مفتوحة مدة طويلة، أو تغيّرت في الطريق.",
};
