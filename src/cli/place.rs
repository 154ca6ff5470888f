//! Where a command works: on a real account, or in the sandbox; and where that is remembered.

use std::{env, path::PathBuf};

use super::{Failure, Surroundings, arguments::Global, sandbox::Serve};
use crate::{
    aws::Connection,
    model::quoted,
    sandbox::{DEFAULT_REGION, DEFAULT_SPEED, Options, Sandbox, Servers, Shells, Store, Switches},
    state::{Record, StateDirectory, with_flags},
};

/// Below the state directory: the sandbox's world, and its migrations beside it.
const SANDBOX: &str = "sandbox";

/// Where a command works.
pub(super) struct Place {
    /// Where migrations are remembered.
    pub(super) states: StateDirectory,
    /// Whether it is the sandbox.
    sandbox: bool,
    /// The flags that a later command needs to find this place.
    pub(super) flags: String,
}

impl Place {
    /// Finds the place that the global flags name.
    pub(super) fn find(global: &Global) -> Result<Self, Failure> {
        let root = root(global)?;
        let mut flags = Vec::new();
        if global.sandbox {
            flags.push("--sandbox".to_owned());
        }
        if let Some(given) = &global.state_dir {
            // The command may be pasted in another folder.
            let absolute = std::path::absolute(given).unwrap_or_else(|_| given.clone());
            flags.push(format!("--state-dir {}", quoted(&absolute.to_string_lossy())));
        }
        if global.sandbox && global.endpoint_url.is_some() {
            return Err(Failure::Usage("--sandbox answers by itself: leave --endpoint-url out".into()));
        }
        let root = if global.sandbox { root.join(SANDBOX) } else { root };
        Ok(Self { states: StateDirectory::new(root), sandbox: global.sandbox, flags: flags.join(" ") })
    }

    /// A place that nobody comes back to.
    pub(super) fn for_a_rehearsal(root: PathBuf) -> Self {
        Self { states: StateDirectory::new(root), sandbox: true, flags: String::new() }
    }

    /// Whether it is the sandbox.
    pub(super) fn is_sandbox(&self) -> bool {
        self.sandbox
    }

    /// How AWS is reached, by the flags and by what a migration remembers. Opens the sandbox, if it is that.
    pub(super) fn connection(
        &self,
        global: &Global,
        record: Option<&Record>,
        around: &Surroundings,
    ) -> Result<Connection, Failure> {
        let region = global.region.clone().or_else(|| record.map(|record| record.region.clone()));
        if self.sandbox {
            return Ok(Connection {
                region: region.or_else(|| Some(DEFAULT_REGION.to_owned())),
                in_process: Some(open(global, None, around)?.http_client()),
                transcript: global.transcript.clone(),
                ..Connection::default()
            });
        }
        Ok(Connection {
            profile: global.profile.clone().or_else(|| record.and_then(|record| record.profile.clone())),
            region,
            endpoint_url: global.endpoint_url.clone().or_else(|| record.and_then(|record| record.endpoint.clone())),
            transcript: global.transcript.clone(),
            ..Connection::default()
        })
    }

    /// Names the migrations that wait in the sandbox where a command looked on real accounts only.
    pub(super) fn waiting_in_the_sandbox(&self) -> Option<String> {
        if self.is_sandbox() {
            return None;
        }
        let entries = StateDirectory::new(self.states.root().join(SANDBOX)).entries();
        let names: Vec<String> = entries
            .iter()
            .filter_map(|entry| entry.record.as_ref().ok().filter(|record| !record.is_finished()))
            .map(|record| record.migration.name.clone())
            .collect();
        let wait = if names.len() == 1 { "waits" } else { "wait" };
        let resume = with_flags("rds-encrypt resume --sandbox", &self.flags);
        (!names.is_empty()).then(|| format!("in the sandbox {wait}: {} ({resume})\n", names.join(", ")))
    }
}

/// The sandbox of a test, or the one whose world is in the state directory.
pub(super) fn open(global: &Global, serve: Option<&Serve>, around: &Surroundings) -> Result<Sandbox, Failure> {
    if let Some(sandbox) = &around.sandbox {
        return Ok(sandbox.clone());
    }
    let folder = root(global)?.join(SANDBOX);
    crate::state::make_folder(&folder).map_err(|error| Failure::Refused(format!("{error}\n  {}", error.hint())))?;
    let mut switches = Switches::default();
    switches.sessions.destinations = serve.map(|serve| serve.destination.iter().cloned().collect()).unwrap_or_default();
    Sandbox::open(Options {
        switches,
        speed: serve.map_or(DEFAULT_SPEED, |serve| serve.speed),
        region: serve.and_then(|_| global.region.clone()).unwrap_or_else(|| DEFAULT_REGION.to_owned()),
        seed: serve.and_then(|serve| serve.seed.clone()),
        store: Store::File(folder.join("world.json")),
        servers: if serve.is_some_and(|serve| serve.postgres) { Servers::Required } else { Servers::Found },
        // Other users of this machine reach a served one's port.
        shells: if serve.is_some_and(|serve| !serve.shells) { Shells::InProcess } else { Shells::default() },
        ..Options::default()
    })
    .map_err(|error| Failure::Refused(error.to_string()))
}

/// The state directory: as given, else where the system keeps such things.
fn root(global: &Global) -> Result<PathBuf, Failure> {
    match (&global.state_dir, env::var_os("XDG_STATE_HOME"), env::var_os("HOME")) {
        (Some(root), _, _) => Ok(root.clone()),
        (None, Some(state), _) if !state.is_empty() => Ok(PathBuf::from(state).join("rds-encrypt")),
        (None, _, Some(home)) if !home.is_empty() => Ok(PathBuf::from(home).join(".local/state/rds-encrypt")),
        _ => Err(Failure::Usage("no home directory is set: give --state-dir".into())),
    }
}
