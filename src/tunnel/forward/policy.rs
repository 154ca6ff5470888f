//! Which session carries a new connection. Pure.
//!
//! AWS's agent sends a kilobyte a millisecond for a session, all its connections together: more sessions carry more. A
//! connection stays where it began, so that its bytes keep their order.

/// How many sessions there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// Connections are spread over so many, each opened when it is needed.
    pub wanted: usize,
    /// Busy connections may bring so many.
    pub most: usize,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { wanted: 1, most: 8 }
    }
}

/// One session, as it is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Its connections.
    pub clients: usize,
    /// Those of them that moved much in the last seconds.
    pub busy: usize,
    /// Whether it takes no more than one connection.
    pub single: bool,
    /// Whether new connections should avoid it: it seems to reach nothing.
    pub doubtful: bool,
}

/// What becomes of a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The session at this place carries it.
    Use(usize),
    /// A new session does.
    Open,
}

/// Chooses among sessions. `replaces`: whether a doubtful one may be replaced now.
#[must_use]
pub fn choose(loads: &[Load], sessions: Sessions, replaces: bool) -> Choice {
    let most = sessions.most.max(sessions.wanted).max(1);
    let sound = loads.iter().filter(|load| !load.doubtful).count();
    let free = |load: &Load| !(load.single && load.clients > 0);
    let least = |doubtful: bool| {
        let all = loads.iter().enumerate();
        let usable = all.filter(|(_, load)| load.doubtful == doubtful && free(load));
        usable.min_by_key(|(_, load)| (load.busy, load.clients)).map(|(place, load)| (place, *load))
    };
    match least(false) {
        Some((place, load)) if load.clients == 0 => Choice::Use(place),
        Some((place, load)) => {
            let wants_more = sound < sessions.wanted || (load.busy > 0 && sound < most);
            if wants_more { Choice::Open } else { Choice::Use(place) }
        }
        None if loads.is_empty() => Choice::Open,
        // No sound one has room. One that carries a single connection refuses the second itself, with the reason.
        None if sound > 0 => {
            if sound < sessions.wanted {
                return Choice::Open;
            }
            loads.iter().position(|load| !load.doubtful).map_or(Choice::Open, Choice::Use)
        }
        None if replaces => Choice::Open,
        None => least(true).map_or(Choice::Open, |(place, _)| Choice::Use(place)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn load(clients: usize, busy: usize) -> Load {
        Load { clients, busy, single: false, doubtful: false }
    }

    #[test]
    fn connections_are_spread_and_sessions_opened_on_demand() {
        let doubtful = |clients| Load { doubtful: true, ..load(clients, 0) };
        let single = |clients| Load { single: true, ..load(clients, 0) };
        let one = Sessions { wanted: 1, most: 1 };
        let four = Sessions { wanted: 4, most: 4 };
        let growing = Sessions::default();
        let table = [
            ("the first", vec![], one, Choice::Open),
            ("one session only", vec![load(9, 9)], one, Choice::Use(0)),
            ("an unused one first", vec![load(1, 0), load(0, 0)], four, Choice::Use(1)),
            ("another, up to four", vec![load(1, 0), load(1, 0)], four, Choice::Open),
            ("the least used", vec![load(2, 0), load(1, 0), load(2, 0), load(3, 0)], four, Choice::Use(1)),
            ("idle connections share", vec![load(5, 0)], growing, Choice::Use(0)),
            ("busy ones don't", vec![load(1, 1)], growing, Choice::Open),
            ("a quiet session is good enough", vec![load(3, 2), load(5, 0)], growing, Choice::Use(1)),
            ("but not more than eight", vec![load(1, 1); 8], growing, Choice::Use(0)),
            ("a doubtful one is avoided", vec![doubtful(1), load(4, 0)], one, Choice::Use(1)),
            ("and replaced", vec![doubtful(1)], one, Choice::Open),
            ("the second of a single one is refused there", vec![single(1)], one, Choice::Use(0)),
            ("or gets its own", vec![single(1)], four, Choice::Open),
        ];
        for (case, loads, sessions, expected) in table {
            assert_eq!(choose(&loads, sessions, true), expected, "{case}");
        }
        assert_eq!(choose(&[doubtful(1), doubtful(0)], one, false), Choice::Use(1), "replaced just now");
    }
}
