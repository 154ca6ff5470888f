use std::net::Ipv4Addr;

use super::*;

fn database(engine: &str) -> DatabaseEndpoint {
    DatabaseEndpoint {
        engine: Some(engine.into()),
        master_username: Some("keeper".into()),
        database_name: Some("shop".into()),
        ..DatabaseEndpoint::default()
    }
}

fn reach<'a>(database: Option<&'a DatabaseEndpoint>, login: Option<&'a Login>) -> Reach<'a> {
    Reach {
        local: Ipv4Addr::LOCALHOST.into(),
        port: 15432,
        endpoint: "orders.example",
        database,
        authority: Some("/rds.pem"),
        login,
        user: Some("keeper"),
    }
}

fn shown(reach: &Reach<'_>, set: &[&str]) -> Vec<String> {
    let found = variables(reach, |name| set.contains(&name));
    found.iter().map(|(name, value)| format!("{name}={}", value.reveal())).collect()
}

#[test]
fn psql_verifies_the_real_name_and_connects_here() {
    let (postgres, login) = (database("postgres"), Login { user: None, password: Secret::new("hush") });
    let always = ["PGHOST=orders.example", "PGHOSTADDR=127.0.0.1", "PGPORT=15432"];
    let rest = ["PGSSLMODE=verify-full", "PGSSLROOTCERT=/rds.pem", "PGUSER=keeper", "PGDATABASE=shop"];
    assert_eq!(shown(&reach(Some(&postgres), None), &[]), [&always[..], &rest].concat());
    let set = ["PGHOST", "PGSSLMODE", "PGSSLROOTCERT", "PGUSER", "PGDATABASE"];
    assert_eq!(shown(&reach(Some(&postgres), None), &set), always, "what a person has set stays");
    let with_login = ["PGUSER=keeper", "PGPASSWORD=hush"];
    assert_eq!(shown(&reach(Some(&postgres), Some(&login)), &set), [&always[..], &with_login].concat());
}

#[test]
fn mysql_gets_what_it_takes_and_advice_for_the_rest() {
    let (mysql, login) = (database("mariadb"), Login { user: None, password: Secret::new("hush") });
    let reach_mysql = reach(Some(&mysql), Some(&login));
    let expected =
        ["MYSQL_HOST=127.0.0.1", "MYSQL_TCP_PORT=15432", "MYSQL_PWD=hush", "LIBMYSQL_ENABLE_CLEARTEXT_PLUGIN=1"];
    assert_eq!(shown(&reach_mysql, &[]), expected);
    let command = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert!(advice(&command("/usr/bin/mysqldump shop"), &reach_mysql).is_some());
    assert!(advice(&command("mysql --ssl-ca={ca}"), &reach_mysql).is_none());
    let postgres = database("postgres");
    assert!(advice(&command("mysql shop"), &reach(Some(&postgres), None)).is_none());
}

#[test]
fn of_a_host_nothing_is_known_and_other_engines_have_no_variables() {
    assert!(shown(&reach(None, None), &[]).contains(&"MYSQL_HOST=127.0.0.1".to_owned()));
    let oracle = database("oracle-ee");
    assert!(shown(&reach(Some(&oracle), None), &[]).is_empty());
}

#[test]
fn placeholders_are_filled_and_nothing_else_is_touched() {
    let (reach, text) =
        (reach(None, None), |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
    let given = text(&["java", "-Durl={host}:{port}", "{endpoint}", "--ca={ca}", "{user}", "{\"a\":{other}}"]);
    let expected = ["java", "-Durl=127.0.0.1:15432", "orders.example", "--ca=/rds.pem", "keeper", "{\"a\":{other}}"];
    assert_eq!(words(&given, &reach).unwrap(), expected);
    let unknown = Reach { authority: None, user: None, ..reach };
    for missing in ["{ca}", "{user}"] {
        assert!(words(&text(&[missing]), &unknown).is_err(), "{missing}");
    }
    assert!(words(&text(&["{host}"]), &unknown).is_ok());
}
