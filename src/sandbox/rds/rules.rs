//! Rules that creating, changing and restoring an instance share.

use jiff::Timestamp;

use super::groups::bound;
use crate::sandbox::scene::Scene;
use crate::sandbox::switches::Switches;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::groups::family;
use crate::sandbox::world::instance::{Instance, SecurityGroup};
use crate::sandbox::world::windows;

/// The instance, or `DBInstanceNotFound` (`R-INST-3`).
pub(crate) fn find<'a>(scene: &'a Scene<'_>, name: &str) -> Result<&'a Instance, Fault> {
    let plain = super::names::from_arn(name, "db", scene);
    plain.and_then(|plain| scene.region.instance(&plain)).ok_or_else(|| not_found(name))
}

pub(crate) fn not_found(name: &str) -> Fault {
    Fault::new("DBInstanceNotFound", format!("DBInstance {} not found.", name.to_ascii_lowercase()))
}

/// No instance of this name yet (`R-NAME-3`).
pub(crate) fn free(scene: &Scene<'_>, name: &str) -> Result<(), Fault> {
    if scene.enforces("R-NAME-3") && scene.region.instance(name).is_some() {
        return Err(Fault::new("DBInstanceAlreadyExists", "DB instance already exists"));
    }
    Ok(())
}

/// The instance must be usable for this (`R-INST-5`).
pub(crate) fn usable(switches: &Switches, instance: &Instance) -> Result<(), Fault> {
    if instance.is_usable() || !switches.enforces("R-INST-5") {
        return Ok(());
    }
    Err(Fault::new(
        "InvalidDBInstanceState",
        format!("Database instance is not in available state. {} is {}.", instance.row.name, instance.status()),
    ))
}

/// The same for what waits for the end of a backup in some worlds (`R-MOD-10`): when it can begin.
pub(crate) fn usable_after_backup(scene: &Scene<'_>, instance: &Instance, waits: bool) -> Result<Timestamp, Fault> {
    let busy = instance.busy_until.unwrap_or(scene.now);
    if instance.status() == "backing-up" && (waits || !scene.enforces("R-MOD-10")) {
        return Ok(busy.max(scene.now));
    }
    usable(scene.switches, instance).map(|()| scene.now)
}

/// gp3 below its threshold takes neither IOPS nor throughput; io1 and io2 need IOPS (`R-STOR-1`, `R-STOR-2`).
pub(crate) fn storage(
    switches: &Switches,
    engine: &str,
    kind: &str,
    gibibytes: i64,
    iops: Option<i64>,
    throughput: Option<i64>,
) -> Result<(), Fault> {
    let threshold = if engine.starts_with("oracle") { 200 } else { 400 };
    let striped = !engine.starts_with("sqlserver");
    match kind {
        "gp3" => {
            let refused = switches.enforces("R-STOR-1") && !switches.small_gp3_takes_iops;
            if refused && striped && gibibytes < threshold && (iops.is_some() || throughput.is_some()) {
                return Err(Fault::combination(format!(
                    "You can't specify IOPS or storage throughput for engine {engine} and a storage size less than {threshold}."
                )));
            }
        }
        "io1" | "io2" | "gp2" | "standard" if !switches.enforces("R-STOR-2") => {}
        "io1" | "io2" => {
            if iops.is_none() {
                return Err(Fault::combination(format!("You must specify IOPS with storage type {kind}.")));
            }
            if throughput.is_some() {
                return Err(Fault::combination("You can't specify storage throughput for this storage type."));
            }
        }
        "gp2" | "standard" => {
            if iops.is_some() || throughput.is_some() {
                return Err(Fault::combination(format!("You can't specify IOPS with storage type {kind}.")));
            }
        }
        other => {
            return Err(Fault::new("StorageTypeNotSupported", format!("Invalid storage type: {other}")));
        }
    }
    Ok(())
}

/// IOPS and throughput that a new volume has without being asked (`R-STOR-5`).
pub(crate) fn baseline(switches: &Switches, engine: &str, kind: &str, gibibytes: i64) -> Option<(i64, i64)> {
    crate::sandbox::world::changes::baseline(engine, kind, gibibytes).filter(|_| switches.enforces("R-STOR-5"))
}

/// Logs that the engine has (`R-INST-9`).
pub(crate) fn logs(switches: &Switches, engine: &str, asked: Option<&Vec<String>>) -> Result<(), Fault> {
    let known = super::versions::logs(engine);
    match asked.into_iter().flatten().find(|log| !known.contains(&log.as_str())) {
        Some(log) if switches.enforces("R-INST-9") => {
            Err(Fault::combination(format!("You cannot use the log types '{log}' with engine {engine}.")))
        }
        _ => Ok(()),
    }
}

/// A port that RDS accepts (`R-INST-6`).
pub(crate) fn port(switches: &Switches, port: Option<i64>) -> Result<(), Fault> {
    match port {
        Some(port) if switches.enforces("R-INST-6") && !(1150..=65535).contains(&port) => {
            Err(Fault::value(format!("Invalid port {port}: must be between 1150 and 65535")))
        }
        _ => Ok(()),
    }
}

/// Days that backups are kept (`R-INST-7`).
pub(crate) fn retention(switches: &Switches, days: Option<i64>) -> Result<(), Fault> {
    match days {
        Some(days) if switches.enforces("R-INST-7") && !(0..=35).contains(&days) => {
            Err(Fault::value(format!("Invalid backup retention period: {days}. Must be between 0 and 35")))
        }
        _ => Ok(()),
    }
}

/// Windows of the right form that don't overlap (`R-MOD-6`).
pub(crate) fn windows_fit(switches: &Switches, backup: &str, maintenance: &str) -> Result<(), Fault> {
    if !switches.enforces("R-MOD-6") {
        return Ok(());
    }
    if windows::daily(backup).is_none() {
        return Err(Fault::value(format!("Invalid backup window: {backup}")));
    }
    if windows::weekly(maintenance).is_none() {
        return Err(Fault::value(format!("Invalid maintenance window: {maintenance}")));
    }
    if windows::overlap(backup, maintenance) {
        return Err(Fault::value(format!(
            "The backup window {backup} and the maintenance window {maintenance} must not overlap."
        )));
    }
    Ok(())
}

/// A parameter group that exists and is of the engine version's family (`R-GRP-3`).
pub(crate) fn parameter_group(scene: &Scene<'_>, name: &str, engine: &str, version: &str) -> Result<String, Fault> {
    let group = scene
        .region
        .parameter_group(name)
        .ok_or_else(|| Fault::new("DBParameterGroupNotFound", format!("DBParameterGroup not found: {name}")))?;
    let wanted = family(engine, version);
    if scene.enforces("R-GRP-3") && group.family != wanted {
        return Err(Fault::combination(format!(
            "The Parameter Group {name} with DBParameterGroupFamily {} can't be used for this instance. Please use a \
             Parameter Group with DBParameterGroupFamily {wanted}",
            group.family
        )));
    }
    Ok(group.name)
}

/// An option group that exists and is of the engine and major version (`R-GRP-4`), and that an instance of this VPC can
/// have.
pub(crate) fn option_group(
    scene: &Scene<'_>,
    name: &str,
    engine: &str,
    version: &str,
    vpc: Option<&str>,
) -> Result<String, Fault> {
    let group = scene.region.option_group(name).ok_or_else(|| {
        Fault::new("OptionGroupNotFoundFault", format!("Specified OptionGroupName: {name} not found."))
    })?;
    let major = super::view::major(engine, version);
    if scene.enforces("R-GRP-4") && (group.engine != engine || group.major_version != major) {
        return Err(Fault::combination(format!(
            "The option group {name} is for {} {} and can't be used with {engine} {major}",
            group.engine, group.major_version
        )));
    }
    if let Some(vpc) = vpc {
        bound::fits_vpc(scene, &group, vpc)?;
    }
    Ok(group.name)
}

/// A subnet group that exists (`R-GRP-5`).
pub(crate) fn subnet_group(scene: &Scene<'_>, name: &str) -> Result<String, Fault> {
    let group = scene.region.subnet_group(name);
    group
        .map(|group| group.name.clone())
        .ok_or_else(|| Fault::new("DBSubnetGroupNotFoundFault", format!("DB subnet group '{name}' does not exist.")))
}

/// Security groups that exist (`R-NET-3`), in the instance's VPC (`R-NET-5`); without any, the VPC's default one
/// (`R-REST-3`).
pub(crate) fn security_groups(
    scene: &Scene<'_>,
    ids: Option<&Vec<String>>,
    vpc: &str,
) -> Result<Vec<SecurityGroup>, Fault> {
    let network = &scene.region.network;
    let usual = network.default_group_of(vpc).map(str::to_owned).filter(|_| scene.enforces("R-REST-3"));
    let usual: Vec<String> = usual.into_iter().collect();
    let ids = ids.filter(|ids| !ids.is_empty()).unwrap_or(&usual);
    ids.iter()
        .map(|id| {
            let group = network.security_group(id);
            if group.is_none() && scene.enforces("R-NET-3") {
                return Err(Fault::value(format!("Invalid security group , groupId= {id}, groupName=.")));
            }
            if let Some(group) = group.filter(|group| group.vpc != vpc && scene.enforces("R-NET-5")) {
                return Err(Fault::combination(format!(
                    "The DB instance and EC2 security group are in different VPCs. The DB instance is in {vpc} and the \
                     EC2 security group is in {}",
                    group.vpc
                )));
            }
            Ok(SecurityGroup { vpc_security_group_id: id.clone(), status: "active".to_owned() })
        })
        .collect()
}

/// A class as classes are named (`R-INST-8`).
pub(crate) fn class(scene: &Scene<'_>, class: &str) -> Result<(), Fault> {
    if scene.region.is_class(class) || !scene.enforces("R-INST-8") {
        return Ok(());
    }
    Err(Fault::value(format!("Invalid DB Instance class: {class}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_gp3_takes_no_iops() {
        let table = [
            ("postgres", "gp3", 100, Some(3000), None, false),
            ("postgres", "gp3", 100, None, Some(125), false),
            ("postgres", "gp3", 399, Some(3000), Some(125), false),
            ("postgres", "gp3", 400, Some(12000), Some(500), true),
            ("postgres", "gp3", 100, None, None, true),
            ("oracle-ee", "gp3", 199, Some(3000), None, false),
            ("oracle-ee", "gp3", 200, Some(12000), None, true),
            ("sqlserver-se", "gp3", 100, Some(3000), None, true),
            ("mysql", "io1", 100, None, None, false),
            ("mysql", "io1", 100, Some(1000), None, true),
            ("mysql", "gp2", 100, Some(1000), None, false),
            ("mysql", "floppy", 100, None, None, false),
        ];
        for (engine, kind, size, iops, throughput, fits) in table {
            assert_eq!(
                storage(&Switches::default(), engine, kind, size, iops, throughput).is_ok(),
                fits,
                "{engine} {kind} {size} {iops:?}"
            );
        }
    }

    #[test]
    fn overlapping_windows_are_refused() {
        assert!(windows_fit(&Switches::default(), "04:00-04:30", "mon:05:00-mon:05:30").is_ok());
        for (backup, maintenance) in
            [("04:00-04:30", "mon:04:10-mon:04:40"), ("04:00-04:10", "mon:05:00-mon:05:30"), ("x", "y")]
        {
            assert!(windows_fit(&Switches::default(), backup, maintenance).is_err());
        }
    }
}
