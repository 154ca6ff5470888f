//! Settings that some engines have and others don't: licences, lifecycles, networks, log volumes, tenants.

use super::{versions, view};
use crate::sandbox::scene::Scene;
use crate::sandbox::switches::Switches;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::groups::SubnetGroup;

/// A licence that the engine has (`R-LIC-1`).
pub(crate) fn license(switches: &Switches, engine: &str, asked: Option<&String>) -> Result<(), Fault> {
    let Some(asked) = asked.filter(|_| switches.enforces("R-LIC-1")) else {
        return Ok(());
    };
    let known: &[&str] = match engine {
        _ if engine.starts_with("oracle") => &["bring-your-own-license", "license-included"],
        _ if engine.starts_with("sqlserver") => &["license-included", "bring-your-own-media"],
        _ if engine.starts_with("db2") => &["bring-your-own-license", "marketplace-license"],
        _ => &[view::usual_license(engine)],
    };
    if known.contains(&asked.as_str()) {
        return Ok(());
    }
    Err(Fault::combination(format!(
        "Invalid license model '{asked}' for engine '{engine}'. Valid license models are: {}.",
        known.join(", ")
    )))
}

/// Extended Support is a matter of `MySQL` and `PostgreSQL` (`R-LIFE-1`).
pub(crate) fn lifecycle(switches: &Switches, engine: &str, asked: Option<&String>) -> Result<(), Fault> {
    let Some(asked) = asked.filter(|_| switches.enforces("R-LIFE-1")) else {
        return Ok(());
    };
    if !["open-source-rds-extended-support", "open-source-rds-extended-support-disabled"].contains(&asked.as_str()) {
        return Err(Fault::value(format!("Invalid engine lifecycle support: {asked}")));
    }
    if !matches!(engine, "mysql" | "postgres") && switches.foreign_lifecycles_refused {
        return Err(Fault::combination(format!("EngineLifecycleSupport isn't valid for {engine}.")));
    }
    Ok(())
}

/// Where an instance without Extended Support is upgraded to, once its major version's standard support has ended
/// (`R-LIFE-2`).
pub(crate) fn pushed_to(scene: &Scene<'_>, engine: &str, version: &str, lifecycle: Option<&String>) -> Option<String> {
    let disabled = lifecycle.is_some_and(|word| word == "open-source-rds-extended-support-disabled");
    if !disabled || !scene.enforces("R-LIFE-2") || !versions::standard_support_ended(engine, version, scene.now) {
        return None;
    }
    versions::next_supported(scene, engine, version).map(str::to_owned)
}

/// A network type that there is, and that the subnet group can have (`R-NET-1`).
pub(crate) fn network(scene: &Scene<'_>, asked: Option<&String>, group: &str) -> Result<(), Fault> {
    let Some(asked) = asked.filter(|_| scene.enforces("R-NET-1")) else {
        return Ok(());
    };
    let both = scene.region.subnet_group(group).is_some_and(SubnetGroup::has_both);
    match asked.as_str() {
        "IPV4" => Ok(()),
        "DUAL" if both => Ok(()),
        "DUAL" => Err(Fault::new(
            "NetworkTypeNotSupported",
            format!("The DB subnet group {group} doesn't support the network type DUAL."),
        )),
        other => Err(Fault::new("NetworkTypeNotSupported", format!("Invalid network type: {other}"))),
    }
}

/// The network of a restored instance: what is asked for, else IPv4 whatever it was (`R-NET-2`).
pub(crate) fn restored_network(switches: &Switches, asked: Option<&String>, had: Option<&String>) -> String {
    let keeps = switches.restore_keeps_network_type || !switches.enforces("R-NET-2");
    asked.or(had.filter(|_| keeps)).cloned().unwrap_or_else(|| "IPV4".to_owned())
}

/// A log volume of its own is for provisioned IOPS (`R-DLV-1`).
pub(crate) fn log_volume(switches: &Switches, storage: &str, asked: Option<bool>) -> Result<(), Fault> {
    if asked == Some(true) && !matches!(storage, "io1" | "io2") && switches.enforces("R-DLV-1") {
        return Err(Fault::combination(format!(
            "You can't enable a dedicated log volume with storage type {storage}: it needs io1 or io2."
        )));
    }
    Ok(())
}

/// Tenants are for Oracle's container databases (`R-TEN-1`).
pub(crate) fn tenants(switches: &Switches, engine: &str, asked: Option<bool>) -> Result<(), Fault> {
    if asked == Some(true) && !is_container(engine) && switches.enforces("R-TEN-1") {
        return Err(Fault::combination(format!("MultiTenant isn't valid for {engine}.")));
    }
    Ok(())
}

/// True for Oracle's container databases.
pub(crate) fn is_container(engine: &str) -> bool {
    engine.starts_with("oracle") && engine.ends_with("-cdb")
}

/// From one tenant to many, at once, and never back (`R-TEN-1`).
pub(crate) fn convert(
    switches: &Switches,
    engine: &str,
    has: Option<bool>,
    asked: Option<bool>,
    at_once: bool,
) -> Result<(), Fault> {
    tenants(switches, engine, asked)?;
    if !switches.enforces("R-TEN-1") {
        return Ok(());
    }
    match asked {
        Some(false) if has == Some(true) => {
            Err(Fault::combination("An instance in the multi-tenant configuration can't be converted back."))
        }
        Some(true) if !at_once => Err(Fault::combination("MultiTenant must be specified with ApplyImmediately.")),
        _ => Ok(()),
    }
}
