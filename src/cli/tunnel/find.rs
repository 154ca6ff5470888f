//! Finds where a tunnel leads, and the machine that it goes through.

use super::{
    arguments::{To, Tunnel},
    bastion::{Destination, against, against_reaching},
};
use crate::{
    aws::{Aws, ReadError, SessionManager},
    cli::{Failure, facts, status},
    model::{DatabaseEndpoint, DatabaseReference, Machine},
    state::{Entry, Record},
};

/// Where a tunnel leads, and through which machine.
pub(super) struct Way {
    pub(super) to: Found,
    pub(super) bastion: Machine,
}

/// Where a tunnel leads.
pub(super) struct Found {
    pub(super) host: String,
    pub(super) port: u16,
    /// The database, unless only a host was named.
    pub(super) database: Option<DatabaseEndpoint>,
}

/// Everything that is looked up before a port is opened: one way, or with `--both` two.
pub(super) async fn ways(aws: &Aws, asked: &Tunnel, record: Option<&Record>) -> Result<Vec<Way>, Failure> {
    let mut ways = Vec::new();
    for to in destinations(aws, asked, record).await? {
        let bastion = bastion(aws, asked, &to).await?;
        ways.push(Way { to, bastion });
    }
    Ok(ways)
}

/// The migration of the database, if it is one that is asked for.
pub(super) fn record(entries: Vec<Entry>, asked: &Tunnel) -> Result<Option<Record>, Failure> {
    if !(asked.source || asked.copy || asked.both) {
        return Ok(None);
    }
    let To::Database(database) = &asked.to else {
        let flags = "--source, --copy and --both take a database that was migrated, not a host";
        return Err(Failure::Usage(flags.into()));
    };
    match status::the_one(entries, database) {
        Some(entry) => Ok(Some(*entry.record?)),
        None => Err(Failure::Usage(format!("no migration of {database} is known here"))),
    }
}

async fn destinations(aws: &Aws, asked: &Tunnel, record: Option<&Record>) -> Result<Vec<Found>, Failure> {
    let references = match (&asked.to, record) {
        (To::Host(host, port), _) => return Ok(vec![Found { host: host.clone(), port: *port, database: None }]),
        (To::Database(database), None) => vec![database.clone()],
        (To::Database(_), Some(record)) if asked.source => vec![source_of(record)],
        (To::Database(_), Some(record)) if asked.copy => vec![copy_of(record)?],
        (To::Database(_), Some(record)) => vec![source_of(record), copy_of(record)?],
    };
    let mut found = Vec::new();
    for reference in &references {
        let database = endpoint(aws, reference).await?;
        found.push(Found { host: database.host.clone(), port: database.port, database: Some(database) });
    }
    Ok(found)
}

fn source_of(record: &Record) -> DatabaseReference {
    DatabaseReference::ResourceId(record.migration.resource_id.clone())
}

fn copy_of(record: &Record) -> Result<DatabaseReference, Failure> {
    let target = record.generation().map(|generation| generation.names.target.clone());
    target.map(DatabaseReference::Name).ok_or_else(|| Failure::Refused("no copy was begun yet".into()))
}

/// The machine through which a database is reached.
pub(in crate::cli) async fn machine_for(aws: &Aws, database: &DatabaseReference) -> Result<Machine, Failure> {
    let database = endpoint(aws, database).await?;
    let to = Found { host: database.host.clone(), port: database.port, database: Some(database) };
    search(aws, None, &to).await
}

async fn endpoint(aws: &Aws, reference: &DatabaseReference) -> Result<DatabaseEndpoint, Failure> {
    let (region, not_yet) = (aws.region(), |status: &str| format!("{reference} has no endpoint yet: it is {status}"));
    if let DatabaseReference::Cluster(name) = reference {
        return match aws.cluster_endpoint(name).await.map_err(Failure::NothingBegun)? {
            Some(Ok(endpoint)) => Ok(endpoint),
            Some(Err(status)) => Err(Failure::Refused(not_yet(&status))),
            None => Err(Failure::Refused(format!("there is no DB cluster {name} in {region}"))),
        };
    }
    let instance = facts::source(aws, reference).await.map_err(Failure::NothingBegun)?;
    let instance =
        instance.ok_or_else(|| Failure::Refused(format!("there is no DB instance {reference} in {region}")))?;
    let status = instance.status.as_deref().unwrap_or("in an unknown state");
    DatabaseEndpoint::of(&instance).ok_or_else(|| Failure::Refused(not_yet(status)))
}

async fn bastion(aws: &Aws, asked: &Tunnel, to: &Found) -> Result<Machine, Failure> {
    if let Some(id) = &asked.bastion {
        let machine = aws.machine(id).await.or_else(missing).map_err(Failure::NothingBegun)?;
        let region = aws.region();
        let machine = machine.ok_or_else(|| Failure::Refused(format!("there is no EC2 instance {id} in {region}")))?;
        return match refused(aws, &machine, against(&machine, SessionManager::is_to_itself(&to.host))).await? {
            None => Ok(machine),
            Some(why) => Err(Failure::Refused(format!("{} can't be the bastion: {why}", machine.in_words()))),
        };
    }
    search(aws, asked.bastion_tag.as_ref(), to).await
}

/// AWS refuses a look at a single machine that doesn't exist.
pub(in crate::cli) fn missing(error: ReadError) -> Result<Option<Machine>, ReadError> {
    match &error.error {
        crate::aws::CallError::Refused { code, .. } if code.starts_with("InvalidInstanceID") => Ok(None),
        _ => Err(error),
    }
}

/// The last question about a machine against which nothing speaks yet: whether it is connected right now. Its ping is
/// minutes old. Who may not ask finds out when the session starts.
pub(in crate::cli) async fn refused(
    aws: &Aws,
    machine: &Machine,
    against: Option<String>,
) -> Result<Option<String>, Failure> {
    if against.is_some() {
        return Ok(against);
    }
    match aws.is_connected(&machine.id).await {
        Ok(true) => Ok(None),
        Ok(false) => Ok(Some(format!(
            "its agent was online a short time ago and isn't connected to Session Manager now: look again in a minute, or \
             restart it: aws ec2 reboot-instances --instance-ids {}",
            machine.id
        ))),
        Err(error) if error.error.is_denied() => Ok(None),
        Err(error) => Err(Failure::NothingBegun(error)),
    }
}

async fn search(aws: &Aws, wanted_tag: Option<&(String, String)>, to: &Found) -> Result<Machine, Failure> {
    let Some(database) = &to.database else {
        return Err(Failure::Usage("for a host, name the machine to go through: --bastion ID".into()));
    };
    let own = aws.security_groups_by_id(&database.groups).await.map_err(Failure::NothingBegun)?;
    let vpc = database.vpc_id.clone().or_else(|| own.iter().find_map(|group| group.vpc_id.clone()));
    let vpc = vpc.ok_or_else(|| Failure::Refused(format!("AWS shows no VPC of {}: give --bastion", to.host)))?;
    let tag = wanted_tag.map(|(key, value)| (format!("tag:{key}"), value));
    let mut filters = vec![("vpc-id", vpc.as_str())];
    filters.extend(tag.as_ref().map(|(key, value)| (key.as_str(), value.as_str())));
    let machines = aws.machines(&filters).await.map_err(Failure::NothingBegun)?;
    let mut all: Vec<String> = machines.iter().flat_map(|machine| machine.groups.clone()).collect();
    all.sort_unstable();
    all.dedup();
    let mut all = if all.is_empty() {
        Vec::new()
    } else {
        aws.security_groups_by_id(&all).await.map_err(Failure::NothingBegun)?
    };
    all.extend(own);
    let wanted = Destination { port: to.port, groups: &database.groups };
    let mut rows = Vec::new();
    for machine in machines {
        match refused(aws, &machine, against_reaching(&machine, wanted, &all)).await? {
            None => return Ok(machine),
            Some(why) => rows.push(format!("\n  {}: {why}", machine.in_words())),
        }
    }
    let among = wanted_tag.map(|(key, value)| format!(" with the tag {key}={value}")).unwrap_or_default();
    Err(Failure::Refused(if rows.is_empty() {
        format!(
            "no bastion: there is no EC2 instance{among} in {vpc}, the VPC of {}; one in another network that reaches the \
             database is taken with --bastion ID",
            database.name
        )
    } else {
        format!("no bastion: no EC2 instance{among} in {vpc} reaches {}:{}{}", to.host, to.port, rows.concat())
    }))
}
