use insta::assert_snapshot;

use super::{super::samples::*, *};

fn row(alias: &str, key_id: &str, note: &str) -> KeyRow {
    KeyRow { alias: alias.into(), key_id: key_id.into(), note: note.into() }
}

fn rows() -> Vec<KeyRow> {
    vec![
        row("alias/aws/rds", "1111aaaa-12ab-34cd-56ef-1234567890ab", ""),
        row("alias/hsm", "2222bbbb-12ab-34cd-56ef-1234567890ab", "its material is outside KMS (AWS_CLOUDHSM)"),
        row("alias/payments", "1234abcd-12ab-34cd-56ef-1234567890ab", ""),
    ]
}

const COMMAND: &str = "rds-encrypt migrate orders";

#[test]
fn keys_are_listed_with_how_to_choose() {
    assert_snapshot!(choose(&rows(), "eu-west-2", COMMAND, WIDE), @"
    Which key? --kms-key was not given, and none is chosen for you

      ALIAS           MANAGED BY    KEY ID
      alias/aws/rds   AWS           1111aaaa-12ab-34cd-56ef-1234567890ab
      alias/hsm       your account  2222bbbb-12ab-34cd-56ef-1234567890ab
      alias/payments  your account  1234abcd-12ab-34cd-56ef-1234567890ab
      ! alias/hsm: its material is outside KMS (AWS_CLOUDHSM)

    How to choose
      - A key of your own is the usual choice: its policy is yours, and snapshots
        under it can be shared.
      - alias/aws/rds is AWS's own and is allowed. But its policy can't be changed,
        snapshots under it can't be shared with other accounts, and a database can
        never change its key afterwards.
      - A key without an alias, or one of another account, is named by its ARN.

    Run
      rds-encrypt migrate orders --kms-key alias/NAME
    ");
    assert_snapshot!(choose(&rows(), "eu-west-2", COMMAND, NARROW), @"
    Which key? --kms-key was not given, and none is chosen for
    you

      ALIAS           MANAGED BY
                      KEY ID
      alias/aws/rds   AWS
                      1111aaaa-12ab-34cd-56ef-1234567890ab
      alias/hsm       your account
                      2222bbbb-12ab-34cd-56ef-1234567890ab
      alias/payments  your account
                      1234abcd-12ab-34cd-56ef-1234567890ab
      ! alias/hsm: its material is outside KMS (AWS_CLOUDHSM)

    How to choose
      - A key of your own is the usual choice: its policy is
        yours, and snapshots under it can be shared.
      - alias/aws/rds is AWS's own and is allowed. But its
        policy can't be changed, snapshots under it can't be
        shared with other accounts, and a database can never
        change its key afterwards.
      - A key without an alias, or one of another account, is
        named by its ARN.

    Run
      rds-encrypt migrate orders --kms-key alias/NAME
    ");
}

#[test]
fn without_any_key_the_command_has_a_gap() {
    assert_snapshot!(choose(&[], "eu-west-2", COMMAND, WIDE), @"
    Which key? --kms-key was not given, and none is chosen for you

    No key with an alias was found in eu-west-2.

    How to choose
      - A key of your own is the usual choice: its policy is yours, and snapshots
        under it can be shared.
      - alias/aws/rds is AWS's own and is allowed. But its policy can't be changed,
        snapshots under it can't be shared with other accounts, and a database can
        never change its key afterwards.
      - A key without an alias, or one of another account, is named by its ARN.

    Run
      rds-encrypt migrate orders --kms-key alias/NAME
    ");
}

#[test]
fn only_a_single_own_key_is_filled_in() {
    let all = rows();
    assert_eq!(suggested(&all), "alias/NAME");
    assert_eq!(suggested(&all[..2]), "alias/hsm");
    assert_eq!(suggested(&all[..1]), "alias/NAME");
}
