//! What the front page says, in two languages. What stands between backticks is code.

use super::super::language::Language;

/// The texts.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) ok: &'static str,
    pub(super) degraded: &'static str,
    pub(super) unconfigured: &'static str,
    /// `{}` stands for the variable.
    pub(super) setting: &'static str,
    pub(super) no_pbx: &'static str,
    pub(super) no_keys: &'static str,
    pub(super) refused: &'static str,
    pub(super) unreachable: &'static str,
    pub(super) silent: &'static str,
    pub(super) connect: &'static str,
    pub(super) address: &'static str,
    pub(super) key: &'static str,
    pub(super) key_text: &'static str,
    pub(super) signs_in: &'static str,
    pub(super) no_sign_in: &'static str,
    pub(super) needs_sign_in: &'static str,
    pub(super) assistant: &'static str,
    pub(super) terminal: &'static str,
}

impl Words {
    pub(super) const fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Arabic => &ARABIC,
        }
    }
}

const ENGLISH: Words = Words {
    title: "Your company's telephones, for AI assistants",
    lead: "Through this address an assistant such as Claude, ChatGPT or Copilot can use the company's 3CX \
           telephone system (over MCP): see who is free, place, transfer and end calls, and look up past \
           ones. Emergency and premium numbers are refused, whatever the assistant wants.",
    ok: "It works, and is ready.",
    degraded: "It runs, but something is wrong.",
    unconfigured: "It is not set up yet.",
    setting: "`{}` is set to something it cannot be: `/health` says what.",
    no_pbx: "No PBX is named: an administrator must set `PBX_FQDN`.",
    no_keys: "Nobody has a key: an administrator makes one with `npm run key` and sets `MCP_API_KEYS`.",
    refused: "The PBX refuses the sign-in: its client id or key are wrong, or another program uses them.",
    unreachable: "The PBX cannot be reached.",
    silent: "A part of this server does not answer. If it stays so, tell your administrator.",
    connect: "Connect an assistant",
    address: "The address",
    key: "The key",
    key_text: "Your administrator makes one for each assistant. Put it where `YOUR-KEY` stands below, and \
               never into a chat or a repository.",
    signs_in: "Assistants that can sign in (OAuth) need the address only: a page then asks you for the \
               key. Leave the key and its header out of what you paste.",
    no_sign_in: "Signing in from the assistant (OAuth) is not set up here (an administrator can set \
                 `OAUTH_SIGNING_KEY`): each needs the key where it is configured.",
    needs_sign_in: "It connects by signing in (OAuth) only, which is not set up here.",
    assistant: "Your assistant",
    terminal: "In a terminal",
};

const ARABIC: Words = Words {
    title: "هاتف الشركة بين يدي المساعد الذكي",
    lead: "عبر هذا العنوان يستطيع مساعد مثل Claude أو ChatGPT أو Copilot استخدام نظام الهاتف 3CX الخاص \
           بالشركة (عبر MCP): يعرف من المتاح، ويجري المكالمات ويحوّلها وينهيها، ويراجع السابق منها. أما \
           أرقام الطوارئ والأرقام مرتفعة التعرفة فمرفوضة مهما أراد المساعد.",
    ok: "يعمل، وهو جاهز.",
    degraded: "يعمل، لكن فيه خللًا.",
    unconfigured: "لم يُضبط بعد.",
    setting: "قيمة `{}` غير صالحة، والتفصيل في `/health`.",
    no_pbx: "لم يُحدَّد نظام الهاتف: على مدير النظام ضبط `PBX_FQDN`.",
    no_keys: "لا أحد يملك مفتاحًا: ينشئه مدير النظام بالأمر `npm run key` ثم يضبط `MCP_API_KEYS`.",
    refused: "يرفض نظام الهاتف تسجيل الدخول: معرّف العميل أو مفتاحه خطأ، أو يستخدمهما برنامج آخر.",
    unreachable: "لا يمكن الوصول إلى نظام الهاتف.",
    silent: "جزء من هذا الخادم لا يستجيب. إن طال ذلك فأخبر مدير النظام.",
    connect: "توصيل مساعد",
    address: "العنوان",
    key: "المفتاح",
    key_text: "ينشئ مدير النظام مفتاحًا لكل مساعد. ضعه مكان `YOUR-KEY` أدناه، ولا تكتبه في محادثة ولا في \
               مستودع شيفرة.",
    signs_in: "المساعد الذي يدعم تسجيل الدخول (OAuth) يكفيه العنوان وحده، ثم تسألك صفحة عن المفتاح. احذف \
               عندئذ المفتاح وترويسته مما تلصقه.",
    no_sign_in: "تسجيل الدخول من المساعد (OAuth) غير مفعّل هنا (يستطيع مدير النظام ضبط \
                 `OAUTH_SIGNING_KEY`)، فكل مساعد يحتاج إلى المفتاح في إعداداته.",
    needs_sign_in: "لا يتصل إلا بتسجيل الدخول (OAuth)، وهو غير مفعّل هنا.",
    assistant: "مساعدك",
    terminal: "في الطرفية",
};
