//! Whole commands in process: `cli::run` on a sandbox in memory, under tokio's paused clock.
//!
//! What a person reads is a snapshot; what AWS has in the end is looked at through the official SDK.

#[cfg(test)]
#[path = "flows/approved.rs"]
mod approved;
#[cfg(test)]
#[path = "flows/attached.rs"]
mod attached;
#[cfg(test)]
#[path = "flows/auditing.rs"]
mod auditing;
#[cfg(test)]
#[path = "flows/batch/mod.rs"]
mod batch;
#[cfg(test)]
#[path = "flows/catalogue.rs"]
mod catalogue;
#[cfg(test)]
#[path = "flows/chosen.rs"]
mod chosen;
#[cfg(test)]
#[path = "flows/cleanup.rs"]
mod cleanup;
#[cfg(test)]
#[path = "flows/crashes.rs"]
mod crashes;
#[cfg(test)]
#[path = "flows/disk.rs"]
mod disk;
#[cfg(test)]
#[path = "flows/end.rs"]
mod end;
#[cfg(test)]
#[path = "flows/faults.rs"]
mod faults;
#[cfg(test)]
#[path = "flows/faults_table/mod.rs"]
mod faults_table;
#[cfg(test)]
#[path = "flows/interruptions.rs"]
mod interruptions;
#[cfg(test)]
#[path = "flows/model/mod.rs"]
mod model;
#[cfg(test)]
#[path = "flows/mount.rs"]
mod mount;
#[cfg(test)]
#[path = "flows/mutants/mod.rs"]
mod mutants;
#[cfg(test)]
#[path = "flows/others.rs"]
mod others;
#[cfg(test)]
#[path = "flows/permitted/mod.rs"]
mod permitted;
#[cfg(test)]
#[path = "flows/planning.rs"]
mod planning;
#[cfg(test)]
#[path = "flows/property/mod.rs"]
mod property;
#[cfg(test)]
#[path = "flows/quarantine.rs"]
mod quarantine;
#[cfg(test)]
#[path = "flows/real_account.rs"]
mod real_account;
#[cfg(test)]
#[path = "flows/rebuild.rs"]
mod rebuild;
#[cfg(test)]
#[path = "flows/recording.rs"]
mod recording;
#[cfg(test)]
#[path = "flows/refusals.rs"]
mod refusals;
#[cfg(test)]
#[path = "flows/reporting.rs"]
mod reporting;
#[cfg(test)]
#[path = "flows/retry.rs"]
mod retry;
#[cfg(test)]
#[path = "flows/scanning.rs"]
mod scanning;
#[cfg(test)]
#[path = "flows/scanning_far.rs"]
mod scanning_far;
#[cfg(test)]
#[path = "flows/screens.rs"]
mod screens;
#[cfg(test)]
#[path = "flows/secrets.rs"]
mod secrets;
#[cfg(test)]
#[path = "flows/setups.rs"]
mod setups;
#[cfg(test)]
#[path = "flows/stage.rs"]
mod stage;
#[cfg(test)]
#[path = "flows/standing.rs"]
mod standing;
#[cfg(test)]
#[path = "flows/surroundings.rs"]
mod surroundings;
#[cfg(test)]
#[path = "flows/sweep/mod.rs"]
mod sweep;
#[cfg(test)]
#[path = "flows/tunnelling.rs"]
mod tunnelling;
#[cfg(test)]
#[path = "flows/two_machines.rs"]
mod two_machines;
#[cfg(test)]
#[path = "flows/usage.rs"]
mod usage;
#[cfg(test)]
#[path = "flows/verifying.rs"]
mod verifying;
#[cfg(test)]
#[path = "flows/waits.rs"]
mod waits;
#[cfg(test)]
#[path = "flows/whole_runs.rs"]
mod whole_runs;
#[cfg(test)]
#[path = "flows/worlds.rs"]
mod worlds;
