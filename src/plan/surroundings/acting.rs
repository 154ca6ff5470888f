//! Copies that act by themselves: jobs inside the database run a second time in it (rule 13 has no say in that).

use super::{Case, enter, note, warn};
use crate::{
    model::{EngineFamily, Parameter},
    plan::{checks::Judgement, facts::Checked, finding::Finding},
};

pub(super) fn judge(judgement: &mut Judgement, case: Case<'_>, parameters: &Checked<Vec<Parameter>>) {
    let apart = case.facts.choices.network.is_quarantine();
    enter(judgement, "jobs by parameters", parameters, |all| if apart { vec![] } else { acting(case, all) });
    judgement.findings.extend(without_sql(case, apart));
}

fn is_on(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "on" | "1" | "true" | "enabled")
}

fn acting(case: Case<'_>, all: &[Parameter]) -> Vec<Finding> {
    let family = case.source.family();
    let tells = |parameter: &&Parameter| match (family, parameter.name.as_str()) {
        (Some(EngineFamily::MySql | EngineFamily::MariaDb), "event_scheduler") => is_on(&parameter.value),
        (Some(EngineFamily::Postgres), "shared_preload_libraries") => {
            parameter.value.split(',').any(|library| library.trim() == "pg_cron")
        }
        (Some(EngineFamily::Postgres), "max_logical_replication_workers" | "max_sync_workers_per_subscription")
        | (Some(EngineFamily::Oracle), "job_queue_processes") => {
            parameter.value.parse::<u32>().is_ok_and(|number| number > 0)
        }
        _ => false,
    };
    let said: Vec<String> =
        all.iter().filter(tells).map(|parameter| format!("{}={}", parameter.name, parameter.value)).collect();
    if said.is_empty() {
        return vec![];
    }
    let what = match family {
        Some(EngineFamily::Postgres) => "jobs and subscriptions",
        _ => "jobs",
    };
    vec![warn(
        format!("{what} inside {} are likely, and the copy runs them, too: {}", case.name(), said.join(", ")),
        "if they reach anything outside, keep the copy apart: --network quarantine --bastion-group SG",
        "R-REST-1",
    )]
}

/// What only a look inside could tell: one line, and how to look.
fn without_sql(case: Case<'_>, apart: bool) -> Option<Finding> {
    let (jobs, tables, sql) = match case.source.family()? {
        EngineFamily::MySql | EngineFamily::MariaDb => (
            "events",
            Some("MyISAM tables, which a snapshot may catch half-written"),
            "`SELECT event_name FROM information_schema.events; SELECT table_name FROM information_schema.tables WHERE \
             engine IN ('MyISAM', 'Aria')`",
        ),
        EngineFamily::Postgres => (
            "subscriptions and pg_cron jobs",
            Some("UNLOGGED tables, which are empty in a copy"),
            "`SELECT subname FROM pg_subscription; SELECT relname FROM pg_class WHERE relpersistence='u'`; where there is \
             pg_cron, `SELECT * FROM cron.job`",
        ),
        EngineFamily::SqlServer => (
            "SQL Server Agent jobs and linked servers",
            None,
            "`SELECT name FROM msdb.dbo.sysjobs WHERE enabled=1; SELECT name FROM sys.servers WHERE is_linked=1`",
        ),
        EngineFamily::Oracle => (
            "scheduler jobs and database links",
            None,
            "`SELECT owner, job_name FROM dba_scheduler_jobs WHERE enabled='TRUE'; SELECT owner, db_link FROM dba_db_links`",
        ),
        EngineFamily::Db2 => ("administrative tasks", None, "`SELECT name FROM systools.admin_task_list`"),
    };
    let all: Vec<&str> = [(!apart).then_some(jobs), tables].into_iter().flatten().collect();
    if all.is_empty() {
        return None;
    }
    Some(note(
        format!("not looked for, since that takes SQL: {}", all.join("; ")),
        &format!("look yourself: {sql}"),
        "R-REST-1",
    ))
}
