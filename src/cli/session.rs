//! What the commands share: the state directory, the connection, and one run of the engine on a screen.

use std::{env, path::PathBuf};

use super::{Failure, Surroundings, arguments::Global};
use crate::{
    aws::{Aws, Connection},
    engine::{Clock, Ending, Engine, event::Reporter},
    state::{Migration, StateDirectory},
    steps::StopKind,
    ui::{Bars, Plain, Silent, Volume, result},
};

/// Divides all waits: for tests against strangers that run in real time.
const PACE: &str = "RDS_ENCRYPT_PACE";

pub(super) fn state_directory(global: &Global) -> Result<StateDirectory, Failure> {
    let root = match (&global.state_dir, env::var_os("XDG_STATE_HOME"), env::var_os("HOME")) {
        (Some(root), _, _) => root.clone(),
        (None, Some(state), _) if !state.is_empty() => PathBuf::from(state).join("rds-encrypt"),
        (None, _, Some(home)) if !home.is_empty() => PathBuf::from(home).join(".local/state/rds-encrypt"),
        _ => return Err(Failure::Usage("no home directory is set: give --state-dir".into())),
    };
    Ok(StateDirectory::new(root))
}

pub(super) fn connection(global: &Global) -> Connection {
    Connection {
        profile: global.profile.clone(),
        region: global.region.clone(),
        endpoint_url: global.endpoint_url.clone(),
        in_process: None,
    }
}

/// `user@host`, in the characters that tags allow.
pub(super) fn owner() -> String {
    let user = env::var("USER").or_else(|_| env::var("LOGNAME")).unwrap_or_else(|_| "unknown".into());
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_else(|_| "unknown".into());
    let allowed = |letter: &char| letter.is_ascii_alphanumeric() || "._-".contains(*letter);
    let clean = |text: &str| text.trim().chars().filter(allowed).take(60).collect::<String>();
    format!("{}@{}", clean(&user), clean(&host))
}

/// Works on a migration and shows how it ends.
pub(super) async fn carry_out(
    aws: &Aws,
    mut migration: Migration,
    resumed: bool,
    around: &mut Surroundings,
) -> Result<u8, Failure> {
    let pace = env::var(PACE).ok().and_then(|text| text.parse().ok());
    let clock = Clock::new(pace.or(aws.clock().sandbox_speed()).unwrap_or(1.0));
    let interrupt = around.interrupt.clone();
    let ending = {
        let mut reporter: Box<dyn Reporter + '_> = match around.output.volume {
            Volume::Quiet => Box::new(Silent),
            _ if around.is_terminal => Box::new(Bars::on_stderr(around.output.stderr_page.color)),
            _ => Box::new(Plain::new(&mut around.output.stderr)),
        };
        let mut engine = Engine { aws, clock, interrupt, reporter: reporter.as_mut() };
        engine.migrate(&mut migration, resumed).await?
    };
    show(&migration, ending, around)
}

fn show(migration: &Migration, ending: Ending, around: &mut Surroundings) -> Result<u8, Failure> {
    let record = migration.record();
    let page = around.output.stdout_page;
    let (text, code) = match ending {
        Ending::Finished { seen, compared } => {
            let target = seen.target.as_ref();
            let endpoint = target.and_then(|it| {
                Some(format!("{}:{}", it.endpoint_address.as_ref()?, it.endpoint_port.unwrap_or_default()))
            });
            let copy = seen.copy.as_ref().or(seen.snapshot.as_ref());
            let made = result::Made {
                record,
                endpoint: endpoint.as_deref(),
                snapshot_time: copy.and_then(|it| it.original_snapshot_create_time.or(it.snapshot_create_time)),
                compared: Some(compared),
            };
            (result::finished(&made, page), 0)
        }
        Ending::Stopped(stop) => {
            let code = match stop.kind {
                StopKind::NeedsPerson => 4,
                StopKind::Foreign => 6,
                StopKind::Denied => 8,
                StopKind::Difference(_) => 7,
            };
            (result::stopped(record, &stop, page), code)
        }
        Ending::Interrupted => {
            around.output.problem(&result::interrupted(record, around.output.stderr_page));
            return Ok(5);
        }
    };
    around.output.result(&text).map_err(|error| Failure::Ours(format!("can't write the result: {error}")))?;
    Ok(code)
}
