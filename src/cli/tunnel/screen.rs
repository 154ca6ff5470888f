//! What a person, or a machine, hears of open tunnels.

use std::time::Duration;

use super::carry::Tunnel;
use crate::{
    cli::{Failure, Surroundings},
    tunnel::Event,
    ui::{
        Volume,
        tunnel::{Opening, Status, event_as_json, event_in_words, opening, opening_as_json, opening_for_command},
    },
};

/// Where events are told.
pub(super) struct Screen<'a> {
    pub(super) around: &'a mut Surroundings,
    /// On a terminal that isn't a command's.
    status: Option<Status>,
    /// Whether a command runs inside, whose terminal it is then.
    is_anothers: bool,
}

impl<'a> Screen<'a> {
    pub(super) fn new(around: &'a mut Surroundings, tunnels: usize, is_anothers: bool) -> Self {
        let is_wanted = !is_anothers && !around.json && around.output.volume > Volume::Quiet;
        let status = around.bars.as_mut().filter(|_| is_wanted).map(|bars| Status::new(bars(), tunnels));
        Self { around, status, is_anothers }
    }

    /// Clients can connect to this one.
    pub(super) fn opened(&mut self, tunnel: &Tunnel<'_>) -> Result<(), Failure> {
        let to = &tunnel.way.to;
        let shown = Opening {
            host: &to.host,
            port: to.port,
            local: tunnel.local,
            local_port: tunnel.port,
            bastion: &tunnel.way.bastion,
            database: to.database.as_ref(),
            authority: tunnel.authority,
        };
        if self.is_anothers {
            self.around.output.say(&opening_for_command(&shown));
            return Ok(());
        }
        let text =
            if self.around.json { opening_as_json(&shown) } else { opening(&shown, self.around.output.stdout_page) };
        self.above(|around| around.result(&text))
    }

    /// All tunnels are open.
    pub(super) fn all_opened(&mut self) {
        if let Some(status) = &mut self.status {
            status.show();
        }
    }

    /// Something happened in one of them.
    pub(super) fn tell(&mut self, tunnel: usize, event: &Event) -> Result<(), Failure> {
        if self.around.json {
            return self.around.result(&event_as_json(event));
        }
        let words = event_in_words(event);
        match event {
            Event::Warning(_) | Event::ClientRefused { .. } => self.above(|around| around.output.problem(&words)),
            Event::ClientClosed { end, .. } if !end.is_clean() => self.above(|around| around.output.problem(&words)),
            Event::Traffic { clients, up, down } => match &mut self.status {
                Some(status) => status.heard(tunnel, *clients, *up, *down),
                None => self.around.output.detail(&words),
            },
            _ if self.is_anothers => self.around.output.detail(&words),
            _ => self.above(|around| around.output.say(&words)),
        }
        Ok(())
    }

    /// How fast it goes, now.
    pub(super) fn count(&mut self, after: Duration) {
        if let Some(status) = &mut self.status {
            status.count(after);
        }
    }

    /// Whether somebody watches the rate.
    pub(super) fn has_status(&self) -> bool {
        self.status.is_some()
    }

    /// Takes the line at the bottom away.
    pub(super) fn end(&mut self) {
        if let Some(mut status) = self.status.take() {
            status.end();
        }
    }

    fn above<T>(&mut self, write: impl FnOnce(&mut Surroundings) -> T) -> T {
        match &mut self.status {
            Some(status) => status.above(|| write(self.around)),
            None => write(self.around),
        }
    }
}
