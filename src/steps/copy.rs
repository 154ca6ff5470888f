//! EncryptCopy: the copy of the snapshot, encrypted under the key.

use super::{Decision, Evidence, Situation, Stop, Wait, ask, lineage, lineage::Ours, snapshot, told::decided};
use crate::model::{Call, DbSnapshot, SnapshotState, Verdict};

/// Decides the next move toward the encrypted copy.
pub(super) fn decide(situation: &Situation<'_>) -> Decision {
    let Some(copy) = &situation.seen.copy else {
        return ask::for_create(
            situation,
            Call::CopyDBSnapshot {
                source: situation.names().snapshot.clone(),
                target: situation.names().copy.clone(),
                kms_key_id: situation.plan.key_arn.clone(),
                tags: situation.own_tags(),
            },
        );
    };
    match lineage::of_copy(situation, copy) {
        Ours::Yes => {}
        Ours::NotYet(why) => return Wait::in_status(copy.status_word(), why),
        Ours::No(why) => return snapshot::not_ours("snapshot", &copy.identifier, &why, copy.tags.as_ref()),
    }
    match copy.state() {
        // An upgrade comes after it was complete.
        SnapshotState::Passing if copy.status_word() == "upgrading" => judge_encryption(situation, copy),
        SnapshotState::Available => judge_encryption(situation, copy),
        SnapshotState::Passing => Wait::on(copy.status_word(), copy.percent_progress),
        SnapshotState::Lost => decided(snapshot::lost(situation, "encrypted copy", copy)),
    }
}

/// An accepted call proves nothing: only the key that is read back does (R-COPY-2).
fn judge_encryption(situation: &Situation<'_>, copy: &DbSnapshot) -> Decision {
    match copy.encryption.verdict() {
        Verdict::UnderKey(arn) if arn == situation.plan.key_arn => {
            Decision::Done(Evidence::EncryptedCopy { name: copy.identifier.clone() })
        }
        _ => Stop::failed(
            format!(
                "the copy {} is {}; asked was {}",
                copy.identifier,
                copy.encryption.in_words(),
                situation.plan.key_arn
            ),
            "nothing was restored from it, and the source is untouched. Check the key before anything else",
        ),
    }
}
