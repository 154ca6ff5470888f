//! Finds the machine that a shell is opened on.

use super::super::arguments::Shell;
use crate::{
    aws::Aws,
    cli::{
        Failure,
        tunnel::{
            bastion::against,
            find::{machine_for, missing, refused},
        },
    },
    model::Machine,
};

/// The target, as Session Manager takes it.
pub(super) async fn machine(aws: &Aws, asked: &Shell) -> Result<String, Failure> {
    if let Some(database) = &asked.database {
        return Ok(machine_for(aws, database).await?.id);
    }
    match Named::of(asked.bastion.as_deref()) {
        // Not of EC2: Systems Manager alone knows it.
        Named::Managed(id) => managed(aws, id).await,
        Named::Instance(id) => instance(aws, id).await,
        Named::Filtered(filter, value) => only(aws, &[(&filter, value), RUNNING_OR_NOT], asked).await,
        Named::Any => only(aws, &[RUNNING], asked).await,
    }
}

const RUNNING: (&str, &str) = ("instance-state-name", "running");
/// AWS shows ended instances for an hour.
const RUNNING_OR_NOT: (&str, &str) = ("instance-state-name", "*ing");

#[derive(Debug, PartialEq)]
enum Named<'a> {
    Instance(&'a str),
    Managed(&'a str),
    Filtered(String, &'a str),
    Any,
}

impl<'a> Named<'a> {
    fn of(text: Option<&'a str>) -> Self {
        match text {
            None => Self::Any,
            Some(id) if is_id(id, "i-") => Self::Instance(id),
            Some(id) if is_id(id, "mi-") => Self::Managed(id),
            Some(text) => match text.split_once('=') {
                Some((key, value)) if !key.is_empty() => Self::Filtered(format!("tag:{key}"), value),
                _ => Self::Filtered("tag:Name".into(), text),
            },
        }
    }
}

fn is_id(text: &str, front: &str) -> bool {
    text.strip_prefix(front).is_some_and(|rest| rest.len() >= 8 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

async fn managed(aws: &Aws, id: &str) -> Result<String, Failure> {
    match aws.is_connected(id).await {
        Ok(false) => Err(Failure::Refused(format!(
            "{id} isn't connected to Session Manager: it may be off, its agent may have lost its connection, or it is \
             registered in another Region than {}: aws ssm describe-instance-information --filters \
             Key=InstanceIds,Values={id}",
            aws.region()
        ))),
        Ok(true) => Ok(id.to_owned()),
        Err(error) if error.error.is_denied() => Ok(id.to_owned()),
        Err(error) => Err(Failure::NothingBegun(error)),
    }
}

async fn instance(aws: &Aws, id: &str) -> Result<String, Failure> {
    let machine = match aws.machine(id).await {
        // Who may only open sessions finds out what speaks against it from Session Manager.
        Err(error) if error.error.is_denied() => return managed(aws, id).await,
        found => found.or_else(missing).map_err(Failure::NothingBegun)?,
    };
    let region = aws.region();
    let machine = machine.ok_or_else(|| Failure::Refused(format!("there is no EC2 instance {id} in {region}")))?;
    match refused(aws, &machine, against(&machine, true)).await? {
        None => Ok(machine.id),
        Some(why) => Err(Failure::Refused(format!("no shell on {}: {why}", machine.in_words()))),
    }
}

/// The only machine among those that fit; where there are several, a person chooses.
async fn only(aws: &Aws, filters: &[(&str, &str)], asked: &Shell) -> Result<String, Failure> {
    let machines = aws.machines(filters).await.map_err(Failure::NothingBegun)?;
    let (mut online, mut others) = (Vec::new(), Vec::new());
    for machine in machines {
        match refused(aws, &machine, against(&machine, true)).await? {
            None => online.push(machine),
            Some(why) => others.push(format!("\n  {}: {why}", machine.in_words())),
        }
    }
    chosen(&online, &others, asked.bastion.as_deref(), aws.region())
}

fn chosen(online: &[Machine], others: &[String], named: Option<&str>, region: &str) -> Result<String, Failure> {
    let of = named.map(|name| format!(" of `{name}`")).unwrap_or_default();
    if let [only] = online {
        return Ok(only.id.clone());
    }
    if !online.is_empty() {
        let rows: Vec<String> = online.iter().map(|machine| format!("\n  {}", machine.in_words())).collect();
        return Err(Failure::Usage(format!(
            "{} machines{of} are online in {region}; name one, or the database behind it with --for DB:{}",
            online.len(),
            rows.concat()
        )));
    }
    Err(Failure::Refused(match others {
        [] => format!("there is no EC2 instance{of} in {region} that a shell could be opened on"),
        others => format!("no EC2 instance{of} in {region} can be reached by Session Manager:{}", others.concat()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_are_named_by_id_tag_or_name() {
        for (text, expected) in [
            (None, Named::Any),
            (Some("i-0123456789abcdef0"), Named::Instance("i-0123456789abcdef0")),
            (Some("mi-0123456789abcdef0"), Named::Managed("mi-0123456789abcdef0")),
            (Some("role=bastion"), Named::Filtered("tag:role".into(), "bastion")),
            (Some("i-am-a-name"), Named::Filtered("tag:Name".into(), "i-am-a-name")),
            (Some("bastion"), Named::Filtered("tag:Name".into(), "bastion")),
        ] {
            assert_eq!(Named::of(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_person_chooses_where_there_are_several() {
        let machine = |id: &str| Machine { id: id.into(), name: Some("jump".into()), ..Machine::default() };
        assert_eq!(chosen(&[machine("i-1")], &[], None, "r").expect("the only one"), "i-1");
        let failure = chosen(&[machine("i-1"), machine("i-2")], &[], Some("jump"), "r").expect_err("two");
        let expected = "2 machines of `jump` are online in r; name one, or the database behind it with --for DB:\n  i-1 \
                        (jump)\n  i-2 (jump)";
        assert_eq!(failure.to_string(), expected);
        let failure = chosen(&[], &["\n  i-3: it is stopped".into()], None, "r").expect_err("none");
        assert_eq!(
            failure.to_string(),
            "no EC2 instance in r can be reached by Session Manager:\n  i-3: it is stopped"
        );
    }
}
