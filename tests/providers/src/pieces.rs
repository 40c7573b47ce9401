//! Bodies that come in pieces, each after a pause; they may break off or stop, and they notice that
//! nobody reads them any more.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use http_body::Frame;
use tokio::time::Sleep;

use crate::book::Asking;

/// Before a connection breaks.
const FLUSH: Duration = Duration::from_millis(20);

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Good,
    /// The connection breaks.
    Cut,
    /// Nothing more comes.
    Stall,
}

/// A body under way.
pub(crate) struct Pieces {
    left: VecDeque<Bytes>,
    pause: Duration,
    ending: Ending,
    sleeping: Option<Pin<Box<Sleep>>>,
    asking: Asking,
}

impl Pieces {
    pub(crate) fn new(left: Vec<Bytes>, pause_ms: u64, ending: Ending, asking: Asking) -> Self {
        Self {
            left: left.into(),
            pause: Duration::from_millis(pause_ms),
            ending,
            sleeping: None,
            asking,
        }
    }

    fn wait(&mut self, pause: Duration, context: &mut Context<'_>) -> Poll<()> {
        let sleeping = self
            .sleeping
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
        let done = sleeping.as_mut().poll(context);
        if done.is_ready() {
            self.sleeping = None;
        }
        done
    }
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left.is_empty() {
            return match self.ending {
                Ending::Good => {
                    self.asking.finish();
                    Poll::Ready(None)
                }
                Ending::Cut => {
                    // What came before is to be on its way.
                    if self.wait(FLUSH, context).is_pending() {
                        return Poll::Pending;
                    }
                    self.asking.finish();
                    Poll::Ready(Some(Err(io::Error::other("trouble: cut"))))
                }
                // Nobody wakes it but the end of the connection.
                Ending::Stall => Poll::Pending,
            };
        }
        let pause = self.pause;
        if !pause.is_zero() && self.wait(pause, context).is_pending() {
            return Poll::Pending;
        }
        let piece = self.left.pop_front();
        if let Some(piece) = &piece {
            self.asking.piece(piece);
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }
}
