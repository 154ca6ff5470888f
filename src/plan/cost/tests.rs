use super::*;

fn prices(json: &str) -> Result<Prices, serde_json::Error> {
    serde_json::from_str(json)
}

fn all() -> Prices {
    prices(
        r#"{"currency": "USD", "instance_hour": {"db.m5.large": 0.2}, "storage_gib_month": {"io1": 0.125},
            "iops_month": {"io1": 0.1, "gp3": 0.02}, "snapshot_gib_month": 0.095, "kms_key_month": 1}"#,
    )
    .expect("prices")
}

fn order() -> Order {
    Order {
        class: "db.m5.large".into(),
        storage_type: Some("io1".into()),
        storage: Some(100),
        iops: Some(1000),
        ..Order::default()
    }
}

const OWN_KEY: Beside = Beside { own_key: true, extended_support: false, begun: false };

/// The lines by month, and the sum.
fn shown(cost: &Cost) -> (Vec<String>, String) {
    let word = |money: Option<Money>| money.map_or_else(|| "-".to_owned(), |money| money.to_string());
    (cost.lines.iter().map(|line| word(line.month)).collect(), word(cost.month()))
}

#[test]
fn each_thing_is_billed_by_its_price() {
    let gp3 = || Order { storage_type: Some("gp3".into()), ..order() };
    let standby = || Order { multi_az: true, ..order() };
    let table: Vec<(&str, Cost, &[&str], &str)> = vec![
        (
            "all of it",
            Cost::of(&order(), OWN_KEY, &all()),
            &["146.00", "12.50", "100.00", "0.00 to 19.00", "0.00 to 1.00"],
            "258.50 to 278.50",
        ),
        (
            "with a standby",
            Cost::of(&standby(), Beside::default(), &all()),
            &["292.00", "25.00", "200.00", "0.00 to 19.00"],
            "517.00 to 536.00",
        ),
        (
            "gp3's IOPS aren't reckoned",
            Cost::of(&gp3(), Beside::default(), &all()),
            &["146.00", "-", "-", "0.00 to 19.00"],
            "146.00 to 165.00",
        ),
        (
            "nor Extended Support",
            Cost::of(&order(), Beside { own_key: false, extended_support: true, begun: false }, &all()),
            &["146.00", "12.50", "100.00", "-", "0.00 to 19.00"],
            "258.50 to 277.50",
        ),
        ("no price at all", Cost::of(&order(), OWN_KEY, &Prices::default()), &["-", "-", "-", "-", "-"], "-"),
    ];
    for (case, cost, lines, sum) in table {
        let (found, total) = shown(&cost);
        assert_eq!(
            (found.as_slice(), total.as_str()),
            (lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>().as_slice(), sum),
            "{case}"
        );
        assert_eq!(cost.is_partial(), lines.contains(&"-"), "{case}");
    }
}

#[test]
fn an_hour_is_a_part_of_the_month() {
    let cost = Cost::of(&order(), Beside::default(), &all());
    assert_eq!(cost.lines[0].month.map(|month| month.an_hour().to_string()), Some("0.20".into()));
    assert_eq!(Money { least: 0.0, most: 0.0137 }.to_string(), "0.00 to 0.0137");
    assert_eq!(Money::exactly(9.999_96).to_string(), "10.00");
}

#[test]
fn a_named_price_outranks_the_file() {
    let mut prices = all();
    for text in [
        "instance_hour.db.m5.large=0.3",
        "storage_gib_month.gp2=0.1",
        "kms_key_month=2",
        "snapshot_gib_month=0",
        "iops_month.io2=1",
    ] {
        prices.set(text.parse().expect(text));
    }
    assert_eq!(prices.instance_hour["db.m5.large"], Price(0.3));
    assert_eq!(prices.storage_gib_month["gp2"], Price(0.1));
    assert_eq!((prices.kms_key_month, prices.snapshot_gib_month), (Some(Price(2.0)), Some(Price(0.0))));
    assert!(!prices.is_empty() && Prices::default().is_empty());
    assert!(Prices { currency: Some("EUR".into()), ..Prices::default() }.is_empty());
}

#[test]
fn what_is_no_price_is_refused_with_its_reason() {
    for (text, why) in [
        ("instance_hour=1", "NAME=VALUE"),
        ("instance_hour.=1", "NAME=VALUE"),
        ("kms_key_month.x=1", "NAME=VALUE"),
        ("hour.db.m5.large=1", "NAME=VALUE"),
        ("kms_key_month", "NAME=VALUE"),
        ("kms_key_month=-1", "-1 is no price"),
        ("kms_key_month=NaN", "is no price"),
        ("kms_key_month=inf", "is no price"),
        ("kms_key_month=1e99", "is no price"),
        ("kms_key_month=a", "a is no price"),
    ] {
        let error = text.parse::<Named>().expect_err(text).to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
    for (json, why) in [
        ("{\"instance_hours\": {}}", "unknown field `instance_hours`"),
        ("{\"instance_hour\": {\"db.m5.large\": -1}}", "-1 is no price"),
        ("{\"kms_key_month\": \"1\"}", "invalid type"),
        ("[]", "invalid"),
        ("", "EOF"),
    ] {
        let error = prices(json).expect_err(json).to_string();
        assert!(error.contains(why), "{json}: {error}");
    }
}
