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

/// What an operation that was accepted did, by what was asked and answered; nothing where no data of PostgreSQL is
/// concerned.
pub(crate) fn deed(operation: &str, input: &Value, answer: &Value) -> Option<Deed> {
    let of = |value: &Value, member: &str| value.get(member).and_then(Value::as_str).map(str::to_owned);
    let row = answer.get("DBInstance").or_else(|| answer.get("DBSnapshot"))?;
    if of(row, "Engine")? != "postgres" {
        return None;
    }
    // A snapshot may be named by its ARN.
    let snapshot = |member: &str| of(input, member).and_then(|name| name.rsplit(':').next().map(str::to_owned));
    let (instance, name) = (of(row, "DbiResourceId"), of(row, "DBSnapshotIdentifier"));
    Some(match operation {
        "CreateDBSnapshot" => Deed::Snapshot { of: instance?, name: name? },
        "CopyDBSnapshot" => Deed::Copy { from: snapshot("SourceDBSnapshotIdentifier")?, to: name? },
        "RestoreDBInstanceFromDBSnapshot" => {
            Deed::Restore { from: snapshot("DBSnapshotIdentifier")?, instance: instance? }
        }
        "DeleteDBSnapshot" => Deed::DropSnapshot { name: name? },
        "DeleteDBInstance" => Deed::DropInstance { instance: instance?, last: of(input, "FinalDBSnapshotIdentifier") },
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
            ("CreateDBSnapshot", json!({}), &snapshot, Some(Deed::Snapshot { of: "db-1".into(), name: "s".into() })),
            (
                "CopyDBSnapshot",
                json!({"SourceDBSnapshotIdentifier": arn}),
                &snapshot,
                Some(Deed::Copy { from: "plain".into(), to: "s".into() }),
            ),
            (
                "RestoreDBInstanceFromDBSnapshot",
                json!({"DBSnapshotIdentifier": "plain"}),
                &instance,
                Some(Deed::Restore { from: "plain".into(), instance: "db-1".into() }),
            ),
            ("DeleteDBSnapshot", json!({}), &snapshot, Some(Deed::DropSnapshot { name: "s".into() })),
            (
                "DeleteDBInstance",
                json!({"FinalDBSnapshotIdentifier": "last"}),
                &instance,
                Some(Deed::DropInstance { instance: "db-1".into(), last: Some("last".into()) }),
            ),
            ("ModifyDBInstance", json!({}), &instance, None),
            ("DeleteDBSnapshot", json!({}), &json!({"DBSnapshot": {"Engine": "mysql"}}), None),
            ("DescribeDBInstances", json!({}), &json!({"DBInstances": []}), None),
        ] {
            assert_eq!(deed(operation, &input, answer), expected, "{operation}");
        }
    }
}
