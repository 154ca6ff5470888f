//! A set of changes as phases: each kind has its own status and takes its own time (`R-MOD-2`, `R-MOD-4`).

use crate::sandbox::world::changes::{Changes, Prompt};

/// A stretch of work with a status of its own.
pub(crate) struct Phase {
    pub(crate) status: &'static str,
    pub(crate) seconds: i64,
    pub(crate) changes: Changes,
    /// The event's sentence when it is done.
    pub(crate) done: &'static str,
}

/// Sorts changes into quick ones, phases with a status of their own, and a rename.
pub(crate) fn split(changes: &Changes, gibibytes: i64) -> (Prompt, Vec<Phase>, Option<String>) {
    let (quick, monitoring, insights) = prompt(&changes.prompt);
    let all = [
        phase("resetting-master-credentials", 60, password(changes), "Reset master credentials"),
        phase("configuring-iam-database-auth", 120, iam(changes), "IAM database authentication changed"),
        phase("configuring-log-exports", 90, logs(changes), "Log exports changed"),
        phase("configuring-enhanced-monitoring", 120, monitoring, "Monitoring Interval changed"),
        phase("modifying", 90, insights, "Performance Insights changed"),
        phase("upgrading", 900, version(changes), "DB instance upgraded"),
        phase("modifying", 180 + gibibytes, storage(changes), "Finished applying modification to storage"),
        phase("modifying", server_seconds(changes), server(changes), "Finished applying modification to DB instance"),
        phase("modifying", 600, tenants(changes), "DB instance converted to the multi-tenant configuration"),
        phase("modifying", 60, domains(changes), "Domain membership changed"),
        phase("modifying", 60, retention(changes), "Backup retention changed"),
    ];
    let phases = all.into_iter().filter(|phase| !phase.changes.is_empty()).collect();
    (quick, phases, changes.name.clone())
}

fn phase(status: &'static str, seconds: i64, changes: Changes, done: &'static str) -> Phase {
    Phase { status, seconds, changes, done }
}

/// Quick changes, monitoring and insights apart.
fn prompt(all: &Prompt) -> (Prompt, Changes, Changes) {
    let mut quick = all.clone();
    let monitoring = Prompt {
        monitoring_interval: quick.monitoring_interval.take(),
        monitoring_role_arn: quick.monitoring_role_arn.take(),
        ..Prompt::default()
    };
    let insights = Prompt {
        performance_insights: quick.performance_insights.take(),
        performance_insights_key: quick.performance_insights_key.take(),
        performance_insights_retention: quick.performance_insights_retention.take(),
        database_insights_mode: quick.database_insights_mode.take(),
        ..Prompt::default()
    };
    let only = |prompt| Changes { prompt, ..Changes::default() };
    (quick, only(monitoring), only(insights))
}

fn password(all: &Changes) -> Changes {
    Changes { password: all.password.clone(), ..Changes::default() }
}

fn iam(all: &Changes) -> Changes {
    Changes { iam_authentication: all.iam_authentication, ..Changes::default() }
}

fn logs(all: &Changes) -> Changes {
    Changes { logs: all.logs.clone(), ..Changes::default() }
}

fn version(all: &Changes) -> Changes {
    Changes { engine_version: all.engine_version.clone(), ..Changes::default() }
}

fn tenants(all: &Changes) -> Changes {
    Changes { multi_tenant: all.multi_tenant, ..Changes::default() }
}

fn domains(all: &Changes) -> Changes {
    Changes { domains: all.domains.clone(), ..Changes::default() }
}

fn retention(all: &Changes) -> Changes {
    Changes { retention: all.retention, ..Changes::default() }
}

fn storage(all: &Changes) -> Changes {
    Changes {
        allocated_storage: all.allocated_storage,
        storage_type: all.storage_type.clone(),
        iops: all.iops,
        storage_throughput: all.storage_throughput,
        dedicated_log_volume: all.dedicated_log_volume,
        ..Changes::default()
    }
}

fn server(all: &Changes) -> Changes {
    Changes {
        class: all.class.clone(),
        processor_features: all.processor_features.clone(),
        multi_az: all.multi_az,
        port: all.port,
        license_model: all.license_model.clone(),
        ca_certificate_identifier: all.ca_certificate_identifier.clone(),
        ..Changes::default()
    }
}

fn server_seconds(all: &Changes) -> i64 {
    if all.class.is_some() { 360 } else { 240 }
}
