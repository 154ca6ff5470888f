//! The crash sweep: at each moment of a migration the process ends, another one goes on, and the end is the same.
pub(crate) mod course;
pub(crate) mod moments;
pub(crate) mod worlds;

use course::Course;
use worlds::WORLDS;

#[tokio::test(start_paused = true)]
async fn what_there_is() {
    for world in &WORLDS {
        let course = Course::of(world).await;
        println!("{}: {} moments, {} writes, calls {:?} edges {}", world.name, course.moments.len(), course.writes.len(), course.calls, course.edges().len());
        if world.name == "usual" {
            for write in &course.writes {
                println!("{} {} | {} | {}", write.before, write.what, course.moments[write.before], course.moments[write.before + 1]);
            }
            for (n, m) in course.moments.iter().enumerate() { println!("{n} {m}"); }
        }
    }
}
