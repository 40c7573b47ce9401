//! Many Workers, each through waves of attempts and through restarts.

use std::pin::pin;
use std::time::Duration;

use futures::StreamExt;
use futures::future::{Either, select};
use futures::stream::FuturesUnordered;

use super::books::Tally;
use super::crowd::{Crowd, Wanted};
use crate::harness::{Client, Dice};

/// People who want something at the same moment; most of them attempt more than once.
const WAVE: usize = 16;

/// One Worker and what is around it.
pub(crate) trait World {
    type Wanted: Wanted;

    /// Arranges what goes wrong in the next wave.
    fn stir(&mut self, dice: &mut Dice, is_slow: bool);

    /// How many requests the other side has seen, whenever it is asked.
    fn requests(&self) -> impl Fn() -> usize + use<Self>;

    /// Ends the runtime and starts it again; who asks it from now on.
    async fn restart(&mut self) -> Vec<Client>;

    /// The wave is over.
    async fn clears_up(&mut self);
}

/// How a life goes, in attempts.
pub(crate) struct Course {
    /// So long it lasts.
    pub(crate) attempts: usize,
    /// When the runtime dies; the last first.
    pub(crate) deaths: Vec<usize>,
    /// When the other side once takes longer than the Worker waits.
    pub(crate) slow: Option<usize>,
}

/// So many attempts, `each` in a life of its own and `at_once` lives side by side; what was counted, and how
/// many lives it took.
pub(crate) async fn lives<O, L>(
    (attempts, each, at_once): (usize, usize, usize),
    life: impl Fn(usize) -> L,
) -> (Tally<O>, usize)
where
    Tally<O>: Default + std::ops::AddAssign,
    L: Future<Output = Tally<O>>,
{
    let lives = (0..attempts.div_ceil(each)).map(life);
    let mut all = futures::stream::iter(lives).buffer_unordered(at_once);
    let (mut sum, mut count) = (Tally::default(), 0);
    while let Some(tally) = all.next().await {
        sum += tally;
        count += 1;
    }
    (sum, count)
}

/// One life; how often the runtime was restarted.
pub(crate) async fn live_through<W: World>(
    world: &mut W,
    crowd: &Crowd<W::Wanted>,
    dice: &mut Dice,
    mut course: Course,
) -> usize {
    let mut restarts = 0;
    let mut everyone = FuturesUnordered::new();
    while crowd.attempts() < course.attempts {
        let now = crowd.attempts();
        let is_slow = course.slow.take_if(|attempts| now >= *attempts).is_some();
        world.stir(dice, is_slow);
        for _ in 0..WAVE {
            let mut dice = Dice::new(dice.below(1 << 30));
            everyone.push(async move { W::Wanted::want(crowd, &mut dice, is_slow).await });
        }
        // Those who have to wait for long do so while the next ones come.
        let settled = pin!(settle(&mut everyone, WAVE / 2));
        if course
            .deaths
            .last()
            .is_some_and(|attempts| now >= *attempts)
        {
            let enough = pin!(more(world.requests(), 1 + dice.below(WAVE / 2)));
            if let Either::Right(_) = select(settled, enough).await {
                course.deaths.pop();
                // Nobody finds the new Worker before it is there.
                let mut clients = crowd.clients.write().await;
                *clients = world.restart().await;
                restarts += 1;
            }
        } else {
            settled.await;
        }
        world.clears_up().await;
    }
    settle(&mut everyone, 0).await;
    restarts
}

/// Waits until so many are left.
async fn settle(everyone: &mut FuturesUnordered<impl Future<Output = ()>>, left: usize) {
    while everyone.len() > left {
        everyone.next().await;
    }
}

/// Waits until so many more were seen.
async fn more(seen: impl Fn() -> usize, more: usize) {
    let enough = seen() + more;
    while seen() < enough {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
