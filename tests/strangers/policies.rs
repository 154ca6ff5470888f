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

use form_urlencoded::Serializer;
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
        let moto = Moto::that_enforces()?;
        moto.aws.ask(&["iam", "create-user", "--user-name", USER]);
        let key = moto.aws.ask(&["iam", "create-access-key", "--user-name", USER]);
        let key = &key["AccessKey"];
        let keys = (text(&key["AccessKeyId"]), text(&key["SecretAccessKey"]));
        Some(Self { moto, folder: TempDir::new().expect("a folder"), keys })
    }

    /// So many requests are taken unasked from now on.
    fn unasked(&self, count: &str) {
        self.post("/moto-api/reset-auth", "", count);
    }

    fn post(&self, path: &str, headers: &str, body: &str) {
        let address = self.moto.url.trim_start_matches("http://");
        let mut socket = TcpStream::connect(address).expect("moto listens");
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
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
        let body = Serializer::new(String::new())
            .append_pair("Action", "PutUserPolicy")
            .append_pair("Version", "2010-05-08")
            .append_pair("UserName", USER)
            .append_pair("PolicyName", "least")
            .append_pair("PolicyDocument", &document.to_string())
            .finish();
        // As the CLI would, and much sooner.
        let scope = "Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-2/iam/aws4_request";
        let headers = format!(
            "Content-Type: application/x-www-form-urlencoded\r\nAuthorization: AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, \
             Signature=0\r\n"
        );
        self.post("/", &headers, &body);
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

    /// A database with what can stand around one: groups of its own, a proxy, a snapshot that somebody took.
    fn surrounded(&self, name: &str) {
        let ask = |line: &str| self.moto.aws.ask(&words(line));
        let subnets = ask("ec2 describe-subnets");
        let subnets: Vec<String> =
            subnets["Subnets"].as_array().expect("a list").iter().take(2).map(|row| text(&row["SubnetId"])).collect();
        let subnets = subnets.join(" ");
        let group = "--db-subnet-group-name own --db-subnet-group-description own --subnet-ids";
        ask(&format!("rds create-db-subnet-group {group} {subnets}"));
        ask(
            "rds create-db-parameter-group --db-parameter-group-name own --db-parameter-group-family postgres15 --description own",
        );
        let groups = ask("ec2 describe-security-groups");
        let group = text(&groups["SecurityGroups"][0]["GroupId"]);
        let window = window_half_a_week_away();
        let more = format!(
            "--preferred-maintenance-window {window} --db-subnet-group-name own --db-parameter-group-name own \
             --vpc-security-group-ids {group}"
        );
        self.moto.make_instance(name, &POSTGRES, &words(&more));
        ask(&format!("rds create-db-snapshot --db-instance-identifier {name} --db-snapshot-identifier before"));
        let secret =
            "AuthScheme=SECRETS,SecretArn=arn:aws:secretsmanager:eu-west-2:000000000000:secret:a,IAMAuth=DISABLED";
        ask(&format!(
            "rds create-db-proxy --db-proxy-name near --engine-family POSTGRESQL --auth {secret} --role-arn \
             arn:aws:iam::000000000000:role/proxy --vpc-subnet-ids {subnets}"
        ));
    }

    /// A small database that is protected, far from its maintenance window.
    fn database(&self, name: &str) {
        let window = window_half_a_week_away();
        self.moto.make_instance(name, &POSTGRES, &["--deletion-protection", "--preferred-maintenance-window", &window]);
    }
}

/// What is wrong with a run that was denied an action: nothing where it ended with one of these codes and named the action.
fn untold(heard: &Heard, missing: &str, codes: &[i32]) -> Option<String> {
    let Heard { code, said } = heard;
    let ended = code.is_some_and(|code| codes.contains(&code));
    let end: String = said.chars().skip(said.chars().count().saturating_sub(900)).collect();
    (!ended || !said.contains(missing)).then(|| format!("without {missing}: {code:?}: {end}"))
}

#[track_caller]
fn assert_all_told(faults: impl IntoIterator<Item = Option<String>>) {
    let faults: Vec<String> = faults.into_iter().flatten().collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// What a migration asks for in its order, where a run without it ends.
const NEEDED: [&str; 6] = [
    "rds:DescribeDBInstances",
    "rds:DescribeDBSnapshots",
    "kms:DescribeKey",
    "rds:CreateDBSnapshot",
    "rds:CopyDBSnapshot",
    "rds:RestoreDBInstanceFromDBSnapshot",
];

/// What a migration on moto doesn't come to: tags are no action of their own, a restore carries what AWS drops and needs
/// neither a change nor a reboot, keys are listed where none is named, and no run here has to say why something failed.
const NEVER_ASKED: [&str; 5] =
    ["kms:ListAliases", "rds:AddTagsToResource", "rds:DescribeEvents", "rds:ModifyDBInstance", "rds:RebootDBInstance"];

/// What this moto doesn't know in the SDK's protocol, and so can't deny.
const UNKNOWN: [&str; 1] = ["cloudwatch:DescribeAlarms"];

#[test]
fn plans_with_the_least_and_with_less() {
    let Some(guarded) = Guarded::start() else { return };
    guarded.moto.aws.make_key("alias/payments");
    guarded.surrounded("orders");
    let planned = guarded.policy("plan");
    let line = "plan orders --kms-key alias/payments";
    let heard = guarded.run(&planned, line);
    assert_eq!(heard.code, Some(0), "{}", heard.said);
    let known = planned.iter().filter(|action| !UNKNOWN.contains(&action.as_str()));
    assert_all_told(known.map(|missing| {
        let codes: &[i32] = if NEEDED.contains(&missing.as_str()) { &[8] } else { &[0] };
        untold(&guarded.run_without(&planned, missing, line), missing, codes)
    }));
}

#[test]
fn migrations_with_the_least_and_with_less() {
    let Some(guarded) = Guarded::start() else { return };
    guarded.moto.aws.make_key("alias/payments");
    let (planned, migrate) = (guarded.policy("plan"), guarded.policy("migrate"));
    for action in &migrate {
        let known = NEEDED.contains(&action.as_str()) || NEVER_ASKED.contains(&action.as_str());
        assert!(known || planned.contains(action), "nothing shows what {action} is for");
    }
    guarded.database("orders");
    let heard = guarded.run(&migrate, "migrate orders --kms-key alias/payments --yes");
    assert_eq!(heard.code, Some(0), "{}", heard.said);
    let resume = guarded.policy("resume");
    assert_all_told(NEEDED.iter().filter(|action| !planned.iter().any(|other| other == *action)).map(|missing| {
        let name = format!("no-{}", missing.rsplit(':').next().expect("an action").to_ascii_lowercase());
        guarded.database(&name);
        let heard = guarded.run_without(&migrate, missing, &format!("migrate {name} --kms-key alias/payments --yes"));
        // What was made so far is told, with how to go on; and that does.
        let tells = heard.said.contains(&format!("rds-encrypt resume {name}"));
        let went_on = guarded.run(&resume, &format!("resume {name}"));
        let fault = untold(&heard, missing, &[8]).or_else(|| (!tells).then(|| format!("{missing}: no way on")));
        fault.or_else(|| (went_on.code != Some(0)).then(|| format!("after {missing}: {}", went_on.said)))
    }));
    for (policy, line) in [
        ("verify", "verify orders"),
        ("status", "status orders --refresh"),
        ("cleanup", "cleanup orders --snapshots --confirm orders"),
        ("cleanup --with abandon", "cleanup orders --abandon --confirm orders"),
    ] {
        let actions = guarded.policy(policy);
        // Protection is lifted before anything is deleted.
        let (first, rest): (Vec<&String>, Vec<&String>) = actions.iter().partition(|action| action.contains("Modify"));
        let order = first.into_iter().chain(rest);
        assert_all_told(order.map(|missing| untold(&guarded.run_without(&actions, missing, line), missing, &[8])));
        let heard = guarded.run(&actions, line);
        assert_eq!(heard.code, Some(0), "{line}: {}", heard.said);
    }
}

#[test]
fn scans_and_batches_with_the_least_and_with_less() {
    let Some(guarded) = Guarded::start() else { return };
    guarded.moto.aws.make_key("alias/payments");
    guarded.database("orders");
    let actions = guarded.policy("scan --with snapshots");
    let line = "scan --snapshots --all";
    let heard = guarded.run(&actions, line);
    assert_eq!(heard.code, Some(0), "{}", heard.said);
    assert_all_told(actions.iter().map(|missing| {
        // Without the instances nothing is known; without the rest, the rest.
        untold(&guarded.run_without(&actions, missing, line), missing, &[0, 8])
    }));
    let everywhere = guarded.run(&actions, "scan --all-regions");
    assert_all_told([untold(&everywhere, "ec2:DescribeRegions", &[8])]);
    let actions = guarded.policy("batch");
    let line = "batch --kms-key alias/payments --created-before 2100-01-01 --yes";
    assert_all_told([("rds:DescribeDBInstances", 9), ("rds:CreateDBSnapshot", 9)].map(|(missing, code)| {
        let heard = guarded.run_without(&actions, missing, line);
        untold(&heard, missing, &[code, 8, 4])
    }));
    let heard = guarded.run(&guarded.policy("resume"), "resume --all --yes");
    assert_eq!(heard.code, Some(0), "{}", heard.said);
}

/// Gives one action after the other, each as soon as a run has ended for want of it, and of nothing else. What was never
/// asked for is left.
fn one_by_one(guarded: &Guarded, policy: &str, line: &str, last: i32) -> Vec<String> {
    let all = guarded.policy(policy);
    // What moto denies of SSM can't be read by an SDK: given from the start.
    let told = |action: &str| !is_read(action) && !action.starts_with("ssm:");
    let (mut held, mut given): (Vec<String>, Vec<String>) = all.into_iter().partition(|action| told(action));
    loop {
        let heard = guarded.run(&given, line);
        if heard.code == Some(last) {
            return held;
        }
        assert_eq!(heard.code, Some(8), "{given:?}: {}", heard.said);
        let named: Vec<&String> =
            held.iter().filter(|action| heard.said.contains(&format!("allow {action} "))).collect();
        let [one] = named[..] else { panic!("{named:?}: {}", heard.said) };
        let one = one.clone();
        held.retain(|action| *action != one);
        given.push(one);
    }
}

fn is_read(action: &str) -> bool {
    let name = action.rsplit(':').next().unwrap_or_default();
    ["Describe", "Get", "List", "Simulate"].iter().any(|front| name.starts_with(front))
}

/// Reads of an audit that nothing rests on in this world: no prefix list is routed to, the role carries AWS's own policy
/// alone, and the caller is a user.
const NOTHING_RESTS_ON: [&str; 5] =
    ["ec2:DescribePrefixLists", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:GetRolePolicy"];

#[test]
fn ways_to_databases_with_the_least_and_with_less() {
    let Some(guarded) = Guarded::start() else { return };
    bare(&guarded.moto.aws);
    let setup = guarded.policy("access setup --with all");
    let line = "access setup bare --yes --allow-iam --subnet-cidr 10.20.8.0/24 --subnet-cidr 10.20.9.0/24 \
                --session-log-group /sessions";
    // Reads without which nothing can be planned. moto denies those of SSM in another protocol's words.
    let needed = ["ec2:DescribeInstances", "ec2:DescribeSubnets", "ec2:DescribeVpcs", "rds:DescribeDBInstances"];
    assert_all_told(needed.map(|missing| untold(&guarded.run_without(&setup, missing, line), missing, &[8])));
    // moto knows no agent, for which a setup waits at its end.
    let never = one_by_one(&guarded, "access setup --with all", line, 4);
    let dependent =
        ["ec2:CreateTags", "iam:PassRole", "iam:TagInstanceProfile", "iam:TagRole", "rds:AddTagsToResource"];
    let dependent = [&dependent[..], &["route53:AssociateVPCWithHostedZone"]].concat();
    assert_eq!(never, dependent, "no call of ours");
    let audit = guarded.policy("access audit");
    let whole = guarded.run(&audit, "access audit bare");
    assert_eq!(whole.code, Some(9), "{}", whole.said);
    let asked = audit.iter().filter(|action| !NOTHING_RESTS_ON.contains(&action.as_str()));
    assert_all_told(asked.map(|missing| {
        let code = if missing == "rds:DescribeDBInstances" { 8 } else { 9 };
        untold(&guarded.run_without(&audit, missing, "access audit bare"), missing, &[code])
    }));
    let left = one_by_one(&guarded, "access teardown --with all", "access teardown bare --yes", 0);
    assert_eq!(left, Vec::<String>::new(), "all of it is asked for");
}
