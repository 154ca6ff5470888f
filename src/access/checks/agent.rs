//! Does Systems Manager hear the agent, and is its version fit?

use crate::access::{
    check::{Judged, Judgement, Remedy},
    facts::Unknown,
    scene::Scene,
};

/// Four numbers of a version.
pub(super) type Version = [u32; 4];

/// The first that reaches other hosts than its own.
const REMOTE_HOSTS: Version = [3, 1, 1374, 0];
/// From the first to before the second, sessions for ports break: <https://github.com/aws/amazon-ssm-agent/issues/450>
const BROKEN: (Version, Version) = ([3, 1, 1446, 0], [3, 1, 1476, 0]);

pub(super) fn online(scene: &Scene<'_>) -> Judgement {
    let bastion = scene.bastion()?;
    let Some(agent) = scene.agent(bastion)? else {
        return Ok(Judged::wrong(
            format!("Systems Manager knows no agent on {}", bastion.id),
            Remedy::words("mend its role and its way to the endpoints (below), then restart the agent or the machine"),
        ));
    };
    if agent.ping == "Online" {
        return Ok(Judged::fine(format!("the agent on {} is Online", bastion.id)));
    }
    let since = agent.last_ping.map(|time| format!(", last heard of at {time:.0}")).unwrap_or_default();
    Ok(Judged::wrong(
        format!("the agent on {} is {}{since}", bastion.id, agent.ping),
        Remedy::new("restarts the machine", &["ec2", "reboot-instances", "--instance-ids", &bastion.id]),
    ))
}

pub(super) fn version(scene: &Scene<'_>) -> Judgement {
    let bastion = scene.bastion()?;
    let agent = scene.agent(bastion)?.ok_or_else(|| Unknown("there is no agent to judge".into()))?;
    let text = &agent.version;
    let version = read(text).ok_or_else(|| Unknown(format!("`{text}` is no version that is understood")))?;
    let wrong = |why: &str| {
        Ok(Judged::wrong(
            format!("the agent on {} is {text}, {why}", bastion.id),
            Remedy::new(
                "updates the agent",
                &["ssm", "send-command", "--document-name", "AWS-UpdateSSMAgent", "--instance-ids", &bastion.id],
            ),
        ))
    };
    if version < REMOTE_HOSTS {
        return wrong("and only 3.1.1374.0 and later reach other hosts than their own");
    }
    if (BROKEN.0..BROKEN.1).contains(&version) {
        return wrong("in which sessions for ports are known to break; 3.1.1476.0 and later mended it");
    }
    Ok(Judged::fine(format!("the agent on {} is {text}", bastion.id)))
}

/// Whether an agent of this version reaches databases.
pub(in crate::access) fn reaches_others(version: &str) -> bool {
    read(version).is_some_and(|version| version >= REMOTE_HOSTS)
}

/// Reads `3.3.987.0`.
pub(super) fn read(text: &str) -> Option<Version> {
    let parts: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
    parts?.try_into().ok()
}
