//! Copies that act, and what tags tell.

use super::*;

#[test]
fn copies_that_act() {
    fn set(source: &mut DbInstance, around: &mut Surroundings, engine: &str, parameters: &[(&str, &str)]) {
        source.engine = word(engine);
        let parameter = |(name, value): &(&str, &str)| Parameter { name: (*name).into(), value: (*value).into() };
        around.parameters = Checked::Known(parameters.iter().map(parameter).collect());
    }
    let table: [(&str, Change, &[Found]); 7] = [
        (
            "events",
            |_, source, around| set(source, around, "mysql", &[("event_scheduler", "ON")]),
            &[(Warning, &["event_scheduler=ON", "--network quarantine --bastion-group SG"])],
        ),
        ("no events", |_, source, around| set(source, around, "mariadb", &[("event_scheduler", "OFF")]), &[]),
        (
            "cron",
            |_, source, around| {
                let libraries = [("shared_preload_libraries", "pg_stat_statements, pg_cron")];
                set(source, around, "postgres", &libraries);
            },
            &[(Warning, &["pg_cron", "subscriptions"])],
        ),
        (
            "no cron",
            |_, source, around| {
                set(source, around, "postgres", &[("shared_preload_libraries", "pg_cron_like,pg_stat_statements")]);
            },
            &[],
        ),
        (
            "subscribers",
            |_, source, around| set(source, around, "postgres", &[("max_logical_replication_workers", "8")]),
            &[(Warning, &["max_logical_replication_workers=8"])],
        ),
        ("no jobs", |_, source, around| set(source, around, "oracle-ee", &[("job_queue_processes", "0")]), &[]),
        (
            "apart",
            |facts, source, around| {
                set(source, around, "mysql", &[("event_scheduler", "1")]);
                facts.choices.network = Network::Quarantine {
                    bastion_group: None,
                    vpc_id: "vpc-1".into(),
                    port: 3306,
                    egress: std::collections::BTreeSet::new(),
                };
            },
            &[],
        ),
    ];
    for (case, change, expected) in table {
        expect(case, change, expected);
    }
}

#[test]
fn what_takes_sql_is_one_note() {
    for (engine, word) in [
        ("mysql", "MyISAM"),
        ("postgres", "UNLOGGED"),
        ("sqlserver-se", "Agent"),
        ("oracle-se2", "scheduler jobs"),
        ("db2-se", "tasks"),
    ] {
        let (facts, around) = (facts(), surroundings());
        let source = DbInstance { engine: Some(engine.into()), ..source() };
        let mut judgement = Judgement::default();
        judge(&mut judgement, &facts, &source, &around);
        let [note] = judgement.findings.as_slice() else { panic!("{engine}: {:?}", judgement.findings) };
        assert!(note.severity == Note && note.what.contains(word) && note.remedy.contains("SELECT"), "{note:?}");
    }
}

#[test]
fn tags_tell() {
    fn tag(source: &mut DbInstance, key: &str, value: &str) {
        source.tags.get_or_insert_default().insert(key.into(), value.into());
    }
    let made: [(&str, &str, &str); 8] = [
        ("aws:cloudformation:stack-name", "shop-db", "CloudFormation (stack shop-db)"),
        ("ManagedBy", "Terraform", "Terraform (tag ManagedBy=Terraform)"),
        ("managed-by", "opentofu", "OpenTofu"),
        ("terraform", "true", "Terraform"),
        ("pulumi:project", "shop", "Pulumi"),
        ("aws-cdk:id", "x", "the CDK"),
        ("Provisioner", "terraform 1.9", "Terraform"),
        ("crossplane-name", "orders", "Crossplane"),
    ];
    for (key, value, expected) in made {
        let mut source = source();
        tag(&mut source, key, value);
        let facts = facts();
        let case = Case { facts: &facts, source: &source, desired: &source, target: "orders-2" };
        let mut judgement = Judgement::default();
        tagged::judge(&mut judgement, case);
        let [found] = judgement.findings.as_slice() else { panic!("{key}: {:?}", judgement.findings) };
        assert!(found.severity == Warning && found.what.contains(expected), "{found:?}");
        assert!(found.remedy.contains("flip the encryption flag"), "{found:?}");
    }
    let table: [(&str, Change, &[Found]); 8] = [
        ("nobody", |_, source, _| tag(source, "team", "terraform guild"), &[]),
        ("not by it", |_, source, _| tag(source, "terraform", "false"), &[]),
        (
            "a schedule",
            |_, source, _| tag(source, "Schedule", "office-hours"),
            &[(Note, &["Schedule=office-hours", "--copy-tags at-cutover"])],
        ),
        ("in one word", |_, source, _| tag(source, "AutoStop", "yes"), &[(Note, &["AutoStop=yes"])]),
        ("of a janitor", |_, source, _| tag(source, "keep-until", "2027"), &[(Note, &["keep-until=2027"])]),
        ("of backups", |_, source, _| tag(source, "backup_plan", "gold"), &[(Note, &["backup_plan=gold"])]),
        ("another word", |_, source, _| tag(source, "stopwatch", "x"), &[]),
        (
            "held back",
            |facts, source, _| {
                tag(source, "schedule", "x");
                facts.choices.copy_tags = CopyTags::AtCutover;
            },
            &[],
        ),
    ];
    for (case, change, expected) in table {
        expect(case, change, expected);
    }
}
