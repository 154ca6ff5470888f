//! What speaks against a source.

use super::{
    Found, Severity, expect,
    facts::{KEY, OTHER_KEY, good, many_tags, under, with},
};
use crate::{
    model::{Encryption, OWNER_TAG, StorageEncryptionType},
    plan::{Checked, KeyLookup},
};

const BLOCKED: Severity = Severity::Blocker;

#[test]
fn it_must_be_there_and_have_an_identity() {
    let mut gone = good();
    gone.source = Checked::Known(None);
    gone.names = None;
    let words: &[&str] = &["no DB instance orders in eu-west-2 of account 000000000000", "--region"];
    let judgement = expect("not found", &gone, &[(BLOCKED, words)]);
    let checks: Vec<&str> = judgement.checks.iter().map(|(name, _)| *name).collect();
    assert_eq!(checks, ["source", "key"], "nothing is said of a source that isn't there");
    let nameless = with(|source| source.resource_id = None);
    expect("no resource id", &nameless, &[(BLOCKED, &["no DbiResourceId for orders"])]);
}

#[test]
fn its_status_must_pass_or_serve() {
    let table: [(&str, Option<&'static [&'static str]>); 16] = [
        ("available", None),
        ("storage-optimization", None),
        ("storage-initialization", None),
        ("backing-up", None),
        ("modifying", None),
        ("polishing", None),
        ("stopped", Some(&["orders is stopped", "start-db-instance"])),
        ("stopping", Some(&["orders is stopping"])),
        ("deleting", Some(&["orders is deleting"])),
        ("failed", Some(&["orders is failed", "does not pass by itself"])),
        ("storage-full", Some(&["orders is storage-full"])),
        ("incompatible-network", Some(&["orders is incompatible-network"])),
        ("incompatible-parameters", Some(&["orders is incompatible-parameters"])),
        ("incompatible-something-new", Some(&["orders is incompatible-something-new"])),
        ("inaccessible-encryption-credentials", Some(&["orders is inaccessible-encryption-credentials"])),
        ("restore-error", Some(&["orders is restore-error"])),
    ];
    for (status, words) in table {
        let facts = with(|source| source.status = Some(status.into()));
        let expected: Vec<Found> = words.map(|words| (BLOCKED, words)).into_iter().collect();
        expect(status, &facts, &expected);
    }
}

#[test]
fn it_must_be_known_to_be_plain() {
    use StorageEncryptionType::{Kms, Other, ServiceOwned, Unencrypted};
    let seen = |kind, flag, key: Option<&str>| Encryption {
        storage_encryption_type: kind,
        storage_encrypted: flag,
        kms_key_id: key.map(Into::into),
    };
    let by_aws: &[&str] = &["encrypted already, by a key that AWS owns"];
    let unknown: &[&str] = &["doesn't say whether orders is encrypted", "not taken for no"];
    let other: &[&str] = &["encrypted already, under another key", OTHER_KEY];
    let table: [(&str, Encryption, Option<&'static [&'static str]>); 10] = [
        ("not encrypted", seen(None, Some(false), None), None),
        ("type none", seen(Some(Unencrypted), Some(false), None), None),
        ("type none alone", seen(Some(Unencrypted), None, None), None),
        ("another key", seen(Some(Kms), Some(true), Some(OTHER_KEY)), Some(other)),
        ("another key, type not shown", seen(None, Some(true), Some(OTHER_KEY)), Some(other)),
        ("sse-rds with StorageEncrypted=false", seen(Some(ServiceOwned), Some(false), None), Some(by_aws)),
        ("sse-rds", seen(Some(ServiceOwned), Some(true), None), Some(by_aws)),
        ("key not named", seen(None, Some(true), None), Some(by_aws)),
        ("silent", seen(None, None, None), Some(unknown)),
        ("an unknown type", seen(Some(Other("sse-new".into())), Some(false), None), Some(unknown)),
    ];
    for (case, encryption, words) in table {
        let facts = with(|source| source.encryption = encryption);
        let expected: Vec<Found> = words.map(|words| (BLOCKED, words)).into_iter().collect();
        assert_eq!(expect(case, &facts, &expected).nothing_to_do, None, "{case}");
    }
}

#[test]
fn under_the_key_that_was_asked_for_nothing_is_to_do() {
    let mut facts = with(|source| source.encryption = under(KEY));
    let why = expect("same key", &facts, &[]).nothing_to_do.expect("nothing to do");
    assert!(why.contains("orders is encrypted already") && why.contains(KEY), "{why}");
    facts.key = Some(Checked::NotChecked { why: "timed out".into(), permission: None });
    let judgement = expect("key not looked at", &facts, &[(BLOCKED, &["encrypted already, under arn:", KEY])]);
    assert_eq!(judgement.nothing_to_do, None);
}

#[test]
fn its_engine_must_be_on_the_list() {
    let fine = ["mysql", "mariadb", "postgres", "oracle-ee", "oracle-se2-cdb", "sqlserver-web", "db2-se"];
    for engine in fine {
        expect(engine, &with(|source| source.engine = Some(engine.into())), &[]);
    }
    let not = [
        "aurora-mysql",
        "aurora-postgresql",
        "aurora",
        "neptune",
        "docdb",
        "custom-oracle-ee",
        "custom-sqlserver-se",
        "oracle",
        "mysql-next",
        "",
    ];
    for engine in not {
        let facts = with(|source| source.engine = Some(engine.into()));
        let judgement = expect(engine, &facts, &[(BLOCKED, &["not one that this command migrates", "sqlserver-*"])]);
        assert!(judgement.findings[0].what.contains(&format!("engine {engine} is")), "{engine}");
    }
    expect("not shown", &with(|source| source.engine = None), &[(BLOCKED, &["(none shown)"])]);
}

#[test]
fn its_class_must_hold_encryption() {
    for class in ["db.t2.small", "db.t3.micro", "db.m3.medium", "db.m10.large", "db.m5.large", "db.t2.microx"] {
        expect(class, &with(|source| source.class = Some(class.into())), &[]);
    }
    for class in ["db.t2.micro", "db.m1.small", "db.m1.xlarge", "db.m2.xlarge", "db.m2.4xlarge"] {
        let facts = with(|source| source.class = Some(class.into()));
        let judgement = expect(class, &facts, &[(BLOCKED, &["can't hold an encrypted database", "db.t3.micro"])]);
        assert!(judgement.findings[0].what.contains(class), "{class}");
    }
}

#[test]
fn it_must_stand_alone() {
    let member = with(|source| source.cluster_identifier = Some("trade".into()));
    expect("cluster member", &member, &[(BLOCKED, &["orders is a member of cluster trade"])]);
    let replica = with(|source| source.replica_source = Some("ledger".into()));
    expect("replica", &replica, &[(BLOCKED, &["orders is a read replica of ledger", "migrate the primary"])]);
    let primary = with(|source| source.replicas = Some(vec!["orders-r1".into(), "orders-r2".into()]));
    expect("primary", &primary, &[(Severity::Warning, &["orders-r1, orders-r2", "stay with the source"])]);
    let far = "arn:aws:rds:us-east-1:000000000000:db:orders-far";
    let both = with(|source| source.replicas = Some(vec!["orders-r1".into(), far.into()]));
    let elsewhere: &[&str] = &["read replica in us-east-1", "--region us-east-1 --kms-key-id KEY"];
    expect("elsewhere", &both, &[(Severity::Warning, &["read replicas: orders-r1"]), (Severity::Warning, elsewhere)]);
    expect("no replicas", &with(|source| source.replicas = Some(vec![])), &[]);
}

#[test]
fn what_waits_for_its_window_is_not_carried() {
    let facts = with(|source| source.pending_modified_values = vec!["DBInstanceClass".into(), "MultiAZ".into()]);
    expect("pending", &facts, &[(Severity::Warning, &["DBInstanceClass, MultiAZ", "not carried"])]);
}

#[test]
fn its_tags_and_ours_must_fit() {
    expect("48 and our two", &with(|source| source.tags = Some(many_tags(48))), &[]);
    for count in [49, 50] {
        let facts = with(|source| source.tags = Some(many_tags(count)));
        let judgement = expect("too many", &facts, &[(BLOCKED, &["more than 50", "remove one or two"])]);
        assert!(judgement.findings[0].what.contains(&format!("{count} tags")));
    }
    let reserved = with(|source| {
        let mut all = many_tags(48);
        all.insert("aws:cloudformation:stack-name".into(), "a".into());
        all.insert(OWNER_TAG.into(), "b".into());
        source.tags = Some(all);
    });
    let note: &[&str] = &["only AWS may set", "aws:cloudformation:stack-name"];
    expect("AWS's own and ours don't count", &reserved, &[(Severity::Note, note)]);
    expect("tags not shown", &with(|source| source.tags = None), &[]);
}

#[test]
fn its_key_is_judged_too() {
    let mut facts = good();
    facts.key = Some(Checked::Known(KeyLookup::NotFound("Invalid keyId".into())));
    let words: &[&str] =
        &["no key alias/payments in eu-west-2 of account 000000000000", "Invalid keyId", "list-aliases"];
    expect("no such key", &facts, &[(BLOCKED, words)]);
    let Some(Checked::Known(KeyLookup::Found(mut key))) = good().key else { panic!("a key") };
    key.state = Some("Disabled".into());
    facts.key = Some(Checked::Known(KeyLookup::Found(key)));
    expect("disabled", &facts, &[(BLOCKED, &["Disabled", "enable-key"])]);
}
