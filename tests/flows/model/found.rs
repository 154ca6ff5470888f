//! Sequences that broke something once, each shrunk by the model check and kept.

use rds_encrypt::sandbox::How;

use super::{
    is_known,
    play::play,
    sequence::{Act, Ask, Of, Turn, What, When, Which},
};

fn run(meanwhile: Vec<(When, What)>) -> Turn {
    Turn::Run { ask: Ask::GoOn, meanwhile }
}

fn sequences() -> Vec<(&'static str, Vec<Turn>)> {
    let in_vain = How::InVain { event: "Unable to do it".into() };
    let another = || Turn::Others(vec![Act::MakeAnotherSnapshot(Of::Snapshot)]);
    vec![
        (
            "a snapshot of another, after our request was lost twice",
            vec![run(vec![(When::BeforeCall(0), What::Wrong(How::DropRequest, 2))]), another(), run(Vec::new())],
        ),
        (
            "a snapshot of another, after AWS gave ours up",
            vec![run(vec![(When::BeforeCall(0), What::Wrong(in_vain, 1))]), another(), run(Vec::new())],
        ),
        (
            "a stale look, minutes after the reboot",
            // Of many, since the number of looks changes with the program; each alone, as one flickering answer is.
            vec![run([(When::BeforeCall(5), What::Wrong(How::DropRequest, 1))]
                .into_iter()
                .chain((130..160).step_by(3).map(|look| (When::Look(look), What::Wrong(How::Stale, 1))))
                .collect())],
        ),
        (
            "a snapshot of another in the place of ours, which went while no process ran",
            vec![
                run(vec![(When::AfterCall(1), What::Crash)]),
                Turn::Others(vec![Act::DeleteSnapshot(Of::Copy), Act::DeleteSnapshot(Of::Snapshot)]),
                another(),
                run(Vec::new()),
            ],
        ),
        (
            "given up after the target failed",
            vec![
                run(vec![(When::BeforeCall(6), What::Wrong(How::EndsAs { status: "failed".into() }, 1))]),
                Turn::Pass(30),
                Turn::Run { ask: Ask::Abandon, meanwhile: Vec::new() },
            ],
        ),
        (
            "given up while the target is stopped",
            vec![
                run(Vec::new()),
                // Its first backup is over by then.
                Turn::Pass(30),
                Turn::Others(vec![Act::Stop(Which::Target)]),
                Turn::Run { ask: Ask::Abandon, meanwhile: Vec::new() },
            ],
        ),
    ]
}

#[test]
fn what_broke_once_holds() {
    for (name, sequence) in sequences() {
        let played = play(&sequence);
        let (known, broken): (Vec<_>, Vec<_>) = played.broken.iter().partition(|broken| is_known(broken));
        println!("{name}: known to break: {known:?}");
        assert!(broken.is_empty(), "{name}: {broken:?}\n{}", played.story.join("\n"));
    }
}
