//! Finds where a tunnel leads, and the machine that it goes through.

use super::{
    arguments::{To, Tunnel},
    bastion::{Destination, against, against_reaching},
};
use crate::{
    aws::{Aws, ReadError, SessionManager},
    cli::{Failure, facts, status},
    model::{DatabaseReference, DbInstance, Machine},
    state::{Entry, Record},
};

/// Where a tunnel leads.
pub(super) struct Found {
    pub(super) host: String,
    pub(super) port: u16,
    /// The database, unless only a host was named.
    pub(super) database: Option<DbInstance>,
}

/// The migration of the database, if it is one that is asked for.
pub(super) fn record(entries: Vec<Entry>, asked: &Tunnel) -> Result<Option<Record>, Failure> {
    if !(asked.source || asked.copy) {
        return Ok(None);
    }
    let To::Database(database) = &asked.to else {
        return Err(Failure::Usage("--source and --copy take a database that was migrated, not a host".into()));
    };
    match status::the_one(entries, database) {
        Some(entry) => Ok(Some(*entry.record?)),
        None => Err(Failure::Usage(format!("no migration of {database} is known here"))),
    }
}

/// Looks the destination up.
pub(super) async fn destination(aws: &Aws, asked: &Tunnel, record: Option<&Record>) -> Result<Found, Failure> {
    let reference = match (&asked.to, record) {
        (To::Host(host, port), _) => return Ok(Found { host: host.clone(), port: *port, database: None }),
        (To::Database(database), None) => database.clone(),
        (To::Database(_), Some(record)) if asked.source => {
            DatabaseReference::ResourceId(record.migration.resource_id.clone())
        }
        (To::Database(_), Some(record)) => {
            let names = record.generation().map(|generation| generation.names.target.clone());
            DatabaseReference::Name(names.ok_or_else(|| Failure::Refused("no copy was begun yet".into()))?)
        }
    };
    let database = facts::source(aws, &reference).await.map_err(Failure::NothingBegun)?;
    let region = aws.region();
    let database =
        database.ok_or_else(|| Failure::Refused(format!("there is no DB instance {reference} in {region}")))?;
    let port = database.endpoint_port.and_then(|port| u16::try_from(port).ok());
    match (database.endpoint_address.clone(), port) {
        (Some(host), Some(port)) => Ok(Found { host, port, database: Some(database) }),
        _ => Err(Failure::Refused(format!(
            "{} has no endpoint yet: it is {}",
            database.identifier,
            database.status.as_deref().unwrap_or("in an unknown state")
        ))),
    }
}

/// The machine that the tunnel goes through.
pub(super) async fn bastion(aws: &Aws, asked: &Tunnel, to: &Found) -> Result<Machine, Failure> {
    if let Some(id) = &asked.bastion {
        let machine = aws.machine(id).await.or_else(missing).map_err(Failure::NothingBegun)?;
        let region = aws.region();
        let machine = machine.ok_or_else(|| Failure::Refused(format!("there is no EC2 instance {id} in {region}")))?;
        return match against(&machine, SessionManager::is_to_itself(&to.host)) {
            None => Ok(machine),
            Some(why) => Err(Failure::Refused(format!("{} can't be the bastion: {why}", machine.in_words()))),
        };
    }
    search(aws, asked, to).await
}

/// AWS refuses a look at a single machine that doesn't exist.
fn missing(error: ReadError) -> Result<Option<Machine>, ReadError> {
    match &error.error {
        crate::aws::CallError::Refused { code, .. } if code.starts_with("InvalidInstanceID") => Ok(None),
        _ => Err(error),
    }
}

async fn search(aws: &Aws, asked: &Tunnel, to: &Found) -> Result<Machine, Failure> {
    let Some(database) = &to.database else {
        return Err(Failure::Usage("for a host, name the machine to go through: --bastion ID".into()));
    };
    let vpc = database.subnet_group.as_ref().and_then(|group| group.vpc_id.clone());
    let vpc = vpc.ok_or_else(|| Failure::Refused(format!("AWS shows no VPC of {}: give --bastion", to.host)))?;
    let tag = asked.bastion_tag.as_ref().map(|(key, value)| (format!("tag:{key}"), value));
    let mut filters = vec![("vpc-id", vpc.as_str())];
    filters.extend(tag.as_ref().map(|(key, value)| (key.as_str(), value.as_str())));
    let machines = aws.machines(&filters).await.map_err(Failure::NothingBegun)?;
    let groups: Vec<String> =
        database.security_groups.iter().flatten().map(|membership| membership.name.clone()).collect();
    let mut all = groups.clone();
    all.extend(machines.iter().flat_map(|machine| machine.groups.clone()));
    all.sort_unstable();
    all.dedup();
    let all = aws.security_groups_by_id(&all).await.map_err(Failure::NothingBegun)?;
    let wanted = Destination { port: to.port, groups: &groups };
    let mut rows = Vec::new();
    for machine in machines {
        match against_reaching(&machine, wanted, &all) {
            None => return Ok(machine),
            Some(why) => rows.push(format!("\n  {}: {why}", machine.in_words())),
        }
    }
    let among = tag.map(|(key, value)| format!(" with {key}={value}")).unwrap_or_default();
    Err(Failure::Refused(if rows.is_empty() {
        format!("no bastion: there is no EC2 instance{among} in {vpc}, the VPC of {}", database.identifier)
    } else {
        format!("no bastion: no EC2 instance{among} in {vpc} reaches {}:{}{}", to.host, to.port, rows.concat())
    }))
}
