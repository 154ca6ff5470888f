//! Sessions of Session Manager: the calls, the data channel, and the agent behind it.

use std::collections::BTreeSet;
use std::time::Duration;

use rds_encrypt::sandbox::{Dial, Options, Switches};
use serde_json::json;

use super::{Scenario, scenarios};
use crate::help::Cloud;
use crate::sessions::client::{
    BASTION, Client, DATA, FLAG, Heard, ORDERS, OWN, STAGING, ask, code, data, socket, to, words,
};
use crate::sessions::servers::{answers_at_the_end, deaf, echo, echoes, spoken_with};

const SOON: Duration = Duration::from_secs(2);

async fn machines_are_in_reservations(cloud: Cloud) -> String {
    let found = cloud.ec2.describe_instances().send().await.unwrap();
    found.reservations().iter().map(|one| one.instances().len().to_string()).collect::<Vec<_>>().join(" ")
}

async fn a_target_has_to_be_connected(cloud: Cloud) -> String {
    code(&cloud.sandbox, "StartSession", &to("i-0c2f58a7e4913db06", ORDERS, 5432)).await
}

async fn a_document_has_to_exist(cloud: Cloud) -> String {
    let input = json!({"Target": BASTION, "DocumentName": "AWS-Nothing", "Parameters": {"host": ["a"]}});
    code(&cloud.sandbox, "StartSession", &input).await
}

async fn a_document_takes_its_parameters(cloud: Cloud) -> String {
    let mut input = to(BASTION, ORDERS, 5432);
    input["Parameters"]["colour"] = json!(["red"]);
    code(&cloud.sandbox, "StartSession", &input).await
}

async fn a_session_that_is_over_gives_no_token(cloud: Cloud) -> String {
    let client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    ask(&cloud.sandbox, "TerminateSession", &json!({"SessionId": client.id})).await.unwrap();
    match ask(&cloud.sandbox, "ResumeSession", &json!({"SessionId": client.id})).await {
        Ok(answer) => answer.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" "),
        Err(code) => code,
    }
}

async fn a_session_has_to_exist(cloud: Cloud) -> String {
    code(&cloud.sandbox, "ResumeSession", &json!({"SessionId": "nobody-0123456789abcdef0"})).await
}

async fn history_goes_back_thirty_days(cloud: Cloud) -> String {
    let client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    ask(&cloud.sandbox, "TerminateSession", &json!({"SessionId": client.id})).await.unwrap();
    let mut seen = String::new();
    for days in [29, 2] {
        cloud.minutes(days * 24 * 60).await;
        let found = ask(&cloud.sandbox, "DescribeSessions", &json!({"State": "History"})).await.unwrap();
        seen += &found["Sessions"].as_array().unwrap().len().to_string();
    }
    seen
}

async fn a_session_is_ended_by_a_call(cloud: Cloud) -> String {
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    ask(&cloud.sandbox, "TerminateSession", &json!({"SessionId": client.id})).await.unwrap();
    words(&client.gather(SOON).await)
}

async fn machines_without_an_agent_are_left_out(cloud: Cloud) -> String {
    let found = ask(&cloud.sandbox, "DescribeInstanceInformation", &json!({})).await.unwrap();
    found["InstanceInformationList"].as_array().unwrap().len().to_string()
}

async fn a_document_can_be_denied(cloud: Cloud) -> String {
    code(&cloud.sandbox, "StartSession", &to(BASTION, ORDERS, 5432)).await
}

async fn a_socket_is_asked_for_with_a_signature(cloud: Cloud) -> String {
    let given = ask(&cloud.sandbox, "StartSession", &to(BASTION, ORDERS, 5432)).await.unwrap();
    socket(&cloud.sandbox, &given, false).await.err().unwrap_or_default()
}

async fn a_token_is_good_once(cloud: Cloud) -> String {
    let given = ask(&cloud.sandbox, "StartSession", &to(BASTION, ORDERS, 5432)).await.unwrap();
    let _first = Client::open(&cloud.sandbox, &given).await;
    let mut second = Client::open(&cloud.sandbox, &given).await;
    second.acknowledges = false;
    format!("{:?}", second.gather(SOON).await.last())
}

async fn a_newer_socket_replaces_the_older(cloud: Cloud) -> String {
    let mut first = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    let given = ask(&cloud.sandbox, "ResumeSession", &json!({"SessionId": first.id})).await.unwrap();
    let mut second = Client::open(&cloud.sandbox, &given).await;
    format!("{} {}", words(&first.gather(SOON).await), words(&second.gather(SOON).await))
}

async fn the_handshake_is_not_waited_for_long(cloud: Cloud) -> String {
    let mut client = Client::begin(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    words(&client.gather(Duration::from_secs(20)).await)
}

async fn early_data_is_acknowledged(cloud: Cloud) -> String {
    let mut client = Client::begin(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    client.send(DATA, b"early").await;
    let heard = client.gather(SOON).await;
    heard.contains(&Heard::Acknowledged(0)).to_string()
}

async fn what_comes_twice_is_acknowledged_twice(cloud: Cloud) -> String {
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    let number = client.frame(3, 0, b"").await;
    client.send_as(number, DATA, &[1, 3, 0, 0, 0, 0, 0, 0]).await;
    let heard = client.gather(SOON).await;
    heard.iter().filter(|one| **one == Heard::Acknowledged(number)).count().to_string()
}

async fn only_the_oldest_is_sent_again(cloud: Cloud) -> String {
    echoes(&cloud.sandbox);
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    client.acknowledges = false;
    client.say(3, &[7; 4000]).await;
    let mut seen = BTreeSet::new();
    let mut again = BTreeSet::new();
    let until = tokio::time::Instant::now() + SOON;
    while tokio::time::Instant::now() < until {
        if let Some(Heard::Output { number, .. }) = client.hear_within(SOON).await
            && !seen.insert(number)
        {
            again.insert(number);
        }
    }
    format!("{again:?}")
}

async fn messages_are_small_and_slow(cloud: Cloud) -> String {
    echoes(&cloud.sandbox);
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    client.say(3, &vec![7; 30_000]).await;
    let began = tokio::time::Instant::now();
    let mut sizes = BTreeSet::new();
    let mut all = 0;
    while all < 30_008 {
        if let Some(Heard::Output { payload, .. }) = client.hear().await {
            all += payload.len();
            sizes.insert(payload.len());
        }
    }
    let slow = began.elapsed() >= Duration::from_millis(29);
    format!("{:?} {slow}", sizes.last())
}

async fn a_socket_lives_for_an_hour(cloud: Cloud) -> String {
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    let mut heard = Vec::new();
    for _ in 0..7 {
        client.frame(3, 0, b"").await;
        heard.extend(client.gather(Duration::from_mins(10)).await);
    }
    words(&heard)
}

async fn an_idle_session_ends(cloud: Cloud) -> String {
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    words(&client.gather(Duration::from_mins(21)).await)
}

async fn a_session_is_ended_by_a_flag(cloud: Cloud) -> String {
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    client.send(FLAG, &2_u32.to_be_bytes()).await;
    words(&client.gather(SOON).await)
}

async fn old_agents_carry_one_connection(cloud: Cloud) -> String {
    echoes(&cloud.sandbox);
    let input = json!({"Target": BASTION, "DocumentName": OWN, "Parameters": {"portNumber": ["5432"]}});
    let mut client = Client::start(&cloud.sandbox, &input).await;
    client.say(3, b"x").await;
    format!("{:?}", data(&client.gather(SOON).await))
}

async fn nobody_is_dialled_meanwhile(cloud: Cloud) -> String {
    let dialled = std::sync::atomic::AtomicBool::new(false);
    cloud.sandbox.sessions().served_by(move |_| {
        let first = !dialled.swap(true, std::sync::atomic::Ordering::SeqCst);
        Some(if first { Dial::Hang } else { spoken_with(echo) })
    });
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    client.say(3, b"first").await;
    client.say(5, b"second").await;
    words(&client.gather(Duration::from_secs(30)).await)
}

async fn a_host_is_looked_up_once(cloud: Cloud) -> String {
    echoes(&cloud.sandbox);
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    cloud.modify("orders").new_db_instance_identifier("orders-old").send().await.unwrap();
    cloud.minutes(20).await;
    client.say(3, b"there").await;
    words(&client.gather(SOON).await)
}

async fn a_refusal_is_told_by_a_flag(cloud: Cloud) -> String {
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    client.say(3, b"anybody?").await;
    words(&client.gather(SOON).await)
}

async fn some_hosts_are_forbidden(cloud: Cloud) -> String {
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, "169.254.169.254", 80)).await;
    words(&client.gather(SOON).await)
}

async fn a_slow_destination_stops_everybody(cloud: Cloud) -> String {
    cloud.sandbox.sessions().served_by(|_| Some(spoken_with(deaf)));
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    client.frame(0, 3, b"").await;
    let mut heard = Vec::new();
    for _ in 0..100 {
        client.frame(2, 3, &vec![7; 60_000]).await;
        heard.extend(client.gather(Duration::from_millis(50)).await);
    }
    heard.iter().filter(|one| matches!(one, Heard::Acknowledged(_))).count().to_string()
}

async fn nothing_is_half_closed(cloud: Cloud) -> String {
    cloud.sandbox.sessions().served_by(|_| Some(spoken_with(answers_at_the_end)));
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    client.say(3, b"all").await;
    client.frame(1, 3, b"").await;
    words(&client.gather(SOON).await)
}

async fn old_versions_want_signs_of_life(cloud: Cloud) -> String {
    let mut client = Client::begin(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    client.version = "1.2.331.0";
    client.shake_hands().await;
    let heard = client.gather(Duration::from_secs(30)).await;
    words(&heard.into_iter().filter(|one| matches!(one, Heard::Closed(_))).collect::<Vec<_>>())
}

async fn old_agents_know_no_hosts(cloud: Cloud) -> String {
    cloud.sandbox.sessions().served_by(|wanted| (wanted.host == ORDERS).then(|| spoken_with(echo)));
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    client.say(3, b"orders?").await;
    let heard = client.gather(SOON).await;
    words(&heard)
}

async fn groups_decide_who_is_reached(cloud: Cloud) -> String {
    echoes(&cloud.sandbox);
    let mut client = Client::start(&cloud.sandbox, &to(STAGING, ORDERS, 5432)).await;
    client.say(3, b"orders?").await;
    words(&client.gather(Duration::from_secs(30)).await)
}

async fn one_connection_is_dialled_at_once(cloud: Cloud) -> String {
    let input = json!({"Target": BASTION, "DocumentName": OWN, "Parameters": {"portNumber": ["5432"]}});
    let mut client = Client::start(&cloud.sandbox, &input).await;
    words(&client.gather(SOON).await)
}

fn agents(version: &str) -> Options {
    let mut switches = Switches::default();
    switches.sessions.agent_version = Some(version.to_owned());
    Options { switches, ..Options::default() }
}

fn the_last_of_one() -> Options {
    agents("3.0.196.0")
}

fn without_hosts() -> Options {
    agents("3.1.1000.0")
}

fn a_denied_document() -> Options {
    let mut switches = Switches::default();
    switches.sessions.denied_documents = vec!["AWS-StartPortForwardingSessionToRemoteHost".to_owned()];
    Options { switches, ..Options::default() }
}

pub(super) const ALL: &[Scenario] = scenarios! {
    "R-EC2-12" machines_are_in_reservations,
    "R-SSM-1" a_target_has_to_be_connected,
    "R-SSM-2" a_document_has_to_exist,
    "R-SSM-3" a_document_takes_its_parameters,
    "R-SSM-4" a_session_that_is_over_gives_no_token,
    "R-SSM-5" a_session_has_to_exist,
    "R-SSM-6" history_goes_back_thirty_days,
    "R-SSM-7" a_session_is_ended_by_a_call,
    "R-SSM-8" machines_without_an_agent_are_left_out,
    "R-SSM-9" a_document_can_be_denied in a_denied_document,
    "R-CHAN-1" a_socket_is_asked_for_with_a_signature,
    "R-CHAN-2" a_token_is_good_once,
    "R-CHAN-3" a_newer_socket_replaces_the_older,
    "R-CHAN-4" the_handshake_is_not_waited_for_long,
    "R-CHAN-5" early_data_is_acknowledged,
    "R-CHAN-6" what_comes_twice_is_acknowledged_twice,
    "R-CHAN-7" only_the_oldest_is_sent_again,
    "R-CHAN-8" messages_are_small_and_slow,
    "R-CHAN-9" a_socket_lives_for_an_hour,
    "R-CHAN-10" an_idle_session_ends,
    "R-CHAN-11" a_session_is_ended_by_a_flag,
    "R-PORT-1" old_agents_carry_one_connection in the_last_of_one,
    "R-PORT-2" nobody_is_dialled_meanwhile,
    "R-PORT-3" a_host_is_looked_up_once,
    "R-PORT-4" a_refusal_is_told_by_a_flag,
    "R-PORT-5" some_hosts_are_forbidden,
    "R-PORT-6" a_slow_destination_stops_everybody,
    "R-PORT-7" nothing_is_half_closed,
    "R-PORT-8" old_versions_want_signs_of_life,
    "R-PORT-9" old_agents_know_no_hosts in without_hosts,
    "R-PORT-10" groups_decide_who_is_reached,
    "R-PORT-11" one_connection_is_dialled_at_once in the_last_of_one,
};
