//! What AWS leaves unsaid, or says in two ways: each such fact is a switch, and both answers exist.

use std::collections::BTreeSet;

use super::ssm::channel::Habits;

/// The world's unverified facts. The default of each is the likelier answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Switches {
    /// Rules of the [`ledger`](super::ledger), by id, that don't hold in this world; none by default.
    pub without: BTreeSet<String>,
    /// A parameter that the operation doesn't have: refused (default), or passed over in silence (`R-WIRE-2`).
    pub unknown_parameters_refused: bool,
    /// The answer of a change to be made at once already shows it as pending; by default only new storage does
    /// (`R-MOD-2`).
    pub modify_answer_shows_pending: bool,
    /// A new or restored instance with retention takes a full backup at once, in status `backing-up` (`R-REST-8`).
    pub baseline_backup: bool,
    /// World seconds that the full backup takes after a restore, or after backups were turned on; by default it goes by
    /// size, and with 0 nobody sees it (`R-REST-8`).
    pub baseline_takes: Option<i64>,
    /// A restart during `backing-up` is accepted, and waits for the backup's end; by default it is refused
    /// (`R-MOD-10`).
    pub reboot_waits_for_backup: bool,
    /// A snapshot during `backing-up` is accepted, and waits for the backup's end; by default it is refused
    /// (`R-MOD-10`).
    pub snapshot_waits_for_backup: bool,
    /// gp3 below its threshold takes IOPS and throughput instead of refusing them (`R-STOR-1`).
    pub small_gp3_takes_iops: bool,
    /// What becomes of a snapshot that is deleted while it is being copied or restored (`R-SNAP-11`).
    pub deleted_while_used: DeletedWhileUsed,
    /// Copies and restores fail when their key becomes unusable while they run; by default they go on (`R-ENC-9`).
    pub key_loss_ends_work: bool,
    /// World seconds until an event can be looked up; without a number none ever can, for AWS promises none
    /// (`R-EVT-4`).
    pub events_show_after: Option<i64>,
    /// Manual snapshots that the account may have in a Region (`R-QUOTA-1`).
    pub most_manual_snapshots: usize,
    /// Instances that the account may have in a Region (`R-QUOTA-1`).
    pub most_instances: usize,
    /// GiB of storage that the account's instances may have in a Region (`R-QUOTA-1`).
    pub most_storage: i64,
    /// A change during `backing-up` is queued until the backup ends instead of being refused (`R-MOD-5`).
    pub modify_waits_for_backup: bool,
    /// A parameter group given at restore waits for a reboot (default), or is in sync at once (`R-REST-7`).
    pub restored_parameters_await_reboot: bool,
    /// A restore without an option group gets the snapshot's instead of the engine's default (`R-REST-6`).
    pub restore_keeps_option_group: bool,
    /// At most so many copies may run inside a Region; none by default (`R-COPY-7`).
    pub copies_in_region: Option<usize>,
    /// Requests that RDS takes of the account in a Region in a world second, on average, and at least one at once; without
    /// a number all (`R-RATE-1`).
    pub requests_per_second: Option<f64>,
    /// Regions that the account has opted in to, of those that aren't there without (`R-REG-1`).
    pub opted_in: BTreeSet<String>,
    /// A second encrypting copy under the same key moves only what changed; by default it is full again (`R-COPY-6`).
    pub second_encrypting_copy_is_cheap: bool,
    /// The word for a running copy is `copying`; by default `creating` (`R-COPY-4`).
    pub copies_say_copying: bool,
    /// What happens to a snapshot of a deprecated engine version at restore (`R-REST-10`).
    pub deprecated_version: DeprecatedVersion,
    /// World seconds until tags given at creation show (`R-TAG-4`).
    pub tags_show_after: i64,
    /// Automated backups run each day in the backup window, in status `backing-up` (`R-SNAP-8`).
    pub daily_backups: bool,
    /// A role for a feature that the engine version doesn't have is refused; otherwise it is taken (`R-ROLE-4`).
    pub foreign_features_refused: bool,
    /// `EngineLifecycleSupport` is refused for engines that have no Extended Support; otherwise it is passed over
    /// (`R-LIFE-1`).
    pub foreign_lifecycles_refused: bool,
    /// Without Extended Support a major version past its time is upgraded in the next maintenance window; by default
    /// at once (`R-LIFE-2`).
    pub pushed_in_window: bool,
    /// A restore keeps the network type that the instance had; by default it is IPv4 (`R-NET-2`).
    pub restore_keeps_network_type: bool,
    /// Asking what can be ordered of a version that can't is refused; by default the list is empty (`R-CAT-10`).
    pub strange_versions_refused: bool,
    /// Whoever wants to join a directory fails (`R-DOM-4`).
    pub domain_joins_fail: bool,
    /// Engines that know the directory by Kerberos alone say so in words of their own; otherwise all join (`R-DOM-3`).
    pub kerberos_has_its_own_words: bool,
    /// The same role can be there for several features; otherwise a second one is refused (`R-ROLE-3`).
    pub one_role_serves_many_features: bool,
    /// A new instance whose subnets have no address left is refused; otherwise it is made, and ends as
    /// `incompatible-network` (`R-NET-7`).
    pub full_subnets_refused: bool,
    /// A restore that names no option group gets the snapshot's where that has persistent or permanent options;
    /// otherwise it is refused (`R-OPT-2`).
    pub lasting_options_keep_group: bool,
    /// World seconds for which the network interfaces of a deleted endpoint linger (`R-VPCE-5`).
    pub interfaces_linger: i64,
    /// World seconds for which a terminated machine keeps its security groups (`R-RUN-6`).
    pub terminated_keep_groups: i64,
    /// World seconds until EC2 sees a new instance profile, or the role in it (`R-RUN-3`).
    pub profiles_show_after: i64,
    /// World seconds until IAM itself shows a new role (`R-IAM-8`).
    pub roles_show_after: i64,
    /// Simulations answer once for each action and resource, as AWS did before; by default once for each action
    /// (`R-SIM-1`).
    pub simulations_repeat: bool,
    /// What an organization denies is an explicit deny in simulations; by default an implicit one (`R-SIM-3`).
    pub organizations_deny_explicitly: bool,
    /// A role is simulated whatever path its ARN has; by default it isn't found by another than its own (`R-SIM-5`).
    pub simulated_paths_are_passed_over: bool,
    /// World seconds until a machine or an endpoint that was made can be looked up by its id (`R-RUN-8`).
    pub new_things_show_after: i64,
    /// Sessions go by the newest version of a session document; by default by its default version (`R-DOC-15`).
    pub newest_session_documents_hold: bool,
    /// World seconds until a version of a document that was made is active (`R-DOC-14`).
    pub documents_active_after: i64,
    /// Whoever changes or deletes a document of AWS's hears `AccessDeniedException`; by default `InvalidDocument`, for it
    /// isn't the account's (`R-DOC-10`).
    pub aws_documents_are_denied: bool,
    /// A change that doesn't say which version it is of is refused; by default it is of the newest (`R-DOC-7`).
    pub updates_without_version_refused: bool,
    /// What any earlier version said is a duplicate; by default only what the newest says (`R-DOC-8`).
    pub old_contents_are_duplicates: bool,
    /// A new world has a database `bare` in a VPC of its own, with two private subnets and nothing else (`R-WORLD-4`).
    pub bare_vpc: bool,
    /// How sessions of Session Manager behave at first (`R-CHAN-8` and others).
    pub sessions: Habits,
}

/// What a restore does with a snapshot whose engine version is deprecated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeprecatedVersion {
    /// The restore goes through, on that version.
    #[default]
    Restored,
    /// The restore is refused.
    Refused,
    /// The restored instance is upgraded at once.
    Upgraded,
    /// The restore goes through, and the instance is upgraded in its next maintenance window, whatever it says of
    /// automatic upgrades.
    UpgradedInWindow,
}

/// What becomes of a snapshot that is deleted while it is being copied or restored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeletedWhileUsed {
    /// The deletion is refused: `InvalidDBSnapshotState`.
    #[default]
    Refused,
    /// It is deleted, and copy and restore go on.
    GoesOn,
    /// It is deleted, and its copies fail.
    Fails,
}

impl Switches {
    /// Whether a rule of the [`ledger`](super::ledger) holds here: asked wherever one is enforced.
    pub(crate) fn enforces(&self, rule: &str) -> bool {
        !self.without.contains(rule)
    }
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            without: BTreeSet::new(),
            unknown_parameters_refused: true,
            modify_answer_shows_pending: false,
            baseline_backup: true,
            baseline_takes: None,
            reboot_waits_for_backup: false,
            snapshot_waits_for_backup: false,
            small_gp3_takes_iops: false,
            deleted_while_used: DeletedWhileUsed::Refused,
            key_loss_ends_work: false,
            events_show_after: Some(0),
            most_manual_snapshots: 100,
            most_instances: 40,
            most_storage: 100_000,
            modify_waits_for_backup: false,
            restored_parameters_await_reboot: true,
            restore_keeps_option_group: false,
            copies_in_region: None,
            requests_per_second: None,
            opted_in: BTreeSet::new(),
            second_encrypting_copy_is_cheap: false,
            copies_say_copying: false,
            deprecated_version: DeprecatedVersion::Restored,
            tags_show_after: 0,
            daily_backups: false,
            foreign_features_refused: true,
            foreign_lifecycles_refused: true,
            pushed_in_window: false,
            restore_keeps_network_type: false,
            strange_versions_refused: false,
            domain_joins_fail: false,
            kerberos_has_its_own_words: true,
            one_role_serves_many_features: true,
            full_subnets_refused: true,
            lasting_options_keep_group: true,
            interfaces_linger: 240,
            terminated_keep_groups: 0,
            profiles_show_after: 12,
            roles_show_after: 0,
            simulations_repeat: false,
            organizations_deny_explicitly: false,
            simulated_paths_are_passed_over: false,
            new_things_show_after: 0,
            newest_session_documents_hold: false,
            documents_active_after: 0,
            aws_documents_are_denied: false,
            updates_without_version_refused: false,
            old_contents_are_duplicates: false,
            bare_vpc: false,
            sessions: Habits::default(),
        }
    }
}
