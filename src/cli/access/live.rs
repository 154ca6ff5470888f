//! What AWS shows of a database's surroundings: each part read once, and one that can't be read costs only itself.

use std::collections::BTreeMap;

use crate::{
    access::{self, Facts, Read},
    aws::{Aws, ReadError},
    cli::{Failure, facts},
    model::{DatabaseReference, DbInstance, InstanceProfile, PREFERENCES, Principal, RolePolicies, Simulated},
    policy::{Scope, simulation},
};

/// Reads all that the audit judges. `bastion` is the machine that a person named.
pub(in crate::cli) async fn facts(
    aws: &Aws,
    asked: &DatabaseReference,
    bastion: Option<&str>,
) -> Result<Facts, Failure> {
    let mut meant = meant(aws, asked).await.map_err(Failure::NothingBegun)?.into_iter();
    let database = meant.next().ok_or_else(|| absent(aws, asked))?;
    let mut facts = Box::pin(around(aws, database, bastion)).await.map_err(Failure::NothingBegun)?;
    facts.members = meant.collect();
    Ok(facts)
}

/// The database that is meant; that there is none is a refusal.
pub(super) async fn named(aws: &Aws, asked: &DatabaseReference) -> Result<DbInstance, Failure> {
    let database = database(aws, asked).await.map_err(Failure::NothingBegun)?;
    database.ok_or_else(|| absent(aws, asked))
}

fn absent(aws: &Aws, asked: &DatabaseReference) -> Failure {
    Failure::Refused(format!("there is no DB instance {asked} in {}", aws.region()))
}

/// The database that is meant, if AWS shows it. One member stands for its cluster: they share subnet group, security groups
/// and port.
pub(super) async fn database(aws: &Aws, asked: &DatabaseReference) -> Result<Option<DbInstance>, ReadError> {
    Ok(meant(aws, asked).await?.into_iter().next())
}

/// The database that is meant, or all members of the cluster that is.
async fn meant(aws: &Aws, asked: &DatabaseReference) -> Result<Vec<DbInstance>, ReadError> {
    let DatabaseReference::Cluster(name) = asked else {
        return Ok(facts::source(aws, asked).await?.into_iter().collect());
    };
    let all = aws.all_instances().await?.into_iter();
    Ok(all.filter(|instance| instance.cluster_identifier.as_ref() == Some(name)).collect())
}

/// What is around a database that was read.
pub(super) async fn around(aws: &Aws, database: DbInstance, bastion: Option<&str>) -> Result<Facts, ReadError> {
    let group = database.subnet_group.clone().unwrap_or_default();
    let Some(vpc) = group.vpc_id else {
        let facts = Facts { database, bastion: bastion.map(str::to_owned), ..Facts::default() };
        return Ok(facts);
    };
    let of_vpc = [("vpc-id", vpc.as_str())];
    let (group_subnets, subnets, route_tables, network_acls, security_groups, prefix_lists) = tokio::join!(
        aws.subnets_of_group(group.name.as_deref()),
        aws.subnets_in(&vpc),
        aws.route_tables_in(&vpc),
        aws.network_acls_in(&vpc),
        aws.security_groups_in(&vpc),
        aws.prefix_lists(),
    );
    let (vpcs, endpoints, machines, preferences) = tokio::join!(
        aws.vpc(&vpc),
        aws.endpoints_in(&vpc),
        aws.bare_machines(&of_vpc),
        aws.session_preferences(PREFERENCES),
    );
    let mut reader = Reader::default();
    let machines = reader.read(machines)?;
    let agents = match &machines {
        Read::Known(machines) => {
            let ids: Vec<String> = machines.iter().map(|machine| machine.id.clone()).collect();
            reader.read(aws.agents(&ids).await)?
        }
        Read::NotRead(why) => Read::NotRead(why.clone()),
    };
    let mut facts = Facts {
        database,
        group_subnets: reader.read(group_subnets)?,
        subnets: reader.read(subnets)?,
        route_tables: reader.read(route_tables)?,
        network_acls: reader.read(network_acls)?,
        security_groups: reader.read(security_groups)?,
        prefix_lists: reader.read(prefix_lists)?,
        vpcs: reader.read(vpcs.map(|vpc| vpc.into_iter().collect()))?,
        endpoints: reader.read(endpoints)?,
        machines,
        agents,
        preferences: reader.read(preferences)?,
        bastion: bastion.map(str::to_owned),
        ..Facts::default()
    };
    (facts.profiles, facts.roles) = identity(aws, &facts, &mut reader).await?;
    facts.permitted = permitted(aws, &facts, &mut reader).await?;
    facts.denied = reader.denied;
    Ok(facts)
}

/// What the bastion's own role may do: those of other machines are nobody's business here.
async fn identity(
    aws: &Aws,
    facts: &Facts,
    reader: &mut Reader,
) -> Result<(Read<Vec<InstanceProfile>>, Read<BTreeMap<String, RolePolicies>>), ReadError> {
    let arn = access::bastion(facts).and_then(|bastion| bastion.profile_arn.as_deref());
    let Some(name) = arn.and_then(|arn| arn.rsplit('/').next()) else {
        return Ok((Read::Known(Vec::new()), Read::Known(BTreeMap::new())));
    };
    let profile = match reader.read(aws.instance_profile(name).await)? {
        Read::Known(profile) => profile,
        Read::NotRead(why) => return Ok((Read::NotRead(why.clone()), Read::NotRead(why))),
    };
    let role = profile.as_ref().and_then(|profile| profile.role.clone());
    let roles = match role {
        None => Read::Known(BTreeMap::new()),
        Some(role) => match reader.read(aws.role_policies(&role).await)? {
            Read::Known(policies) => Read::Known(policies.map(|policies| (role, policies)).into_iter().collect()),
            Read::NotRead(why) => Read::NotRead(why),
        },
    };
    Ok((Read::Known(profile.into_iter().collect()), roles))
}

/// What the caller may do of what a tunnel through this bastion asks for, by IAM's simulation.
async fn permitted(aws: &Aws, facts: &Facts, reader: &mut Reader) -> Result<Read<Vec<Simulated>>, ReadError> {
    let Some(bastion) = access::bastion(facts) else {
        return Ok(Read::NotRead("there is no bastion to ask about".into()));
    };
    let (principal, account, user_id) = match aws.principal().await {
        Ok(caller) => caller,
        Err(error) => return reader.read(Err(error)),
    };
    let (arn, name) = match principal {
        Principal::User { arn, name } => (arn, name),
        // Where the role's path can't be read, it has perhaps none.
        Principal::Role { arn, role, name } => (aws.role_arn(&role).await.unwrap_or(arn), name),
        Principal::Other(why) => return Ok(Read::NotRead(why)),
    };
    let scope = Scope {
        region: Some(aws.region().to_owned()),
        account: Some(account),
        bastion: Some(bastion.id.clone()),
        ..Scope::default()
    };
    reader.read(aws.simulated(&arn, &simulation::tunnel(&scope, &name, &user_id)).await)
}

/// Keeps what was denied apart from what else wasn't read.
#[derive(Default)]
struct Reader {
    denied: Vec<String>,
}

impl Reader {
    /// A look that fails costs only itself; but without credentials none would succeed.
    fn read<T>(&mut self, result: Result<T, ReadError>) -> Result<Read<T>, ReadError> {
        match result {
            Ok(fact) => Ok(Read::Known(fact)),
            Err(error) if error.error.is_about_credentials() => Err(error),
            Err(error) => {
                let why = error.to_string();
                if error.error.is_denied() {
                    self.denied.push(why.clone());
                }
                Ok(Read::NotRead(why))
            }
        }
    }
}
