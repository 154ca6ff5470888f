//! What isn't carried is told: how much it weighs, and the command that sets it by hand.

use super::*;
use crate::{
    model::{ActivityStream, Attached, AttachedRole, DomainMembership, MasterUserSecret},
    plan::Severity,
};

fn told(source: &DbInstance) -> Vec<(Severity, String)> {
    lost(&Loss { source, target: "orders-new" })
        .into_iter()
        .map(|finding| (finding.severity, format!("{} | {}", finding.what, finding.remedy)))
        .collect()
}

fn attached(attached: Attached) -> DbInstance {
    let arn = "arn:aws:rds:eu-west-2:000000000000:db:orders";
    DbInstance { identifier: "orders".into(), arn: Some(arn.into()), attached, ..DbInstance::default() }
}

fn expect<const N: usize>(table: [(&str, Attached, Severity, &str); N]) {
    for (case, what, severity, words) in table {
        let found = told(&attached(what));
        assert_eq!(found.len(), 1, "{case}: {found:?}");
        let (weighs, text) = &found[0];
        assert_eq!(*weighs, severity, "{case}");
        assert!(text.contains(words), "{case}: {text}");
    }
}

#[test]
fn an_ordinary_instance_loses_nothing() {
    let usual = Attached {
        backup_target: Some("region".into()),
        customer_owned_ip: Some(false),
        activity_stream: Some(ActivityStream { status: "stopped".into(), ..ActivityStream::default() }),
        upgrade_rollout_order: Some("second".into()),
        ..Attached::default()
    };
    assert_eq!(told(&attached(usual)), []);
    assert_eq!(told(&DbInstance::default()), []);
}

#[test]
fn what_can_be_set_by_hand_has_its_command() {
    let word = |text: &str| Some(text.to_owned());
    let usual = Attached::default;
    let table = [
        (
            "broken role",
            Attached {
                roles: vec![
                    AttachedRole { arn: "arn:good".into(), feature: "s3Export".into(), status: word("ACTIVE") },
                    AttachedRole { arn: "arn:role".into(), feature: "s3Import".into(), status: word("INVALID") },
                ],
                ..usual()
            },
            Severity::Warning,
            "`aws rds add-role-to-db-instance --db-instance-identifier orders-new --role-arn arn:role --feature-name s3Import`",
        ),
        (
            "managed password",
            Attached {
                master_user_secret: Some(MasterUserSecret { arn: word("arn:secret"), ..MasterUserSecret::default() }),
                ..usual()
            },
            Severity::Warning,
            "named at the end",
        ),
        (
            "a directory that it couldn't join",
            Attached {
                domains: vec![DomainMembership {
                    domain: word("d-1"),
                    status: word("failed"),
                    ..DomainMembership::default()
                }],
                ..usual()
            },
            Severity::Warning,
            "mend the source's membership first",
        ),
        (
            "activity stream",
            Attached {
                activity_stream: Some(ActivityStream {
                    status: "started".into(),
                    mode: word("sync"),
                    kms_key_id: word("arn:key"),
                    native_audit_fields: Some(true),
                }),
                ..usual()
            },
            Severity::Warning,
            "`aws rds start-activity-stream --resource-arn arn:aws:rds:eu-west-2:000000000000:db:orders-new --mode sync \
             --kms-key-id arn:key --engine-native-audit-fields-included --apply-immediately`",
        ),
        (
            "replicated backups",
            Attached {
                backup_replications: vec!["arn:aws:rds:eu-west-1:000000000000:auto-backup:ab-1".into()],
                ..usual()
            },
            Severity::Warning,
            "--region eu-west-1 --source-db-instance-arn arn:aws:rds:eu-west-2:000000000000:db:orders-new",
        ),
        (
            "customer-owned address",
            Attached { customer_owned_ip: Some(true), ..usual() },
            Severity::Warning,
            "--enable-customer-owned-ip",
        ),
        (
            "reservation",
            Attached { capacity_reservation: word("dbcr-1"), ..usual() },
            Severity::Warning,
            "--db-capacity-reservation-identifier",
        ),
    ];
    expect(table);
}

#[test]
fn what_would_be_lost_for_good_forbids_and_the_rest_is_told() {
    let word = |text: &str| Some(text.to_owned());
    let usual = Attached::default;
    let table = [
        ("AWS Backup", Attached { recovery_point_arn: word("arn:point"), ..usual() }, Severity::Warning, "by tag"),
        (
            "Aurora",
            Attached { cluster_replicas: vec!["shop".into()], ..usual() },
            Severity::Warning,
            "shop | they stay",
        ),
        ("TDE", Attached { tde_credential_arn: word("arn:hsm"), ..usual() }, Severity::Blocker, "--tde-credential-arn"),
        (
            "volumes",
            Attached { storage_volumes: vec!["rdsdbdata2".into()], ..usual() },
            Severity::Blocker,
            "rdsdbdata2",
        ),
        ("Outposts", Attached { backup_target: word("outposts"), ..usual() }, Severity::Blocker, "--backup-target"),
        ("classic", Attached { classic_security_groups: vec!["default".into()], ..usual() }, Severity::Blocker, "VPC"),
        ("order", Attached { upgrade_rollout_order: word("last"), ..usual() }, Severity::Note, "upgraded last"),
    ];
    expect(table);
}

#[test]
fn a_zone_is_told_where_aws_chooses_another() {
    let single = DbInstance { availability_zone: Some("eu-west-2a".into()), ..DbInstance::default() };
    assert!(matches!(told(&single).as_slice(), [(Severity::Note, text)] if text.contains("eu-west-2a")));
    assert_eq!(told(&DbInstance { multi_az: Some(true), ..single }), [], "two zones: AWS chooses them anyway");
}
