//! What is put out: utterances in their order, each filled while it plays, and what was heard of them.
//!
//! Every frame that is due is answered, with speech or with silence: the sound to the PBX never stops. A
//! first moment of speech is collected before an utterance begins, so that it does not stutter.
//!
//! Not here: when a frame is due (`pacer`), where speech comes from (`mouth`).

use std::collections::VecDeque;

use super::audio::Frame;

/// Collected before an utterance begins: 80 ms.
const HEAD_START: usize = 4;
/// An utterance that is not all there is taken to last this many milliseconds a character.
const MS_A_CHARACTER: usize = 70;
const FRAME_MS: usize = 20;

/// Which reply an utterance is part of, if it is part of one.
pub type Tag = Option<usize>;

/// One utterance.
#[derive(Debug)]
struct Utterance {
    id: u32,
    /// What it is part of, for whoever put it here.
    tag: Tag,
    /// Empty for sounds.
    text: String,
    frames: VecDeque<Frame>,
    played: usize,
    is_whole: bool,
}

/// The queue of utterances.
#[derive(Debug, Default)]
pub struct Playback {
    queue: VecDeque<Utterance>,
    /// Texts that were heard since [`take_heard`](Self::take_heard).
    heard: Vec<(Tag, String)>,
}

/// What an interruption left.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Utterances that were still being filled.
    pub open: Vec<u32>,
    /// What had not been heard.
    pub unheard: String,
    /// The replies that were not heard to their end.
    pub tags: Vec<Tag>,
}

impl Playback {
    /// Another utterance, whose sound is still to come.
    pub fn open(&mut self, id: u32, tag: Tag, text: String) {
        self.queue.push_back(Utterance {
            id,
            tag,
            text,
            frames: VecDeque::new(),
            played: 0,
            is_whole: false,
        });
    }

    /// Another utterance that is all there.
    pub fn add(&mut self, id: u32, text: String, frames: Vec<Frame>) {
        self.queue.push_back(Utterance::whole(id, text, frames));
    }

    /// The same before all others.
    pub fn add_first(&mut self, id: u32, text: String, frames: Vec<Frame>) {
        self.queue.push_front(Utterance::whole(id, text, frames));
    }

    /// Sound of an utterance; what is not in the queue any more is not wanted.
    pub fn fill(&mut self, id: u32, frames: Vec<Frame>) {
        if let Some(utterance) = self.find(id) {
            utterance.frames.extend(frames);
        }
    }

    /// None of its sound counts; other sound will come.
    pub fn empty(&mut self, id: u32) {
        if let Some(utterance) = self.find(id) {
            utterance.frames.clear();
        }
    }

    /// All of its sound is there, or as much as there will be.
    pub fn close(&mut self, id: u32) {
        if let Some(utterance) = self.find(id) {
            utterance.is_whole = true;
        }
    }

    /// Whether sound of it was put out.
    pub fn has_begun(&self, id: u32) -> bool {
        let utterance = self.queue.iter().find(|it| it.id == id);
        utterance.is_none_or(|it| it.played > 0)
    }

    /// It comes to nothing; returns its text.
    pub fn remove(&mut self, id: u32) -> Option<String> {
        let place = self.queue.iter().position(|it| it.id == id)?;
        self.queue.remove(place).map(|it| it.text)
    }

    /// The next frame, or `None` for silence.
    pub fn next_frame(&mut self) -> Option<Frame> {
        loop {
            let first = self.queue.front_mut()?;
            let is_ready = first.is_whole || first.played > 0 || first.frames.len() >= HEAD_START;
            if is_ready && let Some(frame) = first.frames.pop_front() {
                first.played = first.played.saturating_add(1);
                if first.is_whole && first.frames.is_empty() {
                    self.finish_first();
                }
                return Some(frame);
            }
            if !first.is_whole {
                return None;
            }
            self.finish_first();
        }
    }

    /// Nothing is to be heard any more.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Something can be heard this very moment.
    pub fn is_sounding(&self) -> bool {
        self.queue.front().is_some_and(|first| {
            first.played > 0 || first.is_whole || first.frames.len() >= HEAD_START
        })
    }

    /// What comes next is words, not the sound of waiting.
    pub fn is_speech(&self) -> bool {
        self.queue.front().is_some_and(|it| !it.text.is_empty())
    }

    /// What was heard since it was last asked for.
    pub fn take_heard(&mut self) -> Vec<(Tag, String)> {
        std::mem::take(&mut self.heard)
    }

    /// Stops at once.
    pub fn cut(&mut self) -> Cut {
        let mut cut = Cut::default();
        let mut unheard = Vec::new();
        for utterance in std::mem::take(&mut self.queue) {
            if !utterance.is_whole {
                cut.open.push(utterance.id);
            }
            let (heard, rest) = utterance.divide();
            if !heard.is_empty() {
                self.heard.push((utterance.tag, heard));
            }
            if !rest.is_empty() {
                unheard.push(rest);
                cut.tags.push(utterance.tag);
            }
        }
        cut.unheard = unheard.join(" ");
        cut
    }

    fn finish_first(&mut self) {
        if let Some(done) = self.queue.pop_front()
            && done.played > 0
            && !done.text.is_empty()
        {
            self.heard.push((done.tag, done.text));
        }
    }

    fn find(&mut self, id: u32) -> Option<&mut Utterance> {
        self.queue.iter_mut().find(|it| it.id == id)
    }
}

impl Utterance {
    fn whole(id: u32, text: String, frames: Vec<Frame>) -> Self {
        Self {
            id,
            tag: None,
            text,
            frames: frames.into(),
            played: 0,
            is_whole: true,
        }
    }

    /// Which words were heard and which were not, by how much of its sound was put out.
    fn divide(&self) -> (String, String) {
        let there = self.played.saturating_add(self.frames.len());
        let characters = self.text.chars().count();
        let expected = if self.is_whole {
            there
        } else {
            there.max(characters.saturating_mul(MS_A_CHARACTER) / FRAME_MS)
        };
        let mut so_far = characters
            .saturating_mul(self.played)
            .checked_div(expected)
            .unwrap_or(0);
        let (mut heard, mut rest) = (Vec::new(), Vec::new());
        for word in self.text.split_whitespace() {
            let length = word.chars().count();
            if rest.is_empty() && length <= so_far {
                so_far = so_far.saturating_sub(length).saturating_sub(1);
                heard.push(word);
            } else {
                rest.push(word);
            }
        }
        (heard.join(" "), rest.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(number: usize) -> Vec<Frame> {
        vec![Frame::of(&[9; 160]); number]
    }

    fn heard(playback: &mut Playback) -> String {
        let heard = playback.take_heard().into_iter();
        heard.map(|(_, text)| text).collect::<Vec<_>>().join(" ")
    }

    fn play(playback: &mut Playback, number: usize) -> usize {
        (0..number)
            .filter(|_| playback.next_frame().is_some())
            .count()
    }

    #[test]
    fn in_order_and_silent_while_sound_is_missing() {
        let mut playback = Playback::default();
        assert_eq!(playback.next_frame(), None);
        playback.open(1, None, "One.".into());
        playback.open(2, None, "Two.".into());
        playback.fill(2, frames(5));
        playback.close(2);
        playback.fill(1, frames(2));
        assert_eq!((play(&mut playback, 9), playback.is_sounding()), (0, false));
        playback.fill(1, frames(2));
        assert_eq!(play(&mut playback, 9), 4);
        assert_eq!(heard(&mut playback), "");
        playback.close(1);
        assert_eq!(play(&mut playback, 9), 5);
        assert_eq!(heard(&mut playback), "One. Two.");
        assert!(playback.is_empty());
        // What comes after all is not played.
        playback.fill(1, frames(9));
        assert_eq!(play(&mut playback, 9), 0);
    }

    #[test]
    fn an_interruption_keeps_what_was_heard() {
        let mut playback = Playback::default();
        playback.add(1, "We are open until five.".into(), frames(50));
        playback.add(2, "On Friday we are closed all day.".into(), frames(100));
        playback.open(3, Some(7), "Anything else?".into());
        play(&mut playback, 100);
        let cut = playback.cut();
        assert_eq!((cut.open, cut.tags), (vec![3], vec![None, Some(7)]));
        assert_eq!(
            heard(&mut playback),
            "We are open until five. On Friday we are"
        );
        assert_eq!(cut.unheard, "closed all day. Anything else?");
        assert!(playback.is_empty() && playback.next_frame().is_none());
        // Of one that is not all there, its usual length is taken.
        playback.open(4, None, "word ".repeat(20).trim().into());
        playback.fill(4, frames(60));
        play(&mut playback, 50);
        playback.cut();
        assert_eq!(heard(&mut playback), "word word word");
        playback.open(5, None, "Never heard.".into());
        assert_eq!(
            (playback.remove(5).as_deref(), playback.remove(5)),
            (Some("Never heard."), None)
        );
    }
}
