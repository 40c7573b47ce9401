//! Messages from behind: what goes wrong with chat, what an agent writes, what the provider told.

use serde_json::Value;

use crate::my_phone::ChatFault;
use crate::sms::{AgentSms, SmsEvent};

use super::Control;

impl Control {
    /// What the next chat message meets, behind those that wait already.
    pub fn add_chat_fault(&self, fault: ChatFault) {
        self.shared
            .with(|world| world.my_phone.faults.push_back(fault));
    }

    /// An agent writes to somebody outside: it is in the chat at once, and what 3CX posts to the
    /// provider is returned, for the test to post.
    pub fn agent_writes(&self, sms: &AgentSms) -> Value {
        self.shared.with(|world| world.agent_writes(sms))
    }

    /// Everything that the SMS provider told, oldest first.
    pub fn sms_events(&self) -> Vec<SmsEvent> {
        self.shared.with(|world| world.sms.clone())
    }
}
