//! Tables over what is masked, and what stays.

use serde_json::{Value, json};

use super::{mask::Masker, tree};

/// Masks one text after the other, with one memory.
fn texts(rows: &[(&str, &str, &str)]) {
    let mut masker = Masker::default();
    for (name, text, expected) in rows {
        assert_eq!(masker.member(name, text), *expected, "{name}: {text}");
    }
}

#[test]
fn accounts_have_one_substitute_each() {
    texts(&[
        ("Account", "123456789012", "111111111111"),
        (
            "DBInstanceArn",
            "arn:aws:rds:eu-west-2:123456789012:db:orders",
            "arn:aws:rds:eu-west-2:111111111111:db:orders",
        ),
        ("x", "arn:aws:kms:eu-west-2:210987654321:key/a", "arn:aws:kms:eu-west-2:222222222222:key/a"),
        ("x", "logs123456789012x", "logs111111111111x"),
        ("x", "1234567890123", "1234567890123"),
        ("x", "111111111111", "111111111111"),
        ("KmsKeyId", "6c7f1d2e-0b3c-4d5e-8f90-123456789012", "6c7f1d2e-0b3c-4d5e-8f90-123456789012"),
    ]);
    let mut masker = Masker::default();
    let all: std::collections::BTreeSet<String> =
        (0..40_u64).map(|number| masker.text(&(987_654_321_000 + number).to_string())).collect();
    assert_eq!(all.len(), 40, "no two share one");
}

#[test]
fn people_and_keys_have_substitutes() {
    texts(&[
        (
            "Arn",
            "arn:aws:sts::123456789012:assumed-role/Admin/jane",
            "arn:aws:sts::111111111111:assumed-role/Admin/user-1",
        ),
        ("UserId", "AROAJ5XMPLQ7EXAMPLE12:jane", "AROAMASKED0000000001:user-1"),
        (
            "Message",
            "User: arn:aws:iam::123456789012:user/dept/joe is not",
            "User: arn:aws:iam::111111111111:user/user-2 is not",
        ),
        ("x", "by jane.doe@example.com, 2026", "by user-3 2026"),
        ("x", "AKIAIOSFODNN7EXAMPLE", "AKIAMASKED0000000002"),
        ("SessionId", "jane-0a1b2c3d4e5f60718", "user-1-0a1b2c3d4e5f60718"),
        ("Value", "0123456789abcdef joe@laptop", "0123456789abcdef user-4"),
        ("Value", "a @ b", "a @ b"),
        ("MasterUsername", "admin", "admin"),
        ("RoleArn", "arn:aws:iam::123456789012:role/monitoring", "arn:aws:iam::111111111111:role/monitoring"),
    ]);
}

#[test]
fn endpoints_keep_their_name_and_addresses_of_the_internet_go() {
    texts(&[
        (
            "Address",
            "orders.c1x2k3q4w5e6.eu-west-2.rds.amazonaws.com",
            "orders.masked000001.eu-west-2.rds.amazonaws.com",
        ),
        (
            "x",
            "shop.cluster-ro-c1x2k3q4w5e6.eu-west-2.rds.amazonaws.com:5432",
            "shop.cluster-ro-masked000001.eu-west-2.rds.amazonaws.com:5432",
        ),
        ("x", "https://rds.eu-west-2.amazonaws.com/", "https://rds.eu-west-2.amazonaws.com/"),
        ("CidrIp", "10.0.0.0/8", "10.0.0.0/8"),
        ("CidrIp", "8.8.4.4/32", "203.0.113.1/32"),
        ("publicIp", "8.8.4.4", "203.0.113.1"),
        ("CidrIpv6", "2a00:1450::1/128", "2001:db8::2/128"),
        ("CidrIp", "0.0.0.0/0", "0.0.0.0/0"),
        ("EngineVersion", "19.0.0.0", "19.0.0.0"),
        ("AgentVersion", "3.3.131.0", "3.3.131.0"),
        ("dnsName", "ec2-8-8-4-4.eu-west-2.compute.amazonaws.com", "ec2-masked.eu-west-2.compute.amazonaws.com"),
    ]);
}

#[test]
fn secrets_go_by_name_and_from_then_on_everywhere() {
    texts(&[
        ("x", "correct horse", "correct horse"),
        ("MasterUserPassword", "correct horse", "[secret 1]"),
        ("x", "said: correct horse!", "said: [secret 1]!"),
        ("x", "pw=correct+horse", "pw=[secret 1]"),
        ("TdeCredentialPassword", "abc", "[secret]"),
        ("TokenValue", "AAEAAX/tok+en==", "[secret 2]"),
        ("StreamUrl", "wss://a.example/v1/x?role=publish_subscribe&cell-number=AAEAAcell%3D", "[secret 5]"),
        ("x", "cell AAEAAcell%3D and AAEAAcell=", "cell [secret 3] and [secret 4]"),
        ("SecretString", r#"{"username":"admin","password":"tr0ub4dor"}"#, "[secret 7]"),
        ("x", "tr0ub4dor", "[secret 6]"),
        ("ManageMasterUserPassword", "true", "true"),
        ("MasterUserSecretArn", "arn:x", "arn:x"),
        ("CiphertextBlob", "AQICAHh9aaaa", "[secret 8]"),
        ("Marker", "orders", "[page 1]"),
        ("DBInstanceIdentifier", "orders", "orders"),
        ("KmsKeyId", "alias/orders", "alias/orders"),
        ("DbiResourceId", "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ", "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ]);
}

#[test]
fn trees_of_json_keep_their_form() {
    let mut masker = Masker::default();
    let shown = tree::json(
        &mut masker,
        "",
        &json!({
            "SecretString": "hush-hush", "Parameters": {"host": ["hush-hush"]}, "Count": 3, "None": null, "Account": 123_456_789_012_u64,
            "Tags": [{"Key": "db_password", "Value": "letmein"}, {"Value": "topsecret", "Key": "ApiKey"}, {"Key": "team", "Value": "shop"}],
            "Credentials": {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": "wJalrXUtnFEMI", "SessionToken": "FwoGZXIv"},
        }),
    );
    let expected = json!({
        "SecretString": "[secret 1]", "Parameters": {"host": ["[secret 1]"]}, "Count": 3, "None": null, "Account": 111_111_111_111_u64,
        "Tags": [{"Key": "db_password", "Value": "[secret 2]"}, {"Value": "[secret 3]", "Key": "ApiKey"}, {"Key": "team", "Value": "shop"}],
        "Credentials": {"AccessKeyId": "ASIAMASKED0000000001", "SecretAccessKey": "[secret 4]", "SessionToken": "[secret 5]"},
    });
    assert_eq!(shown, expected);
}

#[test]
fn forms_keep_their_names() {
    let mut masker = Masker::default();
    let body = "Action=ModifyDBInstance&Version=2014-10-31&DBInstanceIdentifier=orders&MasterUserPassword=hush%26hush\
                &Tags.Tag.1.Key=password&Tags.Tag.1.Value=letmein&Ids.member.1=hush%26hush&Secrets.Password.1=another";
    let shown = Value::Object(tree::form(&mut masker, body.as_bytes()));
    let expected = json!({
        "DBInstanceIdentifier": "orders", "MasterUserPassword": "[secret 1]", "Tags.Tag.1.Key": "password",
        "Tags.Tag.1.Value": "[secret 2]", "Ids.member.1": "[secret 1]", "Secrets.Password.1": "[secret 3]",
    });
    assert_eq!(shown, expected);
}

#[test]
fn answers_in_xml_keep_all_but_what_is_masked() {
    let mut masker = Masker::default();
    let text = "<?xml version=\"1.0\"?>\n<A xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">\n  <Arn>arn:aws:rds:eu-west-2:123456789012:db:a&amp;b</Arn>\
                <Credentials><SecretAccessKey>a&lt;b&#x41;cdef</SecretAccessKey></Credentials><Empty/>\
                <Tag><Key>password</Key><Value>letmein</Value></Tag><Tag><Key>team</Key><Value>shop</Value></Tag>\
                <Note><![CDATA[a<bAcdef]]></Note><!-- a<bAcdef --><set><item><publicIp>8.8.4.4</publicIp></item></set></A>";
    let expected = "<?xml version=\"1.0\"?>\n<A xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">\n  <Arn>arn:aws:rds:eu-west-2:111111111111:db:a&amp;b</Arn>\
                    <Credentials><SecretAccessKey>[secret 1]</SecretAccessKey></Credentials><Empty/>\
                    <Tag><Key>password</Key><Value>[secret 2]</Value></Tag><Tag><Key>team</Key><Value>shop</Value></Tag>\
                    <Note>[secret 1]</Note><set><item><publicIp>203.0.113.1</publicIp></item></set></A>";
    assert_eq!(tree::xml(&mut masker, text).as_deref(), Some(expected));
    for broken in ["no XML", "<A><B></A>", "<A>", "<A>&unknown;</A>"] {
        assert_eq!(tree::xml(&mut masker, broken), None, "{broken}");
    }
}
