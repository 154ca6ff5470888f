//! What each part of the surroundings means: one table a finding, and one for what wasn't looked at.

mod dependents;
mod inside;
mod place;

use super::*;
use crate::{
    model::{
        AwsTime, DbSnapshot, Encryption, GroupMembership, KeyReference, MasterUserSecret, SubnetGroup, Tags,
        name::generation_names,
    },
    plan::{Choices, ChosenGroups, CopyTags, TakenNames},
};
use Severity::{Blocker, Note, Warning};

/// How much a finding weighs, and words of it.
type Found = (Severity, &'static [&'static str]);

/// A change of the facts.
type Change = fn(&mut Facts, &mut DbInstance, &mut Surroundings);

#[expect(clippy::unnecessary_wraps, reason = "AWS may leave each word out")]
fn word(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn at(text: &str) -> Option<AwsTime> {
    text.parse().ok()
}

fn unseen<T>() -> Checked<T> {
    Checked::NotChecked { why: "denied".into(), permission: word("rds:DescribeThings") }
}

#[expect(clippy::unnecessary_wraps, reason = "AWS may leave each list out")]
fn member(name: &str, status: &str) -> Option<Vec<GroupMembership>> {
    Some(vec![GroupMembership { name: name.into(), status: word(status) }])
}

fn seen<T>(found: Vec<T>) -> Checked<Bounded<T>> {
    Checked::Known(Bounded { found, only: None })
}

fn quota(name: &str, used: i64, max: i64) -> AccountQuota {
    AccountQuota { name: name.into(), used, max }
}

fn source() -> DbInstance {
    DbInstance {
        identifier: "orders".into(),
        resource_id: word("db-ORDERS"),
        arn: word("arn:aws:rds:eu-west-2:000000000000:db:orders"),
        status: word("available"),
        engine: word("db2-se"),
        allocated_storage: Some(100),
        encryption: Encryption { storage_encrypted: Some(false), ..Encryption::default() },
        tags: Some(Tags::new()),
        subnet_group: Some(SubnetGroup { name: word("private"), vpc_id: word("vpc-1") }),
        security_groups: member("sg-1", "active"),
        backup_retention_period: Some(7),
        preferred_backup_window: word("03:10-03:40"),
        preferred_maintenance_window: word("sun:04:30-sun:05:00"),
        ..DbInstance::default()
    }
}

fn facts() -> Facts {
    Facts {
        choices: Choices::default(),
        from: None,
        groups: ChosenGroups::default(),
        // A Wednesday.
        now: at("2026-11-25T12:00:00Z"),
        route: None,
        catalogue: None,
        certificates: Checked::Known(Vec::new()),
        asked: "orders".into(),
        region: "eu-west-2".into(),
        account: "000000000000".into(),
        source: Checked::Known(None),
        key_asked: Some(KeyReference::Alias("alias/payments".into())),
        key: None,
        surroundings: None,
        names: Some(generation_names("orders", "db-ORDERS", 1, Some("orders-2"))),
        taken: Checked::Known(TakenNames::default()),
    }
}

fn subnet(id: &str, zone: &str, status: &str) -> GroupSubnet {
    GroupSubnet { id: id.into(), zone: word(zone), status: word(status) }
}

fn room(id: &str, zone: &str, free: i32) -> Subnet {
    Subnet { id: id.into(), zone: word(zone), state: word("available"), free: Some(free), ..Subnet::default() }
}

fn group(id: &str, vpc: &str) -> SecurityGroup {
    SecurityGroup { id: id.into(), vpc_id: word(vpc), ..SecurityGroup::default() }
}

/// Nothing hangs on it, and all is well.
fn surroundings() -> Surroundings {
    Surroundings {
        quotas: Checked::Known(vec![
            quota("DBInstances", 3, 40),
            quota("ManualSnapshots", 3, 100),
            quota("AllocatedStorage", 300, 100_000),
        ]),
        grant: Some(GrantCheck::Allowed),
        keys: Vec::new(),
        maintenance: Checked::Known(Vec::new()),
        proxies: seen(Vec::new()),
        deployments: Checked::Known(Vec::new()),
        subscriptions: Checked::Known(Vec::new()),
        integrations: Checked::Known(Vec::new()),
        shared: seen(Vec::new()),
        alarms: seen(Vec::new()),
        parameters: Checked::Known(Vec::new()),
        subnets: Checked::Known(vec![subnet("subnet-1", "a", "Active"), subnet("subnet-2", "b", "Active")]),
        room: Checked::Known(vec![room("subnet-1", "a", 200), room("subnet-2", "b", 200)]),
        groups: Checked::Known(vec![group("sg-1", "vpc-1")]),
    }
}

fn judged(change: Change) -> Judgement {
    let (mut facts, mut source, mut surroundings) = (facts(), source(), surroundings());
    change(&mut facts, &mut source, &mut surroundings);
    let mut judgement = Judgement::default();
    judge(&mut judgement, &facts, &source, &surroundings);
    // What takes SQL is said of each engine, and has a test of its own.
    judgement.findings.retain(|finding| !finding.what.starts_with("not looked for"));
    judgement
}

/// Exactly these findings, in this order.
fn expect(case: &str, change: Change, expected: &[Found]) {
    let findings = judged(change).findings;
    assert_eq!(findings.len(), expected.len(), "{case}: {findings:#?}");
    for (finding, (severity, words)) in findings.iter().zip(expected) {
        let text = format!("{} | {}", finding.what, finding.remedy);
        assert_eq!(finding.severity, *severity, "{case}: {text}");
        for word in *words {
            assert!(text.contains(word), "{case}: {word} in {text}");
        }
    }
}

#[test]
fn nothing_speaks_against_a_good_one() {
    expect("good", |_, _, _| {}, &[]);
    let judgement = judged(|_, _, _| {});
    assert!(judgement.checks.iter().all(|(_, check)| *check == Check::Ok), "{:?}", judgement.checks);
    assert!(!judgement.forbids() && judgement.is_complete());
}

/// Each look costs only its own check, and forbids nothing.
#[test]
fn what_was_not_looked_at_is_open() {
    let table: [(&str, Change); 14] = [
        ("quotas", |_, _, around| around.quotas = unseen()),
        ("grant on the key", |_, _, around| around.grant = Some(GrantCheck::NotChecked("timed out".into()))),
        ("keys of settings", |_, _, around| {
            let setting = Setting::PerformanceInsightsKMSKeyId;
            around.keys = vec![SettingKey { setting, key: "1234".into(), lookup: unseen() }];
        }),
        ("pending maintenance", |_, _, around| around.maintenance = unseen()),
        ("subnets", |_, _, around| around.subnets = unseen()),
        ("free addresses", |_, _, around| around.room = unseen()),
        ("security groups", |_, _, around| around.groups = unseen()),
        ("proxies", |_, _, around| around.proxies = unseen()),
        ("blue/green deployments", |_, _, around| around.deployments = unseen()),
        ("event subscriptions", |_, _, around| around.subscriptions = unseen()),
        ("integrations", |_, _, around| around.integrations = unseen()),
        ("shared snapshots", |_, _, around| around.shared = unseen()),
        ("alarms", |_, _, around| around.alarms = unseen()),
        ("jobs by parameters", |_, _, around| around.parameters = unseen()),
    ];
    for (name, change) in table {
        let judgement = judged(change);
        let open: Vec<&str> = judgement
            .checks
            .iter()
            .filter(|(_, check)| matches!(check, Check::Open(why, _) if !why.is_empty()))
            .map(|(name, _)| *name)
            .collect();
        assert_eq!(open, [name]);
        assert!(!judgement.forbids() && !judgement.is_complete(), "{name}");
        assert!(judgement.findings.is_empty(), "{name}: {:?}", judgement.findings);
    }
}

#[test]
fn room_for_what_is_made() {
    let table: [(&str, Change, &[Found]); 6] = [
        (
            "no instance more",
            |_, _, around| {
                around.quotas = Checked::Known(vec![
                    quota("DBInstances", 40, 40),
                    quota("ManualSnapshots", 98, 100),
                    quota("AllocatedStorage", 99_901, 100_000),
                ]);
            },
            &[
                (Blocker, &["1 more DB instances", "40 of 40", "rds L-7B6409FD", "--desired-value 45"]),
                (Note, &["manual snapshots", "100 of 100", "L-272F1212"]),
                (Blocker, &["100 more GiB of storage", "99901 of 100000", "L-7ADDB58A"]),
            ],
        ),
        (
            "one snapshot where two are made",
            |_, _, around| {
                around.quotas = Checked::Known(vec![
                    quota("DBInstances", 1, 40),
                    quota("ManualSnapshots", 99, 100),
                    quota("AllocatedStorage", 1, 100_000),
                ]);
            },
            &[(Blocker, &["2 more manual snapshots", "99 of 100"])],
        ),
        (
            "one where one is there already",
            |facts, _, around| {
                facts.from = Some(Checked::Known(Some(DbSnapshot::default())));
                around.quotas = Checked::Known(vec![
                    quota("DBInstances", 1, 40),
                    quota("ManualSnapshots", 99, 100),
                    quota("AllocatedStorage", 1, 100_000),
                ]);
            },
            &[(Note, &["nearly used up", "100 of 100"])],
        ),
        (
            "at 95 per cent",
            |_, _, around| {
                around.quotas = Checked::Known(vec![
                    quota("DBInstances", 37, 40),
                    quota("ManualSnapshots", 93, 100),
                    quota("AllocatedStorage", 1, 100_000),
                ]);
            },
            &[],
        ),
        (
            "above",
            |_, _, around| {
                around.quotas = Checked::Known(vec![
                    quota("DBInstances", 38, 40),
                    quota("ManualSnapshots", 3, 100),
                    quota("AllocatedStorage", 1, 100_000),
                ]);
            },
            &[(Note, &["DB instances", "39 of 40"])],
        ),
        ("not shown", |_, _, around| around.quotas = Checked::Known(Vec::new()), &[]),
    ];
    for (case, change, expected) in table {
        expect(case, change, expected);
    }
    let silent = judged(|_, _, around| around.quotas = Checked::Known(vec![quota("DBInstances", 40, 40)]));
    let open = Check::Open("AWS shows no quota ManualSnapshots, AllocatedStorage".into(), None);
    assert_eq!((&silent.checks[0], silent.forbids()), (&("quotas", open), true), "and what is shown counts");
}

#[test]
fn keys() {
    fn insights(around: &mut Surroundings, lookup: KeyLookup) {
        let setting = Setting::PerformanceInsightsKMSKeyId;
        around.keys = vec![SettingKey { setting, key: "1234".into(), lookup: Checked::Known(lookup) }];
    }
    let table: [(&str, Change, &[Found]); 6] = [
        (
            "forbidden",
            |_, _, around| {
                around.grant = Some(GrantCheck::Denied("with an explicit deny in a service control policy".into()));
            },
            &[(Blocker, &["forbidden kms:CreateGrant on alias/payments", "explicit deny", "another key"])],
        ),
        (
            "not allowed: by way of RDS it may be",
            |_, _, around| {
                around.grant = Some(GrantCheck::Denied("no identity-based policy allows it".into()));
            },
            &[(Warning, &["kms:CreateGrant", "rds.eu-west-2.amazonaws.com", "grant kms:CreateGrant"])],
        ),
        ("not asked", |_, _, around| around.grant = None, &[]),
        (
            "disabled",
            |_, _, around| {
                insights(around, KeyLookup::Found(KeyMetadata { state: word("Disabled"), ..KeyMetadata::default() }));
            },
            &[(Warning, &["Performance Insights, 1234, is Disabled"])],
        ),
        (
            "gone",
            |_, _, around| insights(around, KeyLookup::NotFound("x".into())),
            &[(Warning, &["doesn't exist here"])],
        ),
        (
            "enabled",
            |_, _, around| {
                insights(around, KeyLookup::Found(KeyMetadata { state: word("Enabled"), ..KeyMetadata::default() }));
            },
            &[],
        ),
    ];
    for (case, change, expected) in table {
        expect(case, change, expected);
    }
}

/// No key is looked at by an alias, none twice, and none of a setting that is off.
#[test]
fn keys_that_settings_need() {
    let key = KeyMetadata { arn: word("arn:own"), manager: word("CUSTOMER"), ..KeyMetadata::default() };
    let of = |enabled: bool, insights: &str, secret: &str| {
        let mut source = source();
        source.performance_insights_enabled = Some(enabled);
        source.performance_insights_kms_key_id = word(insights);
        source.attached.master_user_secret =
            Some(MasterUserSecret { kms_key_id: word(secret), ..MasterUserSecret::default() });
        let around = Around { source: &source, desired: &source, key: Some(&key), network: &Network::Source };
        around.setting_keys().into_iter().map(|(_, key)| key).collect::<Vec<_>>()
    };
    assert_eq!(of(true, "arn:1", "arn:2"), ["arn:1", "arn:2"]);
    assert_eq!(of(false, "arn:1", "arn:own"), [""; 0]);
    assert_eq!(of(true, "alias/aws/rds", "arn:aws:kms:r:a:alias/aws/secretsmanager"), [""; 0]);
    let own = |manager: &str| {
        let key = KeyMetadata { manager: word(manager), ..key.clone() };
        let source = source();
        let around = Around { source: &source, desired: &source, key: Some(&key), network: &Network::Source };
        around.own_key().map(str::to_owned)
    };
    assert_eq!((own("CUSTOMER"), own("AWS")), (word("arn:own"), None), "AWS's own allows it to RDS alone");
}

#[test]
fn what_waits_at_the_source() {
    fn waiting(around: &mut Surroundings, due: Option<AwsTime>) {
        let action = PendingMaintenance { action: "db-upgrade".into(), description: word("Upgrade to 15.8"), due };
        around.maintenance = Checked::Known(vec![action]);
    }
    let table: [(&str, Change, &[Found]); 10] = [
        (
            "parameters",
            |_, source, _| source.parameter_groups = member("own", "pending-reboot"),
            &[(Warning, &["parameter group own", "pending-reboot", "aws rds reboot-db-instance"])],
        ),
        ("in sync", |_, source, _| source.parameter_groups = member("own", "in-sync"), &[]),
        (
            "options",
            |_, source, _| source.option_groups = member("audit", "pending-maintenance-apply"),
            &[(Warning, &["option group audit", "pending-maintenance-apply"])],
        ),
        ("some day", |_, _, around| waiting(around, None), &[(Note, &["db-upgrade, Upgrade to 15.8"])]),
        (
            "within a day",
            |_, _, around| waiting(around, at("2026-11-26T04:00:00Z")),
            &[(Warning, &["due 2026-11-26T04:00:00Z", "let it pass first"])],
        ),
        (
            "in its window",
            |facts, _, around| {
                facts.now = at("2026-11-29T04:10:00Z");
                waiting(around, None);
            },
            &[(Note, &["db-upgrade"]), (Warning, &["maintenance window of orders", "sun:04:30-sun:05:00"])],
        ),
        ("a window for nothing", |facts, _, _| facts.now = at("2026-11-29T04:40:00Z"), &[]),
        (
            "backup",
            |facts, _, _| facts.now = at("2026-11-25T02:30:00Z"),
            &[(Note, &["backup window of orders", "03:10-03:40", "begin later"])],
        ),
        (
            "backup, and a snapshot that is there",
            |facts, _, _| {
                facts.now = at("2026-11-25T02:30:00Z");
                facts.from = Some(Checked::Known(Some(DbSnapshot::default())));
            },
            &[],
        ),
        (
            "no backups",
            |_, source, _| source.backup_retention_period = Some(0),
            &[(Note, &["backups of orders are off", "--db-instance-identifier orders-2 --backup-retention-period 7"])],
        ),
    ];
    for (case, change, expected) in table {
        expect(case, change, expected);
    }
}
