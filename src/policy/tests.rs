//! What is printed is a policy that IAM takes, by AWS's own list of actions, resources and condition keys.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Command, Document, Scope, Statement, With, policy};

/// A managed policy has at most so many characters, white space aside.
const LARGEST: usize = 6144;

fn reference() -> Value {
    serde_json::from_str(include_str!("../../fixtures/authorization.json")).expect("AWS's list")
}

/// All that can be known.
fn known(letters: usize) -> Scope {
    Scope {
        region: Some("eu-west-2".into()),
        account: Some("111122223333".into()),
        database: Some("a".repeat(letters)),
        target: Some("b".repeat(letters)),
        key: Some(format!("alias/{}", "c".repeat(letters)).parse().expect("an alias")),
        bastion: Some("i-0123456789abcdef0".into()),
        document: Some("OurShells".into()),
    }
}

/// Each command in its plain form, with each choice alone and with all, where nothing is known and where all is.
fn all() -> Vec<(String, Document)> {
    let mut all = Vec::new();
    for command in Command::all() {
        let options = command.options();
        let alone = options.iter().map(|each| vec![*each]);
        for with in [vec![], options.clone()].into_iter().chain(alone) {
            for (name, scope) in [("nothing", Scope::default()), ("all", known(12))] {
                let words: Vec<&str> = with.iter().map(|each| each.word()).collect();
                let name = format!("{command} with {}, {name} known", words.join(" and "));
                all.push((name, policy(command, &with, &scope)));
            }
        }
    }
    all
}

fn texts(value: &Value) -> BTreeSet<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn each_is_a_policy_of_iam() {
    for (name, document) in all() {
        let shown: Value = serde_json::from_str(&document.text()).expect("JSON");
        assert_eq!(shown["Version"], "2012-10-17", "{name}");
        assert!(!document.statement.is_empty(), "{name}");
        let sids: BTreeSet<&str> = document.statement.iter().map(|one| one.sid.as_str()).collect();
        assert_eq!(sids.len(), document.statement.len(), "{name}: a Sid stands twice");
        for one in &document.statement {
            assert!(one.sid.bytes().all(|letter| letter.is_ascii_alphanumeric()), "{name}: {}", one.sid);
            assert!(!one.action.is_empty() && !one.resource.is_empty(), "{name}: {}", one.sid);
            let resources: BTreeSet<&String> = one.resource.iter().collect();
            assert_eq!(resources.len(), one.resource.len(), "{name}: {}", one.sid);
        }
    }
}

/// Rows of one Sid are one statement, so they are on the same, on the same condition.
#[test]
fn rows_of_one_sid_are_alike() {
    for command in Command::all() {
        let rows: Vec<_> = command.permissions().collect();
        for row in &rows {
            for other in rows.iter().filter(|other| other.sid == row.sid) {
                assert_eq!((row.on, row.given), (other.on, other.given), "{command}: {}", row.sid);
            }
        }
    }
}

/// Whether an ARN of ours is one of this kind, by what stands before the name.
fn is_of_kind(arn: &str, pattern: &str) -> bool {
    if arn == "*" {
        return true;
    }
    let (ours, theirs): (Vec<&str>, Vec<&str>) = (arn.splitn(6, ':').collect(), pattern.splitn(6, ':').collect());
    let front = theirs[5].split("${").next().unwrap_or_default();
    let empty = |at: usize| theirs[at].is_empty() == ours[at].is_empty();
    ours.len() == 6 && ours[2] == theirs[2] && empty(3) && empty(4) && ours[5].starts_with(front)
}

/// A condition's key as AWS's list has it.
fn listed(key: &str) -> String {
    match key.split_once('/') {
        Some((front @ ("aws:RequestTag" | "aws:ResourceTag"), _)) => format!("{front}/${{TagKey}}"),
        _ => key.to_owned(),
    }
}

/// Whether AWS knows all of a statement's condition keys where this action is on this kind of resource.
fn conditions_hold(reference: &Value, action: &str, kind: &str, one: &Statement) -> bool {
    let row = &reference["actions"][action];
    let service = action.split(':').next().unwrap_or_default();
    let known: BTreeSet<&str> = [
        &row["conditions"],
        &row["on"][kind]["conditions"],
        &reference["resources"][format!("{service}:{kind}")]["conditions"],
    ]
    .into_iter()
    .flat_map(texts)
    .collect();
    let keys = one.condition.values().filter_map(Value::as_object).flat_map(|keys| keys.keys());
    keys.map(|key| listed(key)).all(|key| known.contains(key.as_str()))
}

#[test]
fn each_action_is_allowed_on_all_that_aws_asks_for() {
    let reference = reference();
    for (name, document) in all() {
        for action in document.actions() {
            let row = reference["actions"].get(action);
            let row = row.unwrap_or_else(|| panic!("{name}: AWS knows no {action}"));
            let service = action.split(':').next().unwrap_or_default();
            let kinds = row["on"].as_object().expect("kinds of resources");
            let statements: Vec<&Statement> =
                document.statement.iter().filter(|one| one.action.iter().any(|each| each == action)).collect();
            let covers = |one: &Statement, kind: &str| {
                let pattern = reference["resources"][format!("{service}:{kind}")]["arn"].as_str().expect("an ARN");
                one.resource.iter().any(|arn| is_of_kind(arn, pattern))
                    && conditions_hold(&reference, action, kind, one)
            };
            for one in &statements {
                let works = if kinds.is_empty() {
                    one.resource == ["*"] && conditions_hold(&reference, action, "", one)
                } else {
                    kinds.keys().any(|kind| covers(one, kind))
                };
                assert!(works, "{name}: {} allows {action} on nothing that AWS would ask it for", one.sid);
            }
            for (kind, _) in kinds.iter().filter(|(_, of)| of["required"] == json!(true)) {
                let covered = statements.iter().any(|one| covers(one, kind));
                assert!(covered, "{name}: {action} asks for a {kind} as well");
            }
        }
    }
}

/// Each resource is there for an action of its statement.
#[test]
fn no_resource_stands_idle() {
    let reference = reference();
    for (name, document) in all() {
        for one in &document.statement {
            for arn in one.resource.iter().filter(|arn| *arn != "*") {
                let used = one.action.iter().any(|action| {
                    let service = action.split(':').next().unwrap_or_default();
                    let kinds =
                        reference["actions"][action]["on"].as_object().into_iter().flat_map(|kinds| kinds.keys());
                    kinds.into_iter().any(|kind| {
                        let of_kind = &reference["resources"][format!("{service}:{kind}")]["arn"];
                        of_kind.as_str().is_some_and(|pattern| is_of_kind(arn, pattern))
                    })
                });
                assert!(used, "{name}: nothing of {} is on {arn}", one.sid);
            }
        }
    }
}

/// Dependent actions of AWS's list that no run of ours leads to, and why.
const NEVER: [(&str, &str, &str); 13] = [
    ("rds:CopyDBSnapshot", "rds:CopyCustomDBEngineVersion", "RDS Custom is refused"),
    ("rds:DeleteDBInstance", "rds:AddTagsToResource", "no last snapshot is taken"),
    ("rds:DeleteDBInstance", "rds:CreateDBSnapshot", "no last snapshot is taken"),
    ("rds:DeleteTenantDatabase", "rds:AddTagsToResource", "no last snapshot is taken"),
    ("rds:DeleteTenantDatabase", "rds:CreateDBSnapshot", "no last snapshot is taken"),
    ("rds:ModifyDBInstance", "rds:AddTagsToResource", "no change sets tags"),
    ("rds:ModifyDBInstance", "rds:CreateTenantDatabase", "no change makes an instance multi-tenant"),
    ("rds:ModifyDBInstance", "secretsmanager:RotateSecret", "no change asks for a rotation"),
    ("rds:StopDBInstance", "rds:AddTagsToResource", "no snapshot is taken at a stop"),
    ("rds:StopDBInstance", "rds:CreateDBSnapshot", "no snapshot is taken at a stop"),
    ("ec2:AuthorizeSecurityGroupEgress", "ec2:CreateTags", "rules get no tags"),
    ("ec2:AuthorizeSecurityGroupIngress", "ec2:CreateTags", "rules get no tags"),
    ("route53:AssociateVPCWithHostedZone", "ec2:DescribeVpcs", "it isn't a call of ours"),
];

#[test]
fn dependent_actions_are_allowed_as_well() {
    let reference = reference();
    for command in Command::all() {
        let document = policy(command, &command.options(), &Scope::default());
        let actions = document.actions();
        for action in &actions {
            for dependent in texts(&reference["actions"][*action]["dependent"]) {
                let never = NEVER.iter().any(|(of, other, _)| of == action && *other == dependent);
                // A removal lifts protection: none of the settings that these are for.
                let lifts = command == Command::Cleanup && *action == "rds:ModifyDBInstance";
                assert!(never || lifts || actions.contains(&dependent), "{command}: {action} leads to {dependent}");
            }
        }
    }
}

#[test]
fn each_fits_into_a_managed_policy() {
    let mut large = Vec::new();
    for command in Command::all() {
        let (plain, whole) = (vec![], command.options());
        for (form, with, scope) in [
            ("plain, longest names", &plain, known(63)),
            ("all, nothing known", &whole, Scope::default()),
            ("all, usual names", &whole, known(20)),
        ] {
            let size = policy(command, with, &scope).size();
            if size > LARGEST {
                large.push(format!("{command} ({form}): {size}"));
            }
        }
    }
    assert!(large.is_empty(), "{large:#?}");
}

#[test]
fn what_is_known_narrows() {
    let resources = |scope: &Scope, command, with: &[With], sid: &str| -> Vec<String> {
        let document = policy(command, with, scope);
        let found = document.statement.into_iter().find(|one| one.sid == sid);
        found.unwrap_or_else(|| panic!("no {sid}")).resource
    };
    let none = Scope::default();
    let some = Scope {
        region: Some("us-gov-west-1".into()),
        account: Some("111122223333".into()),
        database: Some("Orders".into()),
        target: Some("orders-new".into()),
        key: Some("arn:aws-us-gov:kms:us-gov-west-1:444455556666:alias/orders".parse().expect("a key")),
        bastion: Some("i-1".into()),
        document: Some("AWS-Mine".into()),
    };
    let front = "arn:aws-us-gov:rds:us-gov-west-1:111122223333";
    for (scope, command, sid, expected) in [
        (
            &none,
            Command::Migrate,
            "TakeSnapshot",
            vec!["arn:aws:rds:*:*:db:*".into(), "arn:aws:rds:*:*:snapshot:*-????????-g*".into()],
        ),
        (
            &some,
            Command::Migrate,
            "TakeSnapshot",
            vec![format!("{front}:db:orders"), format!("{front}:snapshot:orders-????????-g*")],
        ),
        (&none, Command::Migrate, "SetUpTheCopy", vec!["arn:aws:rds:*:*:db:*-????????-g*".into()]),
        (
            &some,
            Command::Migrate,
            "SetUpTheCopy",
            vec![format!("{front}:db:orders-new"), format!("{front}:db:orders-new-g*")],
        ),
        (&some, Command::Migrate, "LookAtTheKey", vec!["arn:aws-us-gov:kms:us-gov-west-1:444455556666:key/*".into()]),
        (
            &some,
            Command::AccessSetup,
            "GiveBastionItsRole",
            vec!["arn:aws-us-gov:iam::111122223333:role/rds-encrypt-????????-bastion".into()],
        ),
        (
            &some,
            Command::Tunnel,
            "StartSessionsForPorts",
            vec![
                "arn:aws-us-gov:ec2:us-gov-west-1:111122223333:instance/i-1".into(),
                "arn:aws-us-gov:ssm:us-gov-west-1:*:document/AWS-StartPortForwardingSessionToRemoteHost".into(),
            ],
        ),
    ] {
        assert_eq!(resources(scope, command, &[], sid), expected, "{command} {sid}");
    }
    let region = |name: &str| Scope { region: Some(name.into()), ..Scope::default() };
    for (name, partition) in [
        ("eu-west-2", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("us-isof-south-1", "aws-iso-f"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("eusc-de-east-1", "aws-eusc"),
    ] {
        let found = resources(&region(name), Command::Migrate, &[], "SetUpTheCopy");
        assert_eq!(found, [format!("arn:{partition}:rds:{name}:*:db:*-????????-g*")]);
    }
}

/// An alias is no resource of a key's actions.
#[test]
fn a_key_is_named_as_iam_can_tell_it() {
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let arn = format!("arn:aws:kms:eu-west-2:444455556666:key/{id}");
    let alias = json!({"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/orders"}});
    for (key, resource, condition) in [
        (id, format!("arn:aws:kms:*:*:key/{id}"), json!({})),
        (arn.as_str(), arn.clone(), json!({})),
        ("alias/orders", "arn:aws:kms:*:*:key/*".into(), alias.clone()),
        ("arn:aws:kms:eu-west-2:4:alias/orders", "arn:aws:kms:eu-west-2:4:key/*".into(), alias),
    ] {
        let scope = Scope { key: Some(key.parse().expect("a key")), ..Scope::default() };
        let document = policy(Command::Plan, &[], &scope);
        let found = document.statement.iter().find(|one| one.sid == "LookAtTheKey").expect("the key");
        assert_eq!((&found.resource, &Value::Object(found.condition.clone())), (&vec![resource], &condition), "{key}");
    }
}

#[test]
fn an_action_is_taken_out_wherever_it_stands() {
    let whole = policy(Command::Migrate, &[], &Scope::default());
    let rest = whole.without("kms:CreateGrant");
    assert_eq!(whole.statement.len() - rest.statement.len(), 2);
    assert!(!rest.text().contains("CreateGrant") && rest.text().contains("CopyDBSnapshot"));
}
