//! What goes by the source's name, ARN or identity.

use super::*;

fn shared_with(name: &str, with: &[&str]) -> SharedSnapshot {
    SharedSnapshot { name: name.into(), with: with.iter().map(|account| (*account).to_owned()).collect() }
}

fn deployment(around: &mut Surroundings, status: &str) {
    around.deployments = Checked::Known(vec![Deployment { name: "next".into(), status: word(status) }]);
}

#[test]
fn dependents() {
    let table: [(&str, Change, &[Found]); 12] = [
        (
            "proxies",
            |_, _, around| around.proxies = seen(vec!["front".into(), "back".into()]),
            &[
                (
                    Warning,
                    &[
                        "proxy front leads to orders",
                        "deregister-db-proxy-targets --db-proxy-name front --db-instance-identifiers orders`",
                        "register-db-proxy-targets --db-proxy-name front --db-instance-identifiers orders-2`",
                    ],
                ),
                (Warning, &["proxy back"]),
            ],
        ),
        ("deployment", |_, _, around| deployment(around, "AVAILABLE"), &[(Warning, &["next (AVAILABLE)"])]),
        (
            "switching",
            |_, _, around| deployment(around, "SWITCHOVER_IN_PROGRESS"),
            &[(Blocker, &["next", "wait until it has ended"])],
        ),
        ("over", |_, _, around| deployment(around, "SWITCHOVER_COMPLETED"), &[(Note, &["is over"])]),
        ("going", |_, _, around| deployment(around, "DELETING"), &[]),
        (
            "subscriptions",
            |_, _, around| around.subscriptions = Checked::Known(vec!["failures".into(), "all of it".into()]),
            &[(
                Note,
                &["failures, all of it", "--subscription-name failures --source-identifier orders-2`, and so for each"],
            )],
        ),
        (
            "integrations",
            |_, _, around| around.integrations = Checked::Known(vec!["to-redshift".into()]),
            &[(Warning, &["to-redshift", "create-integration"])],
        ),
        (
            "shared",
            |_, _, around| {
                around.shared = seen(vec![shared_with("for-audit", &["111111111111"]), shared_with("open", &["all"])]);
            },
            &[
                (Warning, &["open of orders is public", "--values-to-remove all"]),
                (Note, &["for-audit (with 111111111111)", "alias/aws/rds never"]),
            ],
        ),
        (
            "alarms",
            |_, _, around| {
                around.alarms = seen((1..=7).map(|number| format!("alarm-{number}")).collect());
            },
            &[(Note, &["alarm-5 and 2 more", "while the copy is called orders-2"])],
        ),
        (
            "log-in by IAM",
            |_, source, _| source.iam_database_authentication_enabled = Some(true),
            &[(Warning, &["rds-db:connect on db-ORDERS", "arn:aws:rds-db:eu-west-2:000000000000:dbuser:ID/USER"])],
        ),
        ("no log-in by IAM", |_, source, _| source.iam_database_authentication_enabled = Some(false), &[]),
        ("none", |_, _, _| {}, &[]),
    ];
    for (case, change, expected) in table {
        expect(case, change, expected);
    }
}

/// What was found counts, and that not all was looked at is said.
#[test]
fn a_bounded_look_is_open() {
    let judgement =
        judged(|_, _, around| around.proxies = Checked::Known(Bounded { found: vec!["front".into()], only: Some(20) }));
    assert_eq!(judgement.findings.len(), 1);
    let open = Check::Open("only 20 proxies were looked at".into(), None);
    assert!(judgement.checks.contains(&("proxies", open)), "{:?}", judgement.checks);
}
