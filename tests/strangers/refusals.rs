//! What the program refuses, or has nothing to do about, before it has made anything.

use super::{
    moto::{Moto, POSTGRES},
    program::{Ended, Program},
};

/// An account with an unencrypted and an encrypted instance, and two keys.
struct Account {
    moto: Moto,
    program: Program,
    key_arn: String,
}

impl Account {
    fn new() -> Option<Self> {
        let moto = Moto::start()?;
        let key_arn = moto.aws.make_key("alias/payments");
        moto.aws.make_key("alias/another");
        moto.make_instance("orders", &POSTGRES, &[]);
        moto.make_instance("sealed", &POSTGRES, &["--storage-encrypted", "--kms-key-id", &key_arn]);
        let program = Program::new(&moto.url);
        Some(Self { moto, program, key_arn })
    }

    /// Runs `act`, and fails if it made or changed anything in the account.
    fn untouched(&self, act: impl FnOnce(&Program) -> Ended) -> Ended {
        let look = || (self.moto.aws.instances(), self.moto.aws.manual_snapshots());
        let before = look();
        let ended = act(&self.program);
        assert_eq!(look(), before, "{}", ended.said());
        assert!(self.program.state_files().is_empty(), "nothing begun, nothing saved");
        ended
    }
}

#[test]
fn databases_that_need_no_migration_or_allow_none() {
    let Some(account) = Account::new() else { return };

    let ended = account.untouched(|program| program.migrate("nowhere", "alias/payments", &[])).expect(3);
    assert!(ended.stderr.contains("nowhere"), "{}", ended.stderr);

    for key in ["alias/payments", &account.key_arn] {
        let ended = account.untouched(|program| program.migrate("sealed", key, &[])).expect(0);
        assert!(ended.said().to_lowercase().contains("nothing to do"), "{}", ended.said());
    }

    account.untouched(|program| program.migrate("sealed", "alias/another", &[])).expect(3);
}

#[test]
fn a_target_name_that_is_taken_stays_whose_it_is() {
    let Some(account) = Account::new() else { return };
    let ended =
        account.untouched(|program| program.migrate("orders", "alias/payments", &["--target", "sealed"])).expect(3);
    assert!(ended.stderr.contains("sealed"), "{}", ended.stderr);
    account.untouched(|program| program.migrate("orders", "alias/payments", &["--target", "orders"])).expect(3);
}

#[test]
fn keys_that_are_missing() {
    let Some(account) = Account::new() else { return };
    let id = "11111111-2222-3333-4444-555555555555";
    let arn = format!("arn:aws:kms:eu-west-2:000000000000:key/{id}");
    for key in ["alias/nowhere", id, &arn] {
        let ended = account.untouched(|program| program.migrate("orders", key, &[])).expect(3);
        assert!(ended.stderr.contains(key), "{}", ended.stderr);
    }
    let ended = account.untouched(|program| program.migrate_keyless("orders")).expect(3);
    for alias in ["alias/payments", "alias/another"] {
        assert!(ended.said().contains(alias), "it lists what there is: {}", ended.said());
    }
}

#[test]
fn keys_that_name_nothing() {
    let Some(account) = Account::new() else { return };
    for key in ["", " ", "\t", "None", "null", "<your-key>", "$KMS_KEY", "alias/"] {
        let before = account.moto.log();
        account.program.migrate("orders", key, &[]).expect(2);
        assert_eq!(account.moto.log(), before, "AWS isn't even asked about {key:?}");
    }
    assert!(account.program.state_files().is_empty());
}

#[test]
fn a_caller_without_credentials() {
    let Some(account) = Account::new() else { return };
    let migrate = |program: &Program| program.migrate_without_credentials("orders", "alias/payments");
    let ended = account.untouched(migrate).expect(8);
    assert!(ended.stderr.contains("credentials"), "{}", ended.stderr);
}
