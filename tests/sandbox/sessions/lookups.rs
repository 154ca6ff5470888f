//! Which machines there are, and which sessions.

use aws_sdk_ec2::types::Filter;
use rds_encrypt::sandbox::{How, Misbehaviour};
use serde_json::{Value, json};

use super::client::{BASTION, Client, ORDERS, ask, code, to};
use crate::help::cloud;

fn filter(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

#[tokio::test(start_paused = true)]
async fn bastions_are_found_as_a_search_would_look_for_them() {
    let cloud = cloud().await;
    let orders = cloud.instance("orders").await;
    let vpc = orders.db_subnet_group.unwrap().vpc_id.unwrap();
    let running = cloud.ec2.describe_instances();
    let running = running.filters(filter("vpc-id", &vpc)).filters(filter("instance-state-name", "running"));
    let found = running.send().await.unwrap();
    let machines: Vec<_> = found.reservations().iter().flat_map(aws_sdk_ec2::types::Reservation::instances).collect();
    let names: Vec<&str> = machines.iter().map(|one| one.tags()[0].value().unwrap()).collect();
    assert_eq!(names, ["bastion", "bastion-2019", "bastion-spare", "shop-web", "batch"]);
    let [bastion, ..] = machines.as_slice() else { panic!() };
    assert_eq!(bastion.security_groups()[0].group_name(), Some("bastion"));
    assert!(bastion.iam_instance_profile().unwrap().arn().unwrap().ends_with(":instance-profile/bastion"));
    assert_eq!(bastion.private_ip_address(), Some("172.31.15.254"));

    let ids: Vec<&str> = machines.iter().map(|one| one.instance_id().unwrap()).collect();
    let asked =
        json!({"Filters": [{"Key": "InstanceIds", "Values": ids}, {"Key": "PingStatus", "Values": ["Online"]}]});
    let online = ask(&cloud.sandbox, "DescribeInstanceInformation", &asked).await.unwrap();
    let rows = online["InstanceInformationList"].as_array().unwrap();
    let rows: Vec<_> = rows.iter().map(|row| (&row["InstanceId"], &row["AgentVersion"])).collect();
    let expected = [
        ("i-0a7c3e91d5b2f8460", "3.3.3572.0"),
        ("i-04d9b6f2c81e7a350", "3.0.1124.0"),
        ("i-0b5d7e13a9c8f2640", "3.3.987.0"),
    ]
    .map(|(id, version)| (json!(id), json!(version)));
    assert_eq!(rows, expected.iter().map(|(id, version)| (id, version)).collect::<Vec<_>>());
    for (target, status) in [(BASTION, "connected"), ("i-0c2f58a7e4913db06", "notconnected"), ("i-0", "notconnected")] {
        let answer = ask(&cloud.sandbox, "GetConnectionStatus", &json!({"Target": target})).await.unwrap();
        assert_eq!(answer["Status"], status, "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn lists_come_in_pages_and_bad_questions_are_refused() {
    let cloud = cloud().await;
    let asks = |input: Value| {
        let sandbox = cloud.sandbox.clone();
        async move { ask(&sandbox, "DescribeInstanceInformation", &input).await }
    };
    let first = asks(json!({"MaxResults": 5})).await.unwrap();
    let second = asks(json!({"MaxResults": 5, "NextToken": first["NextToken"]})).await.unwrap();
    let length = |page: &Value| page["InstanceInformationList"].as_array().unwrap().len();
    assert_eq!((length(&first), length(&second)), (5, 1));
    assert_eq!(asks(json!({"MaxResults": 4})).await, Err("ValidationException".to_owned()));
    assert_eq!(asks(json!({"NextToken": "x"})).await, Err("InvalidNextToken".to_owned()));
    let old = json!({"InstanceInformationFilterList": [{"key": "PingStatus", "valueSet": ["ConnectionLost"]}]});
    assert_eq!(length(&asks(old).await.unwrap()), 2);
    assert_eq!(code(&cloud.sandbox, "DescribeParameters", &json!({})).await, "NotImplemented");
    assert_eq!(code(&cloud.sandbox, "MakeTea", &json!({})).await, "UnknownOperationException");
    let parameters = json!({"host": "orders", "portNumber": ["5432"]});
    let no_list = json!({"Target": BASTION, "DocumentName": "AWS-StartPortForwardingSessionToRemoteHost", "Parameters": parameters});
    assert_eq!(code(&cloud.sandbox, "StartSession", &no_list).await, "ValidationException");
}

#[tokio::test(start_paused = true)]
async fn sessions_are_listed_while_they_are_there_and_after() {
    let cloud = cloud().await;
    let mut input = to(BASTION, ORDERS, 5432);
    input["Reason"] = json!("to look");
    let client = Client::start(&cloud.sandbox, &input).await;
    let list = async |state: &str| {
        let found = ask(&cloud.sandbox, "DescribeSessions", &json!({"State": state})).await.unwrap();
        found["Sessions"].as_array().unwrap().clone()
    };
    let active = list("Active").await;
    assert_eq!(active[0]["SessionId"], client.id.as_str());
    assert_eq!((&active[0]["Reason"], &active[0]["Status"]), (&json!("to look"), &json!("Connected")));
    assert!(client.id.starts_with("sandbox-operator-0") && client.id.len() <= 96);
    cloud.minutes(30).await;
    ask(&cloud.sandbox, "TerminateSession", &json!({"SessionId": client.id})).await.unwrap();
    assert_eq!(list("Active").await, Vec::<Value>::new());
    let ended = list("History").await;
    assert_eq!(ended[0]["Status"], "Terminated");
    let took = ended[0]["EndDate"].as_f64().unwrap() - ended[0]["StartDate"].as_f64().unwrap();
    assert!((1800.0..1900.0).contains(&took), "{took}");
    let other = json!({"State": "History", "Filters": [{"key": "Target", "value": "i-0"}]});
    assert_eq!(ask(&cloud.sandbox, "DescribeSessions", &other).await.unwrap()["Sessions"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn data_keys_are_read_by_the_sdk() {
    let cloud = cloud().await;
    let wanted = cloud.kms.generate_data_key().key_id("alias/sandbox").number_of_bytes(64);
    let made = wanted.encryption_context("aws:ssm:TargetId", BASTION).send().await.unwrap();
    let open = cloud.kms.decrypt().ciphertext_blob(made.ciphertext_blob.unwrap());
    let opened = open.clone().encryption_context("aws:ssm:TargetId", BASTION).send().await.unwrap();
    assert_eq!((opened.plaintext, opened.key_id), (made.plaintext.clone(), made.key_id));
    assert_eq!(made.plaintext.map(|plain| plain.into_inner().len()), Some(64));
    let refused = open.encryption_context("aws:ssm:TargetId", "i-0").send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_ciphertext_exception(), "{refused:?}");
    let neither = cloud.kms.generate_data_key().key_id("alias/sandbox").send().await;
    assert_eq!(neither.unwrap_err().into_service_error().meta().code(), Some("ValidationException"));
}

#[tokio::test(start_paused = true)]
async fn calls_go_wrong_on_order() {
    let cloud = cloud().await;
    let client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    let (code_of, message) = ("InternalServerError".to_owned(), "Not now.".to_owned());
    let how = How::Refuse { code: code_of, message, status: 500 };
    let order = Misbehaviour { operation: Some("ResumeSession".to_owned()), after: 0, times: 2, how };
    cloud.sandbox.misbehave(order);
    let resume = json!({"SessionId": client.id});
    for expected in ["InternalServerError", "InternalServerError", "accepted"] {
        assert_eq!(code(&cloud.sandbox, "ResumeSession", &resume).await, expected);
    }
    cloud.order("StartSession", How::Deny);
    assert_eq!(code(&cloud.sandbox, "StartSession", &to(BASTION, ORDERS, 5432)).await, "AccessDeniedException");
}
