//! Messages of the demo clinic, so many minutes before the start.

use crate::chats::{Chat, ChatKind, Sender};
use crate::clock::SECOND_US;

use super::PEOPLE;

use ChatKind::{Internal, LiveChat, Sms};

/// A row: minutes ago, conversation, kind, sender, recipient, text.
type Row = (u64, u32, ChatKind, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    (8_900, 11, Sms, "+966500000011", "100", "السلام عليكم، أريد حجز موعد مع د. نورة"),
    (8_893, 11, Sms, "100", "+966500000011", "وعليكم السلام، هل يناسبك الأحد الساعة ٤ عصرًا؟"),
    (8_890, 11, Sms, "+966500000011", "100", "نعم، شكرًا"),
    (7_300, 12, Internal, "101", "100", "Running 20 minutes late, please tell the next patient."),
    (7_298, 12, Internal, "100", "101", "Done, she is waiting in room 3."),
    (5_700, 13, LiveChat, "Visitor 4711", "800", "Do you accept insurance from Bupa?"),
    (5_698, 13, LiveChat, "109", "Visitor 4711", "Yes, please bring the card and your ID."),
    (4_400, 14, Internal, "105", "104", "هل المخزون من القفازات كافٍ لهذا الأسبوع؟"),
    (4_390, 14, Internal, "104", "105", "لا، طلبت صندوقين إضافيين"),
    (3_010, 15, Sms, "+966500000012", "100", "Is the clinic open on Friday?"),
    (3_001, 15, Sms, "100", "+966500000012", "We are closed on Friday; Saturday from 9 to 17."),
    (1_600, 16, Internal, "103", "111", "My phone shows \"not registered\" again & again."),
    (1_590, 16, Internal, "111", "103", "Rebooted the switch. Try now, O'Brien :)"),
    (1_500, 17, LiveChat, "Visitor 4712", "800", "أين موقع العيادة؟"),
    (1_497, 17, LiveChat, "112", "Visitor 4712", "حي العليا، طريق الملك فهد"),
    (300, 18, Sms, "+966500000013", "104", "The result of my blood test?"),
    (290, 18, Sms, "104", "+966500000013", "The doctor will call you today."),
    (120, 19, Internal, "107", "109", "Invoice 2207 is paid."),
    (60, 12, Internal, "101", "100", "د. خالد: ألغي موعد الخامسة من فضلك"),
    (15, 20, Sms, "+966500000014", "100", "Thank you! 🌹"),
];

/// All of them, oldest first.
pub(crate) fn chats(now_us: u64) -> Vec<Chat> {
    ROWS.iter().map(|row| chat(row, now_us)).collect()
}

fn chat(&(minutes, conversation, kind, from, to, text): &Row, now_us: u64) -> Chat {
    let person = PEOPLE.iter().find(|person| person.number == from);
    let phone = if from.starts_with('+') { from } else { "" };
    Chat {
        // Whole seconds: XAPI prints them so where there is no fraction.
        sent_us: (now_us / SECOND_US).saturating_sub(minutes * 60) * SECOND_US,
        conversation,
        kind,
        from: Sender {
            number: from.to_owned(),
            name: person.map_or(from.to_owned(), |person| person.display_name()),
            phone: phone.to_owned(),
            email: String::new(),
        },
        to: vec![to.to_owned()],
        text: text.to_owned(),
        queue: (kind == LiveChat).then(|| "800".to_owned()),
    }
}
