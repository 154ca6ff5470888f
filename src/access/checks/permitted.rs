//! Would whoever asks be let through?

use crate::{
    access::{
        Unknown,
        check::{Judged, Judgement, Remedy},
        scene::Scene,
    },
    model::Simulated,
    policy::{Command, Scope, policy},
};

/// By IAM's simulation of what `policy tunnel` prints: all of it is to be allowed. Neither a denial nor a permission is
/// certain where a condition wasn't known: a denial of every other address is passed over without one.
pub(super) fn judge(scene: &Scene<'_>) -> Judgement {
    let simulated = scene.facts.permitted.known()?;
    let (certain, open): (Vec<&Simulated>, Vec<&Simulated>) = simulated.iter().partition(|row| row.missing.is_empty());
    let (allowed, denied): (Vec<&Simulated>, Vec<&Simulated>) = certain.into_iter().partition(|row| row.is_allowed());
    if !denied.is_empty() {
        let seen = denied.iter().map(|row| format!("{} on {}: {}", row.action, row.resource, row.decision));
        return Ok(Judged::Wrong(seen.collect(), remedy(scene)));
    }
    if let Some(row) = open.first() {
        return Err(Unknown(format!(
            "whether {} is allowed rests on a condition that a simulation doesn't know: {}",
            row.action,
            row.missing.join(", ")
        )));
    }
    let document = policy(Command::Tunnel, &[], &Scope::default());
    let all = document.actions();
    if let Some(action) = all.iter().find(|action| allowed.iter().all(|row| row.action != **action)) {
        return Err(Unknown(format!("no simulation tells whether {action} is allowed")));
    }
    Ok(Judged::fine(format!("{} actions, by IAM's simulation", all.len())))
}

fn remedy(scene: &Scene<'_>) -> Remedy {
    let bastion = scene.chosen().map(|bastion| format!(" --bastion {}", bastion.id)).unwrap_or_default();
    Remedy {
        words: "have it allowed to whoever opens tunnels; this prints the least policy for it".into(),
        commands: vec![format!("rds-encrypt policy tunnel{bastion}")],
    }
}
