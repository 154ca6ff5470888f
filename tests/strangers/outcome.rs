//! What a finished migration must have left, as the `aws` CLI shows it.

use serde_json::Value;

use super::aws_cli::{AwsCli, tag_pairs, text};

/// The tags on everything that the program makes.
const OUR_TAGS: [&str; 2] = ["rds-encrypt", "rds-encrypt-run"];

/// Members of an instance that a migration carries and moto shows.
const CARRIED: [&str; 14] = [
    "AllocatedStorage",
    "AutoMinorVersionUpgrade",
    "BackupRetentionPeriod",
    "CopyTagsToSnapshot",
    "DBInstanceClass",
    "DBParameterGroups",
    "DeletionProtection",
    "Engine",
    "EngineVersion",
    "MasterUsername",
    "MultiAZ",
    "PreferredBackupWindow",
    "PreferredMaintenanceWindow",
    "StorageType",
];

/// Everything that one migration made.
#[derive(Debug, PartialEq)]
pub(super) struct Made {
    pub(super) plain: Value,
    pub(super) encrypted: Value,
    pub(super) target: Value,
}

impl Made {
    /// Looks for exactly one plain snapshot, one encrypted copy and one new instance, and for nothing else.
    ///
    /// The account holds `source` and nothing more before the migration.
    pub(super) fn find(aws: &AwsCli, source: &Value) -> Self {
        Self::find_named(aws, source, "")
    }

    /// The same, where the account holds more: only what is named after `source` counts.
    pub(super) fn find_among_others(aws: &AwsCli, source: &Value) -> Self {
        Self::find_named(aws, source, &format!("{}-", text(&source["DBInstanceIdentifier"])))
    }

    fn find_named(aws: &AwsCli, source: &Value, front: &str) -> Self {
        let snapshots = aws.manual_snapshots().into_iter();
        let (mut encrypted, mut plain): (Vec<Value>, Vec<Value>) = snapshots
            .filter(|snapshot| text(&snapshot["DBSnapshotIdentifier"]).starts_with(front))
            .partition(|snapshot| snapshot["Encrypted"] == true);
        assert_eq!((plain.len(), encrypted.len()), (1, 1), "plain and encrypted manual snapshots");
        let others: Vec<String> = aws
            .instances()
            .iter()
            .map(|row| text(&row["DBInstanceIdentifier"]))
            .filter(|name| name.starts_with(front) && *name != text(&source["DBInstanceIdentifier"]))
            .collect();
        let [target] = others.as_slice() else { panic!("one new instance, not {others:?}") };
        Self { plain: plain.remove(0), encrypted: encrypted.remove(0), target: aws.instance(target) }
    }

    /// Checks it all: encryption, names, settings, tags, and that the source is as it was.
    pub(super) fn assert_right(&self, aws: &AwsCli, source: &Value, key_arn: &str, target: Option<&str>) {
        self.assert_encrypted(key_arn);
        self.assert_named(&text(&source["DBInstanceIdentifier"]), target);
        for member in CARRIED {
            assert!(source.get(member).is_some(), "moto doesn't show {member}");
            assert_eq!(self.target[member], source[member], "{member} of the copy");
        }
        self.assert_tagged(aws, source);
        let now = aws.instance(&text(&source["DBInstanceIdentifier"]));
        assert_eq!(&now, source, "the source is as it was");
    }

    /// Exactly what should be encrypted is, with exactly the key that was asked for.
    pub(super) fn assert_encrypted(&self, key_arn: &str) {
        assert_eq!(self.plain["Encrypted"], false);
        assert_eq!(self.plain.get("KmsKeyId"), None, "a plain snapshot has no key");
        assert_eq!(self.encrypted["KmsKeyId"], key_arn);
        assert_eq!(self.target["StorageEncrypted"], true);
        assert_eq!(self.target["KmsKeyId"], key_arn);
    }

    fn assert_named(&self, source: &str, target: Option<&str>) {
        let snapshot = text(&self.plain["DBSnapshotIdentifier"]);
        let id = snapshot
            .strip_prefix(&format!("{source}-"))
            .and_then(|rest| rest.strip_suffix("-g1"))
            .unwrap_or_else(|| panic!("{snapshot} isn't named after {source}"));
        assert!(id.len() == 8 && id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7')), "{id}");
        assert_eq!(self.encrypted["DBSnapshotIdentifier"], format!("{snapshot}-encrypted"));
        assert_eq!(self.target["DBInstanceIdentifier"], target.unwrap_or(&snapshot));
    }

    /// The copy has the source's tags and ours, and nothing else; the snapshots have ours.
    fn assert_tagged(&self, aws: &AwsCli, source: &Value) {
        let (ours, theirs): (Vec<_>, Vec<_>) =
            aws.tags(&text(&self.target["DBInstanceArn"])).into_iter().partition(|(key, _)| is_ours(key));
        assert_eq!(theirs, tag_pairs(&source["TagList"]), "the source's tags");
        assert_eq!(ours.len(), 2, "our tags on the copy: {ours:?}");
        for snapshot in [&self.plain, &self.encrypted] {
            let tags = aws.tags(&text(&snapshot["DBSnapshotArn"]));
            let lineage = |tags: &[(String, String)]| tags.iter().find(|(key, _)| key == OUR_TAGS[0]).cloned();
            assert_eq!(lineage(&tags), lineage(&ours), "one lineage on everything");
            assert_eq!(tags.iter().filter(|(key, _)| is_ours(key)).count(), 2, "our tags: {tags:?}");
        }
    }
}

fn is_ours(key: &str) -> bool {
    OUR_TAGS.contains(&key)
}
