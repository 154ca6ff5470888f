//! What a call to RDS means for the data behind it.

use serde_json::Value;

use super::PostgresError;
use super::home::Home;
use super::server::{Server, copied, remove};

/// Something that a call did, as far as data is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// A snapshot of an instance was taken.
    Snapshot { of: String, name: String },
    /// A snapshot was copied.
    Copy { from: String, to: String },
    /// An instance was made of a snapshot.
    Restore { from: String, instance: String },
    /// A snapshot was deleted.
    DropSnapshot { name: String },
    /// An instance was deleted, after a last snapshot or without one.
    DropInstance { instance: String, last: Option<String> },
}

/// Whose snapshots are meant: names are unique in an account's Region only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Where<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
}

impl Where<'_> {
    /// What a snapshot's data is kept under. One that is named by its ARN may be another Region's.
    fn key(self, snapshot: &str) -> String {
        let parts: Vec<&str> = snapshot.split(':').collect();
        let (region, name) = match parts.as_slice() {
            ["arn", _, _, region, _, _, name] => (*region, *name),
            _ => (self.region, snapshot),
        };
        format!("{}.{region}.{name}", self.account)
    }
}

/// What an operation that was accepted did, by what was asked and answered; nothing where no data of PostgreSQL is
/// concerned.
pub(crate) fn deed(operation: &str, input: &Value, answer: &Value, place: Where<'_>) -> Option<Deed> {
    let of = |value: &Value, member: &str| value.get(member).and_then(Value::as_str).map(str::to_owned);
    let row = answer.get("DBInstance").or_else(|| answer.get("DBSnapshot"))?;
    if of(row, "Engine")? != "postgres" {
        return None;
    }
    let snapshot = |member: &str| of(input, member).map(|name| place.key(&name));
    let (instance, name) = (of(row, "DbiResourceId"), of(row, "DBSnapshotIdentifier").map(|name| place.key(&name)));
    Some(match operation {
        "CreateDBSnapshot" => Deed::Snapshot { of: instance?, name: name? },
        "CopyDBSnapshot" => Deed::Copy { from: snapshot("SourceDBSnapshotIdentifier")?, to: name? },
        "RestoreDBInstanceFromDBSnapshot" => {
            Deed::Restore { from: snapshot("DBSnapshotIdentifier")?, instance: instance? }
        }
        "DeleteDBSnapshot" => Deed::DropSnapshot { name: name? },
        "DeleteDBInstance" => Deed::DropInstance { instance: instance?, last: snapshot("FinalDBSnapshotIdentifier") },
        _ => return None,
    })
}

/// Does it.
pub(super) fn carry_out(home: &Home, deed: &Deed) -> Result<(), PostgresError> {
    match deed {
        Deed::Snapshot { of, name } => Server::of(home, of).copy_to(&home.snapshot(name)),
        Deed::Copy { from, to } => copied(home, &home.snapshot(from), &home.snapshot(to)),
        Deed::Restore { from, instance } => Server::of(home, instance).restore(&home.snapshot(from)),
        Deed::DropSnapshot { name } => remove(&home.snapshot(name)),
        Deed::DropInstance { instance, last } => {
            let server = Server::of(home, instance);
            if let Some(name) = last {
                server.copy_to(&home.snapshot(name))?;
            }
            server.delete()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn calls_are_read_as_what_they_do_to_data() {
        let row = json!({"Engine": "postgres", "DbiResourceId": "db-1", "DBSnapshotIdentifier": "s",});
        let (instance, snapshot) = (json!({"DBInstance": row}), json!({"DBSnapshot": row}));
        let arn = "arn:aws:rds:eu-west-2:000000000000:snapshot:plain";
        for (operation, input, answer, expected) in [
            (
                "CreateDBSnapshot",
                json!({}),
                &snapshot,
                Some(Deed::Snapshot { of: "db-1".into(), name: "000000000000.us-east-1.s".into() }),
            ),
            (
                "CopyDBSnapshot",
                json!({"SourceDBSnapshotIdentifier": arn}),
                &snapshot,
                Some(Deed::Copy { from: "000000000000.eu-west-2.plain".into(), to: "000000000000.us-east-1.s".into() }),
            ),
            (
                "RestoreDBInstanceFromDBSnapshot",
                json!({"DBSnapshotIdentifier": "plain"}),
                &instance,
                Some(Deed::Restore { from: "000000000000.us-east-1.plain".into(), instance: "db-1".into() }),
            ),
            (
                "DeleteDBSnapshot",
                json!({}),
                &snapshot,
                Some(Deed::DropSnapshot { name: "000000000000.us-east-1.s".into() }),
            ),
            (
                "DeleteDBInstance",
                json!({"FinalDBSnapshotIdentifier": "last"}),
                &instance,
                Some(Deed::DropInstance { instance: "db-1".into(), last: Some("000000000000.us-east-1.last".into()) }),
            ),
            ("ModifyDBInstance", json!({}), &instance, None),
            ("DeleteDBSnapshot", json!({}), &json!({"DBSnapshot": {"Engine": "mysql"}}), None),
            ("DescribeDBInstances", json!({}), &json!({"DBInstances": []}), None),
        ] {
            let place = Where { account: "000000000000", region: "us-east-1" };
            assert_eq!(deed(operation, &input, answer, place), expected, "{operation}");
        }
    }
}
