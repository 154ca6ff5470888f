//! moto with permissions enforced: each command passes with what `policy` prints, and without any one of its actions fails
//! cleanly, naming that action, or misses a check and says so.
//!
//! moto judges actions alone: it compares every Resource with `*` and holds each Condition for false, so a policy is given to
//! it with its actions on everything. That the resources and conditions are ones that AWS asks for is shown by the tables of
//! src/policy/tests.rs, and that no call is missing by tests/flows/permitted. What moto doesn't know
//! (`DescribeInstanceInformation` and the sessions behind it) it can't deny either; `tunnel` is shown there alone.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::{Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    aws_cli::text,
    moto::{Moto, POSTGRES, window_half_a_week_away},
    process::{REGION, command},
    setups::{bare, words},
};

/// Who runs the commands.
const USER: &str = "operator";

/// A server that enforces permissions but while its world is made, a user, and a place for state files.
struct Guarded {
    moto: Moto,
    folder: TempDir,
    keys: (String, String),
}

/// How a run ended.
struct Heard {
    code: Option<i32>,
    said: String,
}

impl Guarded {
    fn start() -> Option<Self> {
        let moto = Moto::with_managed_policies()?;
        moto.aws.ask(&["iam", "create-user", "--user-name", USER]);
        let key = moto.aws.ask(&["iam", "create-access-key", "--user-name", USER]);
        let key = &key["AccessKey"];
        let keys = (text(&key["AccessKeyId"]), text(&key["SecretAccessKey"]));
        Some(Self { moto, folder: TempDir::new().expect("a folder"), keys })
    }

    /// So many requests are taken unasked from now on.
    fn unasked(&self, count: &str) {
        let address = self.moto.url.trim_start_matches("http://");
        let mut socket = TcpStream::connect(address).expect("moto listens");
        let request = format!(
            "POST /moto-api/reset-auth HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{count}",
            count.len()
        );
        socket.write_all(request.as_bytes()).expect("moto reads");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("moto answers");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// What `policy` prints.
    fn policy(&self, line: &str) -> Vec<String> {
        let printed = self.start_program(&format!("policy {line}"));
        assert!(printed.status.success(), "{printed:?}");
        let document: Value = serde_json::from_slice(&printed.stdout).expect("stdout is the policy alone");
        let statements = document["Statement"].as_array().expect("statements").iter();
        let actions = statements.flat_map(|one| one["Action"].as_array().expect("actions"));
        let mut actions: Vec<String> = actions.map(text).collect();
        actions.sort();
        actions.dedup();
        actions
    }

    /// Gives the user these actions.
    fn allow(&self, actions: &[String]) {
        let document = json!({
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}],
        });
        let document = document.to_string();
        let given = ["iam", "put-user-policy", "--user-name", USER, "--policy-name", "least", "--policy-document"];
        self.moto.aws.ask(&[&given[..], &[&document]].concat());
    }

    fn start_program(&self, line: &str) -> Output {
        command(env!("CARGO_BIN_EXE_rds-encrypt").as_ref(), self.folder.path())
            .args(words(line))
            .arg("--state-dir")
            .arg(self.folder.path().join("state"))
            .env("AWS_ACCESS_KEY_ID", &self.keys.0)
            .env("AWS_SECRET_ACCESS_KEY", &self.keys.1)
            .env("AWS_REGION", REGION)
            .env("AWS_ENDPOINT_URL", &self.moto.url)
            .env("AWS_MAX_ATTEMPTS", "1")
            .env("RDS_ENCRYPT_PACE", "2000")
            .stdin(Stdio::null())
            .output()
            .expect("it runs")
    }

    /// Runs a command with these actions alone.
    fn run(&self, actions: &[String], line: &str) -> Heard {
        self.allow(actions);
        self.unasked("0");
        let output = self.start_program(line);
        self.unasked("inf");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Heard { code: output.status.code(), said: said.split_whitespace().collect::<Vec<_>>().join(" ") }
    }

    /// The same with all of them but one.
    fn run_without(&self, actions: &[String], missing: &str, line: &str) -> Heard {
        let rest: Vec<String> = actions.iter().filter(|action| *action != missing).cloned().collect();
        assert!(rest.len() < actions.len(), "{missing} isn't among {actions:?}");
        self.run(&rest, line)
    }

    /// A small database, far from its maintenance window.
    fn database(&self, name: &str) {
        let window = window_half_a_week_away();
        self.moto.make_instance(name, &POSTGRES, &["--preferred-maintenance-window", &window]);
    }
}

/// Says what is wrong with a run that was denied an action: nothing where it ended with 8, or in `plain` with the action named
/// as missed.
#[track_caller]
fn assert_told(heard: &Heard, missing: &str, codes: &[i32]) {
    let Heard { code, said } = heard;
    assert!(code.is_some_and(|code| codes.contains(&code)), "without {missing}: {code:?}: {said}");
    assert!(said.contains(missing), "without {missing}, it isn't named: {said}");
}

/// What a migration asks for in its order, where a run without it ends.
const NEEDED: [&str; 7] = [
    "rds:DescribeDBInstances",
    "rds:DescribeDBSnapshots",
    "kms:DescribeKey",
    "rds:CreateDBSnapshot",
    "rds:CopyDBSnapshot",
    "rds:RestoreDBInstanceFromDBSnapshot",
    "rds:ModifyDBInstance",
];

/// What moto doesn't ask for: it makes no grants, passes no tags on, applies parameters without a reboot, and no run here has
/// anything to say about a failure.
const NEVER_ASKED: [&str; 4] =
    ["kms:ListAliases", "rds:AddTagsToResource", "rds:DescribeEvents", "rds:RebootDBInstance"];

#[test]
fn migrations_with_the_least_and_with_less() {
    let Some(guarded) = Guarded::start() else { return };
    guarded.moto.aws.make_key("alias/payments");
    guarded.database("orders");
    let line = |command: &str, name: &str| format!("{command} {name} --kms-key alias/payments --yes");
    let (planned, migrate) = (guarded.policy("plan"), guarded.policy("migrate"));
    // With all of them.
    let heard = guarded.run(&planned, &line("plan", "orders"));
    assert_eq!(heard.code, Some(0), "{}", heard.said);
    // Without any one: what is missed is named, and nothing is made.
    for missing in &planned {
        let heard = guarded.run_without(&planned, missing, &line("plan", "orders"));
        assert_told(&heard, missing, if NEEDED.contains(&missing.as_str()) { &[3, 8] } else { &[0] });
    }
    let heard = guarded.run(&migrate, &line("migrate", "orders"));
    assert_eq!(heard.code, Some(0), "{}", heard.said);
    for missing in NEEDED {
        let name = format!("no-{}", missing.rsplit(':').next().expect("an action").to_ascii_lowercase());
        guarded.database(&name);
        let heard = guarded.run_without(&migrate, missing, &line("migrate", &name));
        assert_told(&heard, missing, &[8, 3]);
        // Where something was made, it says how to go on; and that does.
        let began = !["Describe", "Get"].iter().any(|read| missing.contains(read));
        if began {
            assert!(heard.said.contains(&format!("rds-encrypt resume {name}")), "{missing}: {}", heard.said);
            let heard = guarded.run(&guarded.policy("resume"), &format!("resume {name}"));
            assert_eq!(heard.code, Some(0), "after {missing}: {}", heard.said);
        }
    }
    for action in &migrate {
        let known = NEEDED.contains(&action.as_str()) || NEVER_ASKED.contains(&action.as_str());
        assert!(known || planned.contains(action), "nothing shows what {action} is for");
    }
    afterwards(&guarded);
}

/// What follows a migration: `verify`, `status`, `cleanup`.
fn afterwards(guarded: &Guarded) {
    for (policy, line) in [
        ("verify", "verify orders"),
        ("status", "status orders --refresh"),
        ("cleanup", "cleanup orders --snapshots --confirm orders"),
        ("cleanup --with abandon", "cleanup orders --abandon --confirm orders"),
    ] {
        let actions = guarded.policy(policy);
        for missing in &actions {
            // The one removal of the other kind, and protection that isn't on, aren't asked for.
            let unasked = (line.contains("--snapshots") || policy.contains("abandon"))
                && ["rds:ModifyDBInstance"].contains(&missing.as_str());
            if !unasked {
                assert_told(&guarded.run_without(&actions, missing, line), missing, &[8, 4, 3]);
            }
        }
        let heard = guarded.run(&actions, line);
        assert_eq!(heard.code, Some(0), "{line}: {}", heard.said);
    }
}

#[test]
fn scans_and_batches_with_the_least_and_with_less() {
    let Some(guarded) = Guarded::start() else { return };
    guarded.moto.aws.make_key("alias/payments");
    guarded.database("orders");
    let actions = guarded.policy("scan --with snapshots,all-regions");
    let line = "scan --snapshots --all-regions --all";
    let heard = guarded.run(&actions, line);
    assert_eq!(heard.code, Some(0), "{}", heard.said);
    for missing in &actions {
        let heard = guarded.run_without(&actions, missing, line);
        assert_told(&heard, missing, &[0, 8, 9]);
    }
    let actions = guarded.policy("batch");
    let line = "batch --kms-key alias/payments --created-before 2100-01-01 --yes";
    for missing in ["rds:DescribeDBInstances", "rds:CreateDBSnapshot"] {
        let heard = guarded.run_without(&actions, missing, line);
        assert_told(&heard, missing, &[8, 9, 4, 3]);
    }
    let heard = guarded.run(&guarded.policy("resume"), "resume --all --yes");
    assert_eq!(heard.code, Some(0), "{}", heard.said);
}

/// In the order in which a setup asks for them: each run goes on to the next one.
const MADE: [&str; 19] = [
    "ec2:ModifyVpcAttribute",
    "ec2:CreateSubnet",
    "ec2:CreateRouteTable",
    "ec2:AssociateRouteTable",
    "rds:CreateDBSubnetGroup",
    "ec2:CreateSecurityGroup",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CreateNetworkAclEntry",
    "iam:CreateRole",
    "iam:AttachRolePolicy",
    "iam:CreateInstanceProfile",
    "iam:AddRoleToInstanceProfile",
    "ec2:CreateVpcEndpoint",
    "ec2:RunInstances",
    "",
    "",
    "",
];

#[test]
fn ways_to_databases_with_the_least_and_with_less() {
    let Some(guarded) = Guarded::start() else { return };
    bare(&guarded.moto.aws);
    let audit = guarded.policy("access audit");
    let whole = guarded.run(&audit, "access audit bare");
    assert_eq!(whole.code, Some(7), "{}", whole.said);
    for missing in &audit {
        eprintln!(
            "AUDIT {missing} {:?}",
            guarded.run_without(&audit, missing, "access audit bare").said.contains(missing)
        );
    }
    let setup = guarded.policy("access setup --with all");
    let line = "access setup bare --yes --allow-iam --subnet-cidr 10.20.8.0/24 --subnet-cidr 10.20.9.0/24";
    for missing in MADE.iter().filter(|missing| !missing.is_empty()) {
        let heard = guarded.run_without(&setup, missing, line);
        eprintln!(
            "SETUP {missing} {:?} {} {}",
            heard.code,
            heard.said.contains(missing),
            heard.said.chars().rev().take(600).collect::<String>().chars().rev().collect::<String>()
        );
    }
    let teardown = guarded.policy("access teardown --with all");
    for missing in &teardown {
        let heard = guarded.run_without(&teardown, missing, "access teardown bare --yes");
        eprintln!(
            "TEARDOWN {missing} {:?} {} {}",
            heard.code,
            heard.said.contains(missing),
            heard.said.chars().rev().take(300).collect::<String>().chars().rev().collect::<String>()
        );
    }
}
