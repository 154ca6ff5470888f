//! The same tunnel, carried by AWS's own Session Manager plugin.

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, TcpListener},
    process::Stdio,
};

use tokio::process::Command;

use super::{arguments::Tunnel, carry, find::Way, screen::Screen, service};
use crate::{
    aws::{Aws, SessionManager},
    cli::{Failure, Surroundings, arguments::Global},
    tunnel::{
        Service,
        agent_version::AgentVersion as Version,
        service::{Kind, Secret},
    },
    ui::tunnel::Authority,
};

const PROGRAM: &str = "session-manager-plugin";
/// The variable by which the plugin is given a session: its words can be read by everybody on this machine.
const GIVEN_IN: &str = "AWS_SSM_START_SESSION_RESPONSE";

/// Starts a session, and has the plugin carry it until one of the two ends.
pub(super) async fn run(
    aws: &Aws,
    ways: &[Way],
    asked: &Tunnel,
    global: &Global,
    authority: &Authority,
    around: &mut Surroundings,
) -> Result<u8, Failure> {
    let Some(way) = ways.first() else { return Ok(0) };
    let version = installed().await?;
    let is_aws = !global.sandbox && global.endpoint_url.is_none();
    if let Some(why) = refused(&version, is_aws) {
        return Err(Failure::Refused(why));
    }
    if let Some(warning) = warning_of(&version) {
        around.output.problem(&format!("warning: {warning}\n"));
    }
    let port = free(asked.local_port)?;
    let service = service(aws, way);
    let (session, given) = service.start_for_plugin(port).await.map_err(Failure::NoSession)?;
    let tunnel = carry::Tunnel { way, authority, local: Ipv4Addr::LOCALHOST.into(), port };
    let ended = carried(&service, aws, way, global, port, &given, &tunnel, around).await;
    if let Err(failure) = service.terminate(&session).await
        && failure.kind != Kind::Gone
    {
        around.output.problem(&format!(
            "warning: TerminateSession failed ({}): the session ends by itself when it is idle\n",
            failure.text
        ));
    }
    ended
}

#[expect(clippy::too_many_arguments, reason = "all that the plugin is told")]
async fn carried(
    service: &SessionManager,
    aws: &Aws,
    way: &Way,
    global: &Global,
    port: u16,
    given: &Secret,
    tunnel: &carry::Tunnel<'_>,
    around: &mut Surroundings,
) -> Result<u8, Failure> {
    let (document, parameters) = service.document();
    let parameters: serde_json::Map<String, serde_json::Value> = parameters
        .into_iter()
        .chain([("localPortNumber", port.to_string())])
        .map(|(name, value)| (name.to_owned(), serde_json::json!([value])))
        .collect();
    let asked = serde_json::json!({"Target": way.bastion.id, "DocumentName": document, "Parameters": parameters});
    let region = aws.region();
    let endpoint = global.endpoint_url.clone().unwrap_or_else(|| endpoint_of(region));
    let mut command = Command::new(PROGRAM);
    command
        .arg(GIVEN_IN)
        .args([region, "StartSession", global.profile.as_deref().unwrap_or_default()])
        .args([asked.to_string(), endpoint])
        .env(GIVEN_IN, given.reveal())
        // Whoever reads our stdout waits for our words, not the plugin's.
        .stdout(Stdio::from(std::io::stderr()))
        .stdin(Stdio::null());
    let mut interrupt = around.interrupt.clone();
    let _keyboard = interrupt.leave_keyboard();
    let mut child = command.spawn().map_err(|error| Failure::Refused(format!("{PROGRAM} can't be run: {error}")))?;
    Screen::new(around, 1, false).opened(tunnel)?;
    let status = tokio::select! {
        status = child.wait() => status,
        () = interrupt.asked() => {
            // Where it has ended by itself meanwhile, that is as well.
            let _ = child.start_kill();
            child.wait().await
        }
    };
    match status {
        Ok(status) if status.success() || interrupt.is_asked() => Ok(0),
        Ok(status) => Err(Failure::NeedsPerson(format!("error: {PROGRAM} ended early ({status})"))),
        Err(error) => Err(Failure::Ours(format!("{PROGRAM} can't be waited for: {error}"))),
    }
}

async fn installed() -> Result<String, Failure> {
    match Command::new(PROGRAM).arg("--version").stdin(Stdio::null()).output().await {
        Ok(output) => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Failure::Refused(format!(
            "{PROGRAM} isn't installed. Without --plugin it isn't needed. To install it: macOS: brew install --cask \
             session-manager-plugin; Debian, Ubuntu, Amazon Linux and others: the package for your system from \
             https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
        ))),
        Err(error) => Err(Failure::Refused(format!("{PROGRAM} can't be run: {error}"))),
    }
}

/// Why a version can't be used.
fn refused(version: &str, is_aws: bool) -> Option<String> {
    let (read, safe, strict) = (Version::read(version), Version::read("1.2.497.0"), Version::read("1.2.889.0"));
    if read <= safe {
        return Some(format!(
            "{PROGRAM} {version} takes a session's secret on its command line, where everybody on this machine can read \
             it: update it to 1.2.764.0 or later"
        ));
    }
    (read >= strict && !is_aws).then(|| {
        format!("{PROGRAM} {version} connects to AWS's own addresses only; leave --plugin out to reach another one")
    })
}

/// What is known to go wrong with a version.
fn warning_of(version: &str) -> Option<String> {
    let least = Version::read("1.2.764.0");
    (Version::read(version) < least)
        .then(|| format!("{PROGRAM} {version} is older than 1.2.764.0, the oldest that AWS supports: update it"))
}

fn endpoint_of(region: &str) -> String {
    let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
    format!("https://ssm.{region}.amazonaws.com{suffix}")
}

/// The port, which is free now: the plugin opens it after the session has started.
fn free(port: Option<u16>) -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0)));
    let address = listener.and_then(|listener| listener.local_addr());
    address.map(|address| address.port()).map_err(|error| {
        let port = port.map(|port| port.to_string()).unwrap_or_default();
        Failure::Refused(format!("port {port} on 127.0.0.1 can't be opened: {error}. Nothing was started"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_the_plugin_are_judged() {
        for (version, is_aws, is_refused, is_warned) in [
            ("1.2.764.0", true, false, false),
            ("1.2.694.0", true, false, true),
            ("1.2.497.0", true, true, true),
            ("1.2.323.0", true, true, true),
            ("1.2.889.0", true, false, false),
            ("1.2.889.0", false, true, false),
            ("1.2.764.0", false, false, false),
            ("", true, true, true),
        ] {
            assert_eq!(refused(version, is_aws).is_some(), is_refused, "{version} {is_aws}");
            assert_eq!(warning_of(version).is_some(), is_warned, "{version}");
        }
    }

    #[test]
    fn each_partition_has_its_own_endpoint() {
        assert_eq!(endpoint_of("eu-west-2"), "https://ssm.eu-west-2.amazonaws.com");
        assert_eq!(endpoint_of("cn-north-1"), "https://ssm.cn-north-1.amazonaws.com.cn");
    }
}
