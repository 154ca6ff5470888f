//! An imitation of AWS: RDS, EC2's networks, IAM's roles, KMS, STS and Session Manager on AWS's own wire, in a small world with a clock of its own.
//!
//! Official SDKs and the `aws` command talk to it, in process ([`Sandbox::http_client`]) or over a socket ([`serve()`]);
//! both end in [`Sandbox::respond`]. It refuses what AWS refuses and forgets what AWS forgets; each rule is a row of
//! the [`ledger`], and each fact that AWS leaves open is one of the [`Switches`]. It knows nothing of the program
//! around it, so that it can't agree with the program's mistakes.
//!
//! | file | question it answers |
//! |---|---|
//! | `wire/` | how do requests and answers look? |
//! | `world/` | what exists, and what is going to happen when? |
//! | `rds/`, `ec2/`, `iam/`, `kms/`, `sts`, `ssm/` | what does each operation do, and what does it refuse? |
//! | `handle`, `answer`, `amiss` | how does one request meet the world, and what does an order to go wrong make of it? |
//! | `respond`, `serve`, `transport` | who asks, and how does the answer get back? |
//! | `data`, `postgres/` | what real data is there? |
//! | `beginning`, `store`, `host` | how does the world begin, where does it live, and what time is it? |
//! | `account`, `meter` | whose world is it, and how much may be asked of it? |
//! | `options`, `switches`, `misbehaviour` | how is this sandbox to be, and how is it to go wrong? |
//! | `ledger/` | which rules are there, who says so, where are they enforced, and what shows it? |

mod account;
mod amiss;
mod answer;
mod beginning;
mod data;
mod ec2;
mod handle;
mod host;
mod iam;
mod kms;
pub mod ledger;
mod meter;
mod misbehaviour;
mod options;
mod postgres;
mod rds;
mod respond;
mod scene;
mod serve;
mod ssm;
mod store;
mod sts;
mod switches;
mod transport;
mod wire;
mod world;

pub use handle::Sandbox;
pub(crate) use handle::WeakSandbox;
pub use meter::Calls;
pub use misbehaviour::{How, Misbehaviour};
pub use options::{Options, Others, Servers, Shells, Store};
pub use postgres::{PASSWORD, PostgresError};
pub use serve::{serve, serve_connection};
pub use ssm::channel::{
    Act, Dial, Document, Habits, Mischief, Played, Reach, SessionType, Sessions, Standing, Told, Trouble, Wanted,
    WantedShell, Way,
};
pub use store::SandboxError;
pub use switches::{DeletedWhileUsed, DeprecatedVersion, Switches};

/// The account that the sandbox plays.
pub const ACCOUNT: &str = "000000000000";
/// World seconds in a real one, unless another speed is asked for.
pub const DEFAULT_SPEED: f64 = 600.0;
/// The Region that is seeded, unless another is asked for.
pub const DEFAULT_REGION: &str = "eu-west-2";
/// When a world in memory begins, unless another time is asked for: a Monday morning.
pub const DEFAULT_START: &str = "2026-09-14T09:12:00Z";
