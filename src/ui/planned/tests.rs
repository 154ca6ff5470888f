use insta::assert_snapshot;

use super::{
    super::samples::{KEY, NARROW, source},
    *,
};
use crate::{
    model::{KeyMetadata, KeyReference, name::generation_names},
    plan::{TakenNames, judge},
};

fn facts() -> Facts {
    let mut source = source("postgres", false);
    source.monitoring_interval = Some(60);
    source.monitoring_role_arn = Some("arn:aws:iam::000000000000:role/monitoring".into());
    source.performance_insights_enabled = Some(true);
    source.performance_insights_retention_period = Some(465);
    source.ca_certificate_identifier = Some("rds-ca-2015".into());
    source.availability_zone = Some("eu-west-2a".into());
    source.encryption.storage_encrypted = Some(false);
    source.status = Some("available".into());
    source.tags = Some([("team".to_owned(), "a team with a long name that must be broken".to_owned())].into());
    let resource_id = source.resource_id.clone().unwrap();
    let word = |text: &str| Some(text.to_owned());
    let key = KeyMetadata {
        arn: word(KEY),
        state: word("Enabled"),
        usage: word("ENCRYPT_DECRYPT"),
        spec: word("SYMMETRIC_DEFAULT"),
        origin: word("AWS_KMS"),
        manager: word("CUSTOMER"),
        ..KeyMetadata::default()
    };
    Facts {
        choices: Choices::default(),
        from: None,
        groups: crate::plan::ChosenGroups::default(),
        now: None,
        route: None,
        asked: "orders".into(),
        region: "eu-west-2".into(),
        account: "000000000000".into(),
        surroundings: None,
        names: Some(generation_names("orders", &resource_id, 1, None)),
        source: Checked::Known(Some(source)),
        key_asked: Some(KeyReference::Alias("alias/payments".into())),
        key: Some(Checked::Known(KeyLookup::Found(key))),
        catalogue: None,
        certificates: Checked::Known(vec!["rds-ca-rsa2048-g1".into()]),
        taken: Checked::Known(TakenNames::default()),
    }
}

fn prices() -> Prices {
    let all = r#"{"currency": "USD", "instance_hour": {"db.m5.large": 0.178}, "snapshot_gib_month": 0.095}"#;
    serde_json::from_str(all).unwrap()
}

fn shown(facts: &Facts, page: Page) -> String {
    let place = Place { account: &facts.account, region: &facts.region, endpoint: None };
    let begin = "rds-encrypt migrate orders --kms-key alias/payments".to_owned();
    text(
        &Planned { facts, judgement: &judge(facts), place, begin, exit_code: 0, snapshots: &[], prices: &prices() },
        page,
    )
}

#[test]
fn a_plan_fits_a_narrow_page_and_a_wide_one() {
    assert_snapshot!("narrow", shown(&facts(), NARROW));
    assert_snapshot!("wide", shown(&facts(), Page { width: 120, color: false }));
    for (width, text) in [(60, shown(&facts(), NARROW)), (120, shown(&facts(), Page { width: 120, color: false }))] {
        // What is there to be copied stays whole.
        let whole = |line: &str| line.split_whitespace().any(|word| word.starts_with("arn:"));
        for line in text.lines().filter(|line| !whole(line)) {
            assert!(line.chars().count() <= width, "{line}");
        }
    }
}

#[test]
fn colour_is_there_only_when_told() {
    assert!(!shown(&facts(), NARROW).contains('\u{1b}'));
    assert!(shown(&facts(), Page { width: 60, color: true }).contains('\u{1b}'));
}

#[test]
fn without_a_key_it_says_so() {
    let open = Facts { key_asked: None, key: None, ..facts() };
    let text = shown(&open, NARROW);
    assert!(text.contains("It can be migrated.") && text.contains("no key chosen yet"), "{text}");
}

#[test]
fn each_setting_stands_in_one_section() {
    let facts = facts();
    let text = shown(&facts, Page { width: 120, color: false });
    let document = json(&Planned {
        facts: &facts,
        judgement: &judge(&facts),
        place: Place { account: "", region: "", endpoint: None },
        begin: String::new(),
        exit_code: 0,
        snapshots: &[],
        prices: &Prices::default(),
    });
    let settings = document["settings"].as_array().unwrap();
    assert!(settings.len() > 10);
    for setting in settings {
        let name = setting["setting"].as_str().unwrap();
        let shown = text.lines().filter(|line| line.split_whitespace().any(|word| word == name)).count();
        assert_eq!(shown, 1, "{name}");
        assert_eq!(setting["compared"], name != "CACertificateIdentifier", "{name}");
        assert!(setting["member"].is_string(), "{name}");
    }
}
