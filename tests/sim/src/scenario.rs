//! The table of scenarios on the simulator's ports.

use std::collections::VecDeque;

use sapwood::core::flush;

use crate::net::End;
use crate::sent::Sent;
use crate::server::{Reply, Server};

/// The receiver of a scenario.
#[derive(Debug, Default)]
pub(crate) struct Script {
    rows: VecDeque<(Reply, Option<End>)>,
    pub(crate) settled: Vec<flush::Outcome>,
}

impl Script {
    /// What becomes of the next request.
    pub(crate) fn receive(&mut self, server: &mut Server, sent: &Sent) -> (Reply, Option<End>) {
        let row = if self.rows.len() > 1 { self.rows.pop_front() } else { self.rows.front().copied() };
        let (reply, end) = row.unwrap_or((Reply::OK, None));
        server.requests += 1;
        if reply.keeps {
            server.keep(sent, usize::MAX);
        }
        (reply, end)
    }
}
