//! A migration at any point of its way, built in a few words.

use std::time::Duration;

use crate::{
    model::{
        Answer, Answers, AwsTime, Call, DbInstance, DbSnapshot, Encryption, GroupMembership, Inquiry, Intent,
        KeyReference, Outcome, StorageEncryptionType, SubnetGroup, digest,
    },
    plan::{Choices, Origin, Plan},
    steps::{Asked, Decision, Generation, Goal, Seen, Situation, Standing, Steadiness, decide},
};

pub(super) const KEY: &str = "arn:aws:kms:eu-west-2:000000000000:key/1234abcd";
pub(super) const OTHER_KEY: &str = "arn:aws:kms:eu-west-2:000000000000:key/9999ffff";
pub(super) const SOURCE_ID: &str = "db-SOURCE";
pub(super) const TARGET_ID: &str = "db-TARGET";
pub(super) const RUN: &str = "nonce ada@bastion";
/// Long enough ago for everything that lags.
const LONG_AGO: u64 = 100_000;

/// What AWS shows, what was asked for and how long ago, and for how long the target has looked the same.
#[derive(Clone)]
pub(super) struct World {
    pub(super) plan: Box<Plan>,
    pub(super) seen: Box<Seen>,
    pub(super) steady: u64,
    /// For how long the same resources have been shown, in seconds.
    pub(super) shown: u64,
    pub(super) now: AwsTime,
    pub(super) generation: Generation,
    pub(super) journal: Vec<(Intent, Duration, bool)>,
    /// What AWS answers beyond the look.
    pub(super) answers: Answers,
    /// What is worked toward.
    pub(super) goal: Goal,
}

/// A time on a Wednesday.
pub(super) fn at(time: &str) -> AwsTime {
    format!("2026-11-25T{time}Z").parse().expect("a time")
}

pub(super) fn group(name: &str, status: &str) -> GroupMembership {
    GroupMembership { name: name.into(), status: Some(status.into()) }
}

pub(super) fn under(key: &str) -> Encryption {
    Encryption {
        storage_encryption_type: Some(StorageEncryptionType::Kms),
        storage_encrypted: Some(true),
        kms_key_id: Some(key.into()),
    }
}

pub(super) fn plain() -> Encryption {
    Encryption { storage_encrypted: Some(false), ..Encryption::default() }
}

/// A source that serves.
fn source() -> DbInstance {
    DbInstance {
        identifier: "orders".into(),
        resource_id: Some(SOURCE_ID.into()),
        status: Some("available".into()),
        engine: Some("postgres".into()),
        engine_version: Some("14.9".into()),
        class: Some("db.m5.large".into()),
        master_username: Some("app".into()),
        allocated_storage: Some(100),
        storage_type: Some("gp3".into()),
        encryption: plain(),
        multi_az: Some(false),
        publicly_accessible: Some(false),
        endpoint_address: Some("orders.example".into()),
        endpoint_port: Some(5432),
        subnet_group: Some(SubnetGroup { name: Some("private".into()), vpc_id: None }),
        security_groups: Some(vec![group("sg-1", "active")]),
        parameter_groups: Some(vec![group("orders-pg", "in-sync")]),
        option_groups: Some(vec![group("default:postgres-14", "in-sync")]),
        backup_retention_period: Some(7),
        preferred_backup_window: Some("02:00-02:30".into()),
        preferred_maintenance_window: Some("sun:04:00-sun:04:30".into()),
        auto_minor_version_upgrade: Some(true),
        deletion_protection: Some(true),
        instance_create_time: Some(at("00:00:00")),
        tags: Some([("team".to_owned(), "a".to_owned())].into()),
        ..DbInstance::default()
    }
}

impl World {
    /// Planned, and nothing asked yet.
    pub(super) fn new() -> Self {
        Self::of(source())
    }

    fn of(source: DbInstance) -> Self {
        Self::with(source, &Choices::NONE)
    }

    /// Planned with these choices for the copy.
    pub(super) fn choosing(choices: &Choices) -> Self {
        Self::with(source(), choices)
    }

    /// The snapshot that it begins from and the encrypted copy are there.
    pub(super) fn with_snapshot_and_copy(self) -> Self {
        self.with_snapshot_made().with_copy_made()
    }

    fn with(source: DbInstance, choices: &Choices) -> Self {
        let key = KeyReference::Alias("alias/payments".into());
        let origin = Origin { choices, ..Origin::of(&source) };
        let plan = Plan::new(&origin, &key, KEY.into(), None).expect("a plan");
        Self {
            generation: Generation { n: 1, names: plan.names(1), rehearsal: true },
            plan: Box::new(plan),
            seen: Box::new(Seen { source: Some(source), ..Seen::default() }),
            steady: 0,
            shown: 600,
            now: at("12:00:00"),
            journal: Vec::new(),
            answers: Answers::new(),
            goal: Goal::Migrate,
        }
    }

    /// The snapshot is there.
    pub(super) fn snapshotted() -> Self {
        Self::new().with_snapshot_made()
    }

    /// The encrypted copy is there.
    pub(super) fn copied() -> Self {
        Self::snapshotted().with_copy_made()
    }

    /// The target is there, with AWS's defaults in what a restore forgets.
    pub(super) fn restored() -> Self {
        Self::copied().with_target_made()
    }

    /// The same, of a source that `change` made another.
    pub(super) fn restored_from(change: impl FnOnce(&mut DbInstance)) -> Self {
        let mut source = source();
        change(&mut source);
        Self::of(source).with_snapshot_made().with_copy_made().with_target_made()
    }

    /// The target has every wanted value, and has looked so for long.
    pub(super) fn settled() -> Self {
        let mut world = Self::restored();
        world.seen.target = Some(world.settled_target());
        world.steady = 15;
        world
    }

    fn with_snapshot_made(self) -> Self {
        let mut world = self.accepted(None);
        world.seen.snapshot = Some(DbSnapshot {
            identifier: world.generation.names.snapshot.clone(),
            resource_id: Some(SOURCE_ID.into()),
            status: Some("available".into()),
            snapshot_create_time: Some(at("01:00:00")),
            original_snapshot_create_time: Some(at("01:00:00")),
            encryption: plain(),
            ..DbSnapshot::default()
        });
        world
    }

    fn with_copy_made(self) -> Self {
        let mut world = self.accepted(None);
        world.seen.copy = Some(DbSnapshot {
            identifier: world.generation.names.copy.clone(),
            snapshot_create_time: Some(at("02:00:00")),
            encryption: under(KEY),
            ..world.seen.snapshot.clone().expect("a snapshot")
        });
        world
    }

    fn with_target_made(self) -> Self {
        let mut world = self.accepted(Some(TARGET_ID));
        world.seen.target = Some(world.fresh_target());
        world
    }

    fn fresh_target(&self) -> DbInstance {
        DbInstance {
            backup_retention_period: Some(0),
            preferred_backup_window: Some("08:00-08:30".into()),
            preferred_maintenance_window: Some("tue:08:00-tue:08:30".into()),
            auto_minor_version_upgrade: Some(false),
            deletion_protection: Some(false),
            ..self.settled_target()
        }
    }

    fn settled_target(&self) -> DbInstance {
        let mut target = DbInstance {
            identifier: self.generation.names.target.clone(),
            resource_id: Some(TARGET_ID.into()),
            encryption: under(KEY),
            instance_create_time: Some(at("03:00:00")),
            publicly_accessible: Some(false),
            ..self.seen.source.clone().expect("a source")
        };
        let tags = target.tags.get_or_insert_default();
        tags.insert(crate::model::RUN_TAG.into(), RUN.into());
        target
    }

    /// Asks for whatever is due, long ago, and AWS takes it.
    fn accepted(self, resource_id: Option<&str>) -> Self {
        let call = self.due();
        let resource_id = resource_id.map(ToOwned::to_owned);
        self.asked(&call, Outcome::Accepted { request_id: None, resource_id }, LONG_AGO)
    }

    /// The call that is due now.
    pub(super) fn due(&self) -> Call {
        match self.standing().decision {
            Decision::Act(call) => call,
            other => panic!("no call is due: {other:?}"),
        }
    }

    /// This process asked for `call` so many seconds ago.
    pub(super) fn asked(self, call: &Call, outcome: Outcome, seconds: u64) -> Self {
        self.noted(call, outcome, seconds, true)
    }

    /// So did this one or an earlier one.
    pub(super) fn noted(mut self, call: &Call, outcome: Outcome, seconds: u64, this_run: bool) -> Self {
        let wanted = digest(call);
        let attempt = 1 + self.journal.iter().filter(|(intent, ..)| intent.digest == wanted).count();
        let intent = Intent {
            number: u32::try_from(self.journal.len() + 1).expect("few"),
            generation: 1,
            attempt: u32::try_from(attempt).expect("few"),
            digest: wanted,
            sent_at: self.now,
            outcome,
            call: call.clone(),
        };
        self.journal.push((intent, Duration::from_secs(seconds), this_run));
        self
    }

    pub(super) fn with_source(mut self, change: impl FnOnce(&mut DbInstance)) -> Self {
        change(self.seen.source.as_mut().expect("a source"));
        self
    }

    pub(super) fn with_snapshot(mut self, change: impl FnOnce(&mut DbSnapshot)) -> Self {
        change(self.seen.snapshot.as_mut().expect("a snapshot"));
        self
    }

    pub(super) fn with_copy(mut self, change: impl FnOnce(&mut DbSnapshot)) -> Self {
        change(self.seen.copy.as_mut().expect("a copy"));
        self
    }

    pub(super) fn with_target(mut self, change: impl FnOnce(&mut DbInstance)) -> Self {
        change(self.seen.target.as_mut().expect("a target"));
        self
    }

    pub(super) fn with_seen(mut self, change: impl FnOnce(&mut Seen)) -> Self {
        change(&mut self.seen);
        self
    }

    /// What is decided here. What AWS is asked beyond the look and wasn't given an answer for, it knows nothing of.
    pub(super) fn standing(&self) -> Standing {
        let mut world = self.clone();
        loop {
            let standing = world.judged_by(|situation| decide(situation, self.goal));
            let Decision::Inquire(inquiry) = &standing.decision else { return standing };
            let nothing = match inquiry {
                Inquiry::Events(_) => Answer::Events(Vec::new()),
                Inquiry::Instance { .. } => Answer::Instance(None),
                Inquiry::Key | Inquiry::Quotas => Answer::NotChecked("denied".into()),
            };
            assert!(world.answers.insert(inquiry.clone(), nothing).is_none(), "asked twice: {inquiry:?}");
        }
    }

    /// AWS answers this beyond the look.
    pub(super) fn told(mut self, inquiry: Inquiry, answer: Answer) -> Self {
        self.answers.insert(inquiry, answer);
        self
    }

    pub(super) fn judged_by<T>(&self, judge: impl FnOnce(&Situation<'_>) -> T) -> T {
        let journal: Vec<Asked<'_>> = self
            .journal
            .iter()
            .map(|(intent, age, this_run)| Asked { intent, age: *age, this_run: *this_run })
            .collect();
        judge(&Situation {
            plan: &self.plan,
            generation: &self.generation,
            run: RUN,
            seen: &self.seen,
            journal: &journal,
            answers: &self.answers,
            steady_for: Steadiness {
                source: Duration::from_secs(self.shown),
                snapshot: Duration::from_secs(self.shown),
                copy: Duration::from_secs(self.shown),
                target: Duration::from_secs(self.shown),
                security_group: Duration::from_secs(self.shown),
            },
            target_steady_for: Duration::from_secs(self.steady),
            now: self.now,
        })
    }
}

pub(super) fn accepted() -> Outcome {
    Outcome::Accepted { request_id: Some("request-1".into()), resource_id: None }
}

pub(super) fn unknown() -> Outcome {
    Outcome::Unknown { why: "connection reset".into() }
}

pub(super) fn not_sent() -> Outcome {
    Outcome::NotSent { why: "Throttling: Rate exceeded".into() }
}

pub(super) fn refused(code: &str) -> Outcome {
    Outcome::Refused { code: code.into(), message: "AWS's sentence".into(), request_id: Some("request-7".into()) }
}
