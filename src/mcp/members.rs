//! The members of a JSON object as the text they arrived in.
//!
//! Invariants
//! - Only the members that a reader knows are kept; others are skipped (`raw`).
//! - A known member that occurs twice is an error: whoever looked at the message on the way may have
//!   seen the other one.

use super::raw::{Raw, Walk};

/// Known members, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Members<'a>(Vec<(&'static str, Raw<'a>)>);

impl<'a> Members<'a> {
    /// Reads the text of an object. The error says what is wrong with it.
    pub(super) fn read(text: &'a str, known: &[&'static str]) -> Result<Self, String> {
        let mut walk = Walk::along(text);
        let mut members = Self::default();
        members
            .collect(&mut walk, known)
            .map_err(|problem| format!("{problem} at {}", walk.place()))?;
        Ok(members)
    }

    /// A member, null or not.
    pub(super) fn present(&self, name: &str) -> Option<Raw<'a>> {
        let mut members = self.0.iter();
        members
            .find(|(known, _)| *known == name)
            .map(|(_, raw)| *raw)
    }

    /// A member, unless it is null.
    pub(super) fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.present(name).filter(|raw| !raw.is_null())
    }

    fn collect(&mut self, walk: &mut Walk<'a>, known: &[&'static str]) -> Result<(), String> {
        let expected = |what: &str| format!("expected {what}");
        if !walk.pass('{') {
            return Err(expected("an object"));
        }
        let mut is_over = walk.pass('}');
        while !is_over {
            let name = walk.value().ok_or_else(|| expected("a name"))?;
            let name = name.text().ok_or_else(|| expected("a name in Unicode"))?;
            let known = known.iter().copied().find(|known| *known == name);
            if let Some(name) = known
                && self.present(name).is_some()
            {
                return Err(format!("duplicate field `{name}`"));
            }
            if !walk.pass(':') {
                return Err(expected("`:`"));
            }
            let value = walk.value().ok_or_else(|| expected("a value"))?;
            self.0.extend(known.map(|name| (name, value)));
            is_over = walk.pass('}');
            if !is_over && !walk.pass(',') {
                return Err(expected("`,` or `}`"));
            }
        }
        if walk.is_over() {
            Ok(())
        } else {
            Err(expected("nothing more"))
        }
    }
}
