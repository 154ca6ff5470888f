//! The crash sweep: a migration's process ends at a moment, another one goes on, and the end is the same as without:
//! the same resources and settings, and the same mutating calls at the sandbox, none of them twice.
//!
//! [`moments`] are those right before and right after each request, decision and printed line; by the state file's
//! inode [`course`] proves that each of its writes has a moment right before and right after it, and none in between
//! two others. A failing point prints the one command that replays it. Every point of every world:
//!
//! ```text
//! cargo test --release --test flows sweep::every_point_of_every_world -- --ignored --nocapture
//! ```

pub(crate) mod course;
pub(crate) mod moments;
pub(crate) mod parallel;
mod point;
pub(crate) mod worlds;

use course::Course;
use parallel::{in_time_of_its_own, on_each_core};
use point::{Way, try_point};
use worlds::{WORLDS, World};

/// What is drawn in the other worlds follows from it; `SWEEP_SEED` sets another.
const SEED: u64 = 20_261_125;

/// There are at least so many points in the usual world, and so many are drawn in the others together.
const USUAL_FLOOR: usize = 340;
const OTHERS_FLOOR: usize = 161;

/// At least so many of the usual world's lie right before or right after a write or a mutating call.
const EDGES_FLOOR: usize = 55;

/// So many points of each other world: beside a write or a mutating call, and anywhere else. `SWEEP_EDGES` and
/// `SWEEP_ELSEWHERE` set other numbers.
const EDGES: usize = 5;
const ELSEWHERE: usize = 2;

/// In the usual world: right before and right after each write and each mutating call, and between any two requests.
#[test]
fn a_crash_at_any_point_changes_nothing() {
    let usual = &WORLDS[0];
    let course = in_time_of_its_own(Course::of(usual));
    assert!(course.edges().len() >= EDGES_FLOOR, "only {} edges", course.edges().len());
    let writes: Vec<&str> = course.writes.iter().map(|write| write.what.as_str()).collect();
    let calls = course.calls.len();
    let of_calls = writes.iter().filter(|what| what.starts_with("intent") || what.starts_with("outcome")).count();
    assert_eq!(of_calls, 2 * calls, "two writes a call: {writes:#?}");
    let points = course.points();
    let tried = sweep(points.into_iter().map(|point| (0, point)).collect(), &[course]);
    assert!(tried >= USUAL_FLOOR, "only {tried} points");
}

/// In each other world: points that are drawn.
#[test]
fn nor_does_one_in_any_other_world() {
    let seed = number("SWEEP_SEED").unwrap_or(SEED);
    println!("seed {seed}");
    let at_most = |variable: &str, usual: usize| number(variable).and_then(|n| n.try_into().ok()).unwrap_or(usual);
    let (of_edges, of_others) = (at_most("SWEEP_EDGES", EDGES), at_most("SWEEP_ELSEWHERE", ELSEWHERE));
    let mut random = fastrand::Rng::with_seed(seed);
    let courses = courses();
    let mut points = Vec::new();
    for (world, course) in courses.iter().enumerate().skip(1) {
        let (mut edges, mut elsewhere) = (course.edges(), course.points());
        elsewhere.retain(|point| !edges.contains(point));
        random.shuffle(&mut edges);
        random.shuffle(&mut elsewhere);
        points.extend(edges.into_iter().take(of_edges).map(|point| (world, point)));
        points.extend(elsewhere.into_iter().take(of_others).map(|point| (world, point)));
    }
    let tried = sweep(points, &courses);
    assert!(tried >= OTHERS_FLOOR, "only {tried} points");
}

#[test]
#[ignore = "takes long; for a machine that has nothing else to do"]
fn every_point_of_every_world() {
    let courses = courses();
    let points = courses.iter().enumerate();
    let points = points.flat_map(|(world, course)| (0..course.moments.len()).map(move |point| (world, point)));
    sweep(points.collect(), &courses);
}

/// `SWEEP_POINT=world:number`
#[test]
#[ignore = "replays one point"]
fn one_point() {
    let Ok(text) = std::env::var("SWEEP_POINT") else { return };
    let (name, point) = text.split_once(':').expect("SWEEP_POINT=world:number");
    let world = WORLDS.iter().position(|world| world.name == name).expect("a world's name");
    let point: usize = point.parse().expect("a number");
    let course = in_time_of_its_own(Course::of(&WORLDS[world]));
    for (number, moment) in course.moments.iter().enumerate().skip(point.saturating_sub(4)).take(9) {
        println!("{} {number:4} {moment}", if number == point { "→" } else { " " });
    }
    match in_time_of_its_own(try_point(&WORLDS[world], &course, point)) {
        Ok(way) => println!("{way:?}"),
        Err(why) => panic!("{why}"),
    }
}

fn courses() -> Vec<Course> {
    on_each_core(WORLDS.iter().collect(), |world: &World| in_time_of_its_own(Course::of(world)))
}

/// Tries all points, each by the number of its world; how many there were.
fn sweep(points: Vec<(usize, usize)>, courses: &[Course]) -> usize {
    let tried = on_each_core(points, |(world, point)| {
        let (world, course) = (&WORLDS[world], &courses[world]);
        (world, point, in_time_of_its_own(try_point(world, course, point)))
    });
    let by_hand = tried.iter().filter(|(_, _, result)| *result == Ok(Way::RebootedByHand)).count();
    println!("{} points; at {by_hand} of them a person had to do a lost reboot by hand", tried.len());
    let mut failed = 0;
    for (world, point, result) in &tried {
        let Err(why) = result else { continue };
        failed += 1;
        println!("\n{} {point}: {why}\n  replay it: {}", world.name, replay(world, *point));
    }
    assert_eq!(failed, 0, "points at which a crash made a difference");
    tried.len()
}

fn replay(world: &World, point: usize) -> String {
    let name = world.name;
    format!("SWEEP_POINT={name}:{point} cargo test --release --test flows sweep::one_point -- --ignored --nocapture")
}

/// A number that the environment sets.
pub(crate) fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}
