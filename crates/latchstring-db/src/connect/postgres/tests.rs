use super::*;
use crate::connect::Address;

fn server() -> Server {
    match Address::parse("postgres://ann:hunter2@db.example/shop") {
        Ok(Address::Postgres(server)) => server,
        _ => panic!("not an address"),
    }
}

fn primary() -> Found {
    Found {
        is_standby: false,
        reads_only: false,
        encoding: "UTF8".to_owned(),
        schema: Some("public".to_owned()),
    }
}

#[test]
fn only_a_primary_that_holds_every_text_will_do() {
    assert_eq!(primary().check(&server()).expect("fine"), "public");
    let refused = |found: Found| found.check(&server()).expect_err("refused").to_string();
    let standby = Found {
        is_standby: true,
        ..primary()
    };
    assert_eq!(
        refused(standby),
        "the PostgreSQL database shop at db.example:5432 can only be read; use the address of the primary"
    );
    let read_only = Found {
        reads_only: true,
        ..primary()
    };
    assert!(refused(read_only).contains("can only be read"));
    let latin = Found {
        encoding: "LATIN1".to_owned(),
        ..primary()
    };
    assert!(refused(latin).contains("--encoding UTF8"));
    let homeless = Found {
        schema: None,
        ..primary()
    };
    assert!(refused(homeless).contains("search_path"));
}

#[test]
fn a_connection_to_a_standby_is_given_back() {
    assert!(primary_only(false).is_ok() && primary_only(true).is_err());
}
