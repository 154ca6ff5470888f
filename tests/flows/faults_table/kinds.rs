//! The kinds of errors, and the calls at which they happen.

use rds_encrypt::sandbox::How;
use serde_json::json;

use crate::{stage::Stage, sweep::course::is_mutating};

/// A call of the flow.
pub(super) struct Call {
    pub(super) title: &'static str,
    pub(super) operation: &'static str,
    /// So many of the same operation come before it.
    pub(super) after: usize,
}

const fn call(title: &'static str, operation: &'static str, after: usize) -> Call {
    Call { title, operation, after }
}

pub(super) const CALLS: [Call; 16] = [
    call("Checks: GetCallerIdentity", "GetCallerIdentity", 0),
    call("Checks: DescribeDBInstances", "DescribeDBInstances", 0),
    call("Checks: DescribeDBSnapshots", "DescribeDBSnapshots", 0),
    call("Checks: DescribeCertificates", "DescribeCertificates", 0),
    call("Checks: DescribeDBEngineVersions", "DescribeDBEngineVersions", 0),
    call("Checks: DescribeDBMajorEngineVersions", "DescribeDBMajorEngineVersions", 0),
    call("Checks: DescribeOrderableDBInstanceOptions", "DescribeOrderableDBInstanceOptions", 0),
    call("Checks: DescribeKey", "DescribeKey", 0),
    call("Snapshot: CreateDBSnapshot", "CreateDBSnapshot", 0),
    call("Any look: DescribeDBInstances", "DescribeDBInstances", 20),
    call("Any look: DescribeDBSnapshots", "DescribeDBSnapshots", 20),
    call("Encrypted copy: CopyDBSnapshot", "CopyDBSnapshot", 0),
    call("Restore: RestoreDBInstanceFromDBSnapshot", "RestoreDBInstanceFromDBSnapshot", 0),
    call("Settle: ModifyDBInstance, the first", "ModifyDBInstance", 0),
    call("Settle: RebootDBInstance", "RebootDBInstance", 0),
    call("Settle: ModifyDBInstance, the last: backups", "ModifyDBInstance", 3),
];

/// How often something goes wrong.
#[derive(Clone, Copy)]
pub(super) enum Times {
    /// Once.
    Once,
    /// A few times: more often than the SDK asks by itself.
    Few,
    /// As long as the command runs, within reason: programs may wait for the end of it.
    Long,
}

impl Times {
    pub(super) fn number(self) -> usize {
        match self {
            Self::Once => 1,
            Self::Few => 6,
            Self::Long => 40,
        }
    }
}

/// A kind of error.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) times: Times,
    /// How it shows at an operation; nothing where it can't.
    pub(super) how: fn(&str) -> Option<How>,
}

impl Kind {
    /// A status of failure shows after some minutes, when a small snapshot is long taken.
    pub(super) fn stage(&self) -> Stage {
        if self.name == ENDS_BADLY { Stage::of(&[json!({"AllocatedStorage": 40})]) } else { Stage::small() }
    }

    pub(super) fn fits(&self, call: &Call) -> bool {
        (self.how)(call.operation).is_some()
    }
}

fn refuse(code: &str, message: &str, status: u16) -> How {
    How::Refuse { code: code.into(), message: message.into(), status }
}

fn refused_at(operations: &[&str], operation: &str, code: &str, message: &str) -> Option<How> {
    operations.contains(&operation).then(|| refuse(code, message, 400))
}

const ENDS_BADLY: &str = "taken, and ends in a status of failure";

const CREATE: &str = "CreateDBSnapshot";
const COPY: &str = "CopyDBSnapshot";
const RESTORE: &str = "RestoreDBInstanceFromDBSnapshot";
const MODIFY: &str = "ModifyDBInstance";
const REBOOT: &str = "RebootDBInstance";

pub(super) const KINDS: [Kind; 26] = [
    Kind { name: "too many requests, for a while", times: Times::Few, how: |_| Some(How::Throttle) },
    Kind { name: "denied by the caller's policy", times: Times::Long, how: |_| Some(How::Deny) },
    Kind { name: "denied explicitly, by the organization", times: Times::Long, how: |_| Some(How::DenyByOrganization) },
    Kind { name: "credentials expired", times: Times::Long, how: |_| Some(How::Expired) },
    Kind { name: "network away, before AWS heard of it", times: Times::Few, how: |_| Some(How::DropRequest) },
    Kind {
        name: "answer lost after AWS acted",
        times: Times::Once,
        how: |operation| is_mutating(operation).then_some(How::DropAnswer),
    },
    Kind {
        name: "answers lost, for a while",
        times: Times::Few,
        how: |operation| (!is_mutating(operation)).then_some(How::DropAnswer),
    },
    Kind {
        name: "503 before AWS acted",
        times: Times::Few,
        how: |_| Some(refuse("ServiceUnavailable", "Service is temporarily unavailable", 503)),
    },
    Kind { name: "500 after AWS acted", times: Times::Once, how: |_| Some(How::ErrAfterwards { status: 500 }) },
    Kind { name: "no answer for 90 s", times: Times::Once, how: |_| Some(How::Stall { milliseconds: 90_000 }) },
    Kind {
        name: "SnapshotQuotaExceeded: no more snapshots",
        times: Times::Long,
        how: |at| {
            refused_at(&[CREATE, COPY], at, "SnapshotQuotaExceeded", "Cannot create more than 100 manual snapshots")
        },
    },
    Kind {
        name: "SnapshotQuotaExceeded: too many copies at once",
        times: Times::Few,
        how: |at| {
            let message = "You have reached the maximum number of in-progress snapshot copies to this Region";
            refused_at(&[COPY], at, "SnapshotQuotaExceeded", message)
        },
    },
    Kind {
        name: "InstanceQuotaExceeded",
        times: Times::Long,
        how: |at| refused_at(&[RESTORE], at, "InstanceQuotaExceeded", "DB Instance quota exceeded"),
    },
    Kind {
        name: "StorageQuotaExceeded",
        times: Times::Long,
        how: |at| refused_at(&[RESTORE, MODIFY], at, "StorageQuotaExceeded", "DB Instance storage quota exceeded"),
    },
    Kind {
        name: "InsufficientDBInstanceCapacity",
        times: Times::Few,
        how: |at| [RESTORE, MODIFY].contains(&at).then_some(How::NoCapacity),
    },
    Kind {
        name: "InvalidDBInstanceState, for a while",
        times: Times::Few,
        how: |at| {
            refused_at(
                &[CREATE, MODIFY, REBOOT],
                at,
                "InvalidDBInstanceState",
                "Database instance is not in available state.",
            )
        },
    },
    Kind {
        name: "InvalidDBSnapshotState, for a while",
        times: Times::Few,
        how: |at| refused_at(&[COPY, RESTORE], at, "InvalidDBSnapshotState", "The snapshot is not in available state."),
    },
    Kind {
        name: "KMSKeyNotAccessibleFault",
        times: Times::Long,
        how: |at| {
            let message =
                "The specified KMS key does not exist, is not enabled or you do not have permissions to access it";
            refused_at(&[COPY, RESTORE, MODIFY], at, "KMSKeyNotAccessibleFault", message)
        },
    },
    Kind {
        name: "not found",
        times: Times::Long,
        how: |at| {
            refused_at(&[CREATE, MODIFY, REBOOT], at, "DBInstanceNotFound", "DBInstance not found.")
                .or_else(|| refused_at(&[COPY, RESTORE], at, "DBSnapshotNotFound", "DBSnapshot not found."))
                .or_else(|| refused_at(&["DescribeKey"], at, "NotFoundException", "Key does not exist"))
        },
    },
    Kind {
        name: "exists already",
        times: Times::Long,
        how: |at| {
            let taken = "it already exists.";
            refused_at(&[CREATE, COPY], at, "DBSnapshotAlreadyExists", taken)
                .or_else(|| refused_at(&[RESTORE], at, "DBInstanceAlreadyExists", taken))
        },
    },
    Kind {
        name: "an error that nobody knows",
        times: Times::Long,
        how: |_| Some(refuse("SomethingNew", "Nobody has heard of this before", 400)),
    },
    Kind {
        name: "taken, and given up: only an event tells",
        times: Times::Once,
        how: |at| is_mutating(at).then(|| How::InVain { event: "Unable to do it".into() }),
    },
    Kind {
        name: ENDS_BADLY,
        times: Times::Once,
        how: |at| {
            let status = match at {
                CREATE | COPY => "failed",
                RESTORE => "incompatible-restore",
                MODIFY | REBOOT => "incompatible-parameters",
                _ => return None,
            };
            Some(How::EndsAs { status: status.into() })
        },
    },
    Kind {
        name: "taken, and shows a status that nobody knows for a while",
        times: Times::Once,
        how: |at| is_mutating(at).then(|| How::Shows { status: "a-word-nobody-knows".into(), seconds: 1200 }),
    },
    Kind {
        name: "taken, and comes out unencrypted",
        times: Times::Once,
        how: |at| (at == COPY).then_some(How::ComesOutPlain),
    },
    Kind {
        name: "taken, and comes out under another key",
        times: Times::Once,
        how: |at| (at == COPY).then(|| How::ComesOutUnder { key: "alias/aws/rds".into() }),
    },
];
