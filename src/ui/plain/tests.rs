use insta::assert_snapshot;

use super::{super::samples::*, *};
use crate::steps::{Step, Stop, StopKind};

fn lines(events: &[Event]) -> String {
    let mut written = Vec::new();
    let mut plain = Plain::new(&mut written);
    for event in events {
        plain.report(event);
    }
    String::from_utf8(written).unwrap()
}

fn restoring() -> [Event; 3] {
    let look = looked(Step::Restore, "creating", None, "", 3725, "07:00:00");
    [begun(true, 1), Event::StepStarted { step: Step::Restore }, look]
}

#[test]
fn a_whole_run_is_one_line_a_change() {
    let events: Vec<Event> = whole_run().into_iter().flatten().collect();
    assert_snapshot!(lines(&events), @"
    [ 0:00:00] orders → orders-ir3pkvta-g1, key arn:aws:kms:eu-west-2:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab, sandbox ×600
    [ 0:00:00] snapshot: started
    [ 0:00:00] snapshot: asking CreateDBSnapshot orders-ir3pkvta-g1
    [ 0:00:00] snapshot: CreateDBSnapshot orders-ir3pkvta-g1: accepted
    [ 0:00:10] snapshot: creating 0 %
    [ 0:02:10] snapshot: creating 55 %, ~2 min left
    [ 0:04:10] snapshot: done in 4 min: orders-ir3pkvta-g1
    [ 0:04:10] encrypted copy: started
    [ 0:04:10] encrypted copy: asking CopyDBSnapshot orders-ir3pkvta-g1-encrypted
    [ 0:04:10] encrypted copy: CopyDBSnapshot orders-ir3pkvta-g1-encrypted: accepted
    [ 0:07:20] encrypted copy: copying 10 %
    [ 0:16:50] encrypted copy: copying 42 %, ~17 min left
    [ 0:34:10] encrypted copy: done in 30 min: orders-ir3pkvta-g1-encrypted
    [ 0:34:10] restore: started
    [ 0:34:10] restore: asking RestoreDBInstanceFromDBSnapshot orders-ir3pkvta-g1
    [ 0:34:10] restore: RestoreDBInstanceFromDBSnapshot orders-ir3pkvta-g1: accepted
    [ 0:40:50] restore: creating
    [ 0:43:10] restore: done in 9 min: orders-ir3pkvta-g1
    [ 0:43:10] settle: started
    [ 0:43:10] settle: asking ModifyDBInstance orders-ir3pkvta-g1 (BackupRetentionPeriod=7)
    [ 0:43:10] settle: ModifyDBInstance orders-ir3pkvta-g1 (BackupRetentionPeriod=7): accepted
    [ 0:43:40] settle: available, applying BackupRetentionPeriod
    [ 0:44:40] settle: backing-up, everything is in place; looking once more
    [ 0:45:00] settle: done in 2 min: every value read back twice
    [ 0:45:00] verify: started
    [ 0:45:02] verify: done in 2 s: encrypted, 22 settings compared
    [ 0:45:02] finished
    ");
}

#[test]
fn percentages_come_by_tens() {
    let look = |percent: u8, second: u64| looked(Step::EncryptCopy, "copying", Some(percent), "", second, "07:00:00");
    let events: Vec<Event> = (0..=30).map(|percent| look(percent, percent.into())).collect();
    assert_eq!(lines(&events).lines().count(), 4);
}

#[test]
fn an_outage_is_told_once_and_so_is_its_end() {
    let failed = || Event::LookFailed { kind: Trouble::Unreachable, why: "timed out, since 40 s".into() };
    let mut events = restoring().to_vec();
    events.extend([failed(), failed(), looked(Step::Restore, "creating", None, "", 3800, "07:01:15")]);
    assert_snapshot!(lines(&events), @"
    [ 0:00:00] resuming orders → orders-ir3pkvta-g1, key arn:aws:kms:eu-west-2:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab
    [ 0:00:00] restore: started
    [ 0:00:00] restore: creating
    [ 0:00:00] no answer from AWS: timed out, since 40 s; trying again
    [ 0:01:15] AWS answers again
    ");
}

#[test]
fn every_end_has_its_line() {
    let stop = Stop { kind: StopKind::NeedsPerson, reason: String::new(), remedy: String::new() };
    let mut stopped = restoring().to_vec();
    stopped.push(Event::Stopped(stop));
    assert!(lines(&stopped).ends_with("restore: stopped\n"));
    let mut interrupted = restoring().to_vec();
    interrupted.push(Event::Interrupted);
    assert!(lines(&interrupted).ends_with("restore: interrupted; nothing further is asked of AWS\n"));
}

#[tokio::test(start_paused = true)]
async fn a_quiet_minute_is_broken_by_a_sign_of_life() {
    let mut written = Vec::new();
    let mut plain = Plain::new(&mut written);
    for event in restoring() {
        plain.report(&event);
    }
    for second in 1..=130 {
        tokio::time::advance(Duration::from_secs(1)).await;
        plain.report(&tick(3725 + second));
    }
    let text = String::from_utf8(written).unwrap();
    assert_snapshot!(text, @"
    [ 0:00:00] resuming orders → orders-ir3pkvta-g1, key arn:aws:kms:eu-west-2:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab
    [ 0:00:00] restore: started
    [ 0:00:00] restore: creating
    [ 0:01:00] restore: still creating, for 1 min
    [ 0:02:00] restore: still creating, for 2 min
    ");
}
