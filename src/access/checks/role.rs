//! May the agent on the bastion do its work?

use std::collections::BTreeSet;

use wildmatch::WildMatch;

use crate::{
    access::{
        check::{Judged, Judgement, Remedy},
        facts::Unknown,
        scene::{Scene, unread},
    },
    model::RolePolicies,
};

const POLICY: &str = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";

/// What of that policy sessions need: to register, and to open both channels.
const ACTIONS: [&str; 5] = [
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
];

pub(super) fn judge(scene: &Scene<'_>) -> Judgement {
    let bastion = scene.bastion()?;
    let Some(arn) = &bastion.profile_arn else {
        return Ok(Judged::wrong(
            format!("{} has no instance profile", bastion.id),
            Remedy::words(format!(
                "give it one whose role carries AmazonSSMManagedInstanceCore: aws ec2 associate-iam-instance-profile \
                 --instance-id {} --iam-instance-profile Name=…",
                bastion.id
            )),
        ));
    };
    let profiles = scene.facts.profiles.known()?;
    let profile = profiles.iter().find(|profile| profile.arn.as_ref() == Some(arn));
    let profile = profile.ok_or_else(|| unread("instance profile", arn))?;
    let Some(role) = &profile.role else {
        return Ok(Judged::wrong(
            format!("the instance profile {} has no role", profile.name),
            Remedy::words("put a role into it that EC2 may assume, and that carries AmazonSSMManagedInstanceCore"),
        ));
    };
    let policies = scene.facts.roles.known()?.get(role).ok_or_else(|| unread("policies of the role", role))?;
    of_role(role, policies)
}

fn of_role(role: &str, policies: &RolePolicies) -> Judgement {
    let denied: Vec<&str> =
        ACTIONS.into_iter().filter(|action| holds(&policies.denied, &policies.denied_but, action)).collect();
    let is_allowed = |action: &&str| holds(&policies.allowed, &policies.allowed_but, action);
    let missing: Vec<&str> = ACTIONS.into_iter().filter(|action| !is_allowed(action)).collect();
    if !denied.is_empty() {
        return Ok(Judged::wrong(
            format!("policies of {role} deny {}", denied.join(", ")),
            Remedy::words("take the denial out of the policy: an explicit one outweighs everything"),
        ));
    }
    let carries =
        |arns: &BTreeSet<String>| arns.iter().any(|arn| arn.ends_with(":aws:policy/AmazonSSMManagedInstanceCore"));
    if policies.attached.as_ref().is_some_and(carries) {
        return Ok(Judged::fine(format!("{role} carries AmazonSSMManagedInstanceCore")));
    }
    if missing.is_empty() {
        return Ok(Judged::fine(format!("{role} allows what of AmazonSSMManagedInstanceCore sessions need")));
    }
    if policies.attached.is_none() {
        return Err(Unknown(format!("the policies that are attached to {role} weren't read")));
    }
    if !policies.unread.is_empty() {
        let unread: Vec<&str> = policies.unread.iter().map(String::as_str).collect();
        return Err(Unknown(format!("what {role} may do wasn't read of {}", unread.join(", "))));
    }
    Ok(Judged::wrong(
        format!("{role} carries no AmazonSSMManagedInstanceCore, and doesn't allow {}", missing.join(", ")),
        Remedy::new("attaches it", &["iam", "attach-role-policy", "--role-name", role, "--policy-arn", POLICY]),
    ))
}

/// Whether statements are for an action: by its name, or as they except others only.
fn holds(named: &BTreeSet<String>, all_but: &BTreeSet<BTreeSet<String>>, action: &str) -> bool {
    matches(named, action) || all_but.iter().any(|exceptions| !matches(exceptions, action))
}

/// Actions are written with * and ?, in any case.
fn matches(patterns: &BTreeSet<String>, action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    patterns.iter().any(|pattern| WildMatch::new(&pattern.to_ascii_lowercase()).matches(&action))
}
