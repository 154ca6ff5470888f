//! Are shells logged?

use crate::{
    access::{
        check::{Judged, Judgement, Remedy},
        scene::Scene,
    },
    model::PREFERENCES,
};

pub(super) fn judge(scene: &Scene<'_>) -> Judgement {
    let words = "name a log group or a bucket in Session Manager's preferences (console: Session Manager, Preferences); the \
                 bastion's role needs to write there";
    let Some(told) = scene.facts.preferences.known()? else {
        return Ok(Judged::wrong(
            format!("there is no document {PREFERENCES}: nothing is logged"),
            Remedy::words(words),
        ));
    };
    let to = [("CloudWatch log group", &told.log_group), ("bucket", &told.bucket)];
    let to: Vec<String> = to.iter().filter_map(|(kind, name)| Some(format!("{kind} {}", name.as_ref()?))).collect();
    if to.is_empty() {
        return Ok(Judged::wrong(
            format!("{PREFERENCES} names neither a log group nor a bucket"),
            Remedy::words(words),
        ));
    }
    Ok(Judged::fine(format!("{PREFERENCES}: to {}, which isn't looked for", to.join(" and "))))
}
