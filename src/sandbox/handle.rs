//! The sandbox's handle: options, the world's place, and the one function that answers requests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;

use super::answer::{self, Terms};
use super::beginning::{begins_with, born};
use super::meter::{Calls, Meter};
use super::misbehaviour::{Asked, How, Misbehaviour, NeverArrives, Orders};
use super::options::{Options, Others, Store};
use super::postgres::{Deed, Postgres};
use super::respond::{self, Call, Clock, Form};
use super::ssm::channel::Sessions;
use super::ssm::network::OfTheWorld;
use super::store::{InMemory, Locked, SandboxError};
use super::switches::Switches;
use super::wire::fault::Fault;
use super::world::{Region, World};
use super::{account, data, host};

/// Where orders to go wrong are posted on a sandbox that is served, as JSON; DELETE takes all back.
const ORDERS: &str = "/_sandbox/misbehave";
/// Where orders for sessions are posted: see [`Sessions`].
const SESSIONS: &str = "/_sandbox/sessions";

/// A handle on a sandbox; clones share one world.
///
/// Accounts are worlds of their own: credentials that `AssumeRole` of STS gives lead to that of the role's account, where
/// all ARNs have its number; any other credentials lead to [`ACCOUNT`](super::ACCOUNT). Each Region of an account is there from the first
/// request on, with what each Region has; only the home Region of [`ACCOUNT`](super::ACCOUNT) is seeded, unless
/// [`Options`] says otherwise.
#[derive(Clone, Debug)]
pub struct Sandbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    switches: Arc<Switches>,
    memory: Option<Mutex<InMemory>>,
    orders: Mutex<Orders>,
    meter: Mutex<Meter>,
    /// The world before the last change, for stale reads; kept only while such are on order.
    past: Mutex<Option<World>>,
    sessions: Sessions,
    postgres: Option<Postgres>,
}

/// A handle that keeps nothing alive.
#[derive(Clone, Debug)]
pub(crate) struct WeakSandbox(Weak<Inner>);

impl WeakSandbox {
    pub(crate) fn upgrade(&self) -> Option<Sandbox> {
        self.0.upgrade().map(Sandbox)
    }
}

impl Sandbox {
    /// Opens a sandbox; a file world is read once, so that a bad one is found here.
    ///
    /// # Errors
    /// When the file can't be locked, read or written, is no world of this version's, or exists already although it
    /// was to begin with rows of a file; and when that other file can't be used.
    pub fn open(mut options: Options) -> Result<Self, SandboxError> {
        let memory = match &options.store {
            Store::Memory => Some(Mutex::new(InMemory::new(born(&options)?))),
            Store::File(path) => {
                let mut new = false;
                let make = || {
                    new = true;
                    born(&options)
                };
                Locked::open(path, &options, make)?.close()?;
                if let Some(flags) = begins_with(&options).filter(|_| !new) {
                    return Err(SandboxError::NotNew { path: path.clone(), flags });
                }
                None
            }
        };
        if memory.is_some() {
            // A world in memory is born once, and its rows may be many.
            options.rows = None;
            options.accounts.clear();
        }
        let orders = Mutex::new(Orders::new(options.faults.clone()));
        let switches = Arc::new(options.switches.clone());
        let (meter, past) = (Mutex::default(), Mutex::new(None));
        let sessions = Sessions::new(switches.sessions.clone(), switches.without.clone(), options.shells);
        let postgres = data::servers(&options)?;
        let sandbox = Self(Arc::new(Inner { options, switches, memory, orders, meter, past, sessions, postgres }));
        sandbox.sessions().in_network(Arc::new(OfTheWorld(sandbox.weak())));
        if sandbox.0.postgres.is_some() {
            let weak = sandbox.weak();
            sandbox.sessions().served_by(move |wanted| weak.upgrade()?.server_of(wanted.database?));
        }
        Ok(sandbox)
    }

    /// The sessions of Session Manager in this process. They end with it; what the world remembers is only their history.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    /// The real servers behind instances, if there are any.
    pub(super) fn servers(&self) -> Option<&Postgres> {
        self.0.postgres.as_ref()
    }

    pub(crate) fn weak(&self) -> WeakSandbox {
        WeakSandbox(Arc::downgrade(&self.0))
    }

    /// Looks at a Region of an account as it is now.
    pub(crate) fn in_region<T>(
        &self,
        account: &str,
        name: &str,
        look: impl FnOnce(&Region) -> T,
    ) -> Result<T, SandboxError> {
        let switches = &self.0.switches;
        let work = |world: &mut World, now| {
            let world = world.of_account(account);
            let region = world.caught_up(name, now, switches);
            let found = look(&region);
            world.regions.insert(name.to_owned(), region);
            found
        };
        self.in_world(work).map(|(found, _)| found)
    }

    /// How this sandbox was opened.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// Orders something to go wrong, from now on, in this process.
    pub fn misbehave(&self, order: Misbehaviour) {
        self.orders().add(order);
    }

    /// Takes all orders to go wrong back.
    pub fn behave(&self) {
        self.orders().clear();
    }

    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.0.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn meter(&self) -> MutexGuard<'_, Meter> {
        self.0.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often each operation was asked for in this process, by what came of it.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, Calls> {
        self.meter().calls()
    }

    /// Begins to count calls anew.
    pub fn forget_calls(&self) {
        self.meter().forget();
    }

    /// The world's time.
    ///
    /// # Errors
    /// When a file world can't be read.
    pub fn now(&self) -> Result<Timestamp, SandboxError> {
        self.in_world(|_, now| now).map(|(now, _)| now)
    }

    /// The world time of the next thing that changes by itself, in any Region of any account; nothing where nothing is
    /// due. A clock that jumps there misses no status.
    ///
    /// What only grows with the time, such as percentages and the latest time that can be restored to, isn't counted, nor
    /// is what was ordered to go wrong for a time. Without daily backups it costs next to nothing in a world of any size.
    ///
    /// # Errors
    /// When a file world can't be read or written.
    pub fn next_change(&self) -> Result<Option<Timestamp>, SandboxError> {
        self.in_world(|world, now| world.next_change(now, &self.0.switches)).map(|(next, _)| next)
    }

    /// When the first of these instances and snapshots changes by itself; nothing when nothing of them is planned.
    ///
    /// # Errors
    /// When a file world can't be read or written.
    pub fn next_change_of(&self, names: &[&str]) -> Result<Option<Timestamp>, SandboxError> {
        self.in_world(|world, now| world.next_change_of(now, &self.0.switches, names)).map(|(next, _)| next)
    }

    /// How long the runtime's clock (the host's, for a file world) takes until a time of the world.
    ///
    /// # Errors
    /// When a file world can't be read.
    pub fn real_time_until(&self, at: Timestamp) -> Result<Duration, SandboxError> {
        let seconds = at.duration_since(self.now()?).as_secs_f64() / self.0.options.speed;
        // World time is cut to milliseconds, so that a little more is waited than it takes.
        Ok(Duration::try_from_secs_f64(seconds.max(0.0))
            .unwrap_or(Duration::MAX)
            .saturating_add(Duration::from_micros(1)))
    }

    /// Lets others in the account use up quota at a time, and perhaps give it back at a later one (`R-QUOTA-2`).
    ///
    /// # Errors
    /// When a file world can't be read or written.
    pub fn others_act(&self, others: &Others) -> Result<(), SandboxError> {
        let region = others.region.as_ref().unwrap_or(&self.0.options.region);
        self.in_world(|world, now| world.expect_others(others, region, now, &self.0.switches)).map(|((), _)| ())
    }

    /// Answers one request: the one function behind the socket and the SDK's in-process client.
    pub async fn respond(&self, request: Request<Bytes>) -> Response<Bytes> {
        if request.uri().path() == ORDERS {
            return self.take_order(&request);
        }
        if request.uri().path() == SESSIONS {
            return self.take_order_for_sessions(&request);
        }
        let json = request.headers().contains_key("x-amz-target");
        let (service, call) = match respond::read(request, &self.0.options) {
            Ok(call) => (Some(call.service), Ok(call)),
            Err((service, fault)) => (service, Err(fault)),
        };
        if matches!(&call, Ok(call) if call.opens_a_socket()) {
            self.take_sockets().await;
        }
        let (mut response, wrong, deed) = self.answered(call, Form { service, json });
        self.carry_out(deed).await;
        match &wrong {
            Some(How::DropRequest | How::DropAnswer) => {
                response.extensions_mut().insert(NeverArrives);
            }
            Some(How::Refuse { status, .. } | How::ErrAfterwards { status }) => {
                *response.status_mut() = http::StatusCode::from_u16(*status).unwrap_or_default();
            }
            _ => {}
        }
        if let Some(delay) = wrong.as_ref().and_then(How::delay) {
            tokio::time::sleep(delay).await;
        }
        response
    }

    /// The reply, what went wrong on order, and what it means for data; the headers say what time it is (`R-TIME-4`).
    fn answered(&self, call: Result<Call, Fault>, form: Form) -> (Response<Bytes>, Option<How>, Option<Deed>) {
        let request_id = request_id();
        let switches = &self.0.switches;
        let (mut wrong, mut deed) = (None, None);
        let done = self.in_world(|world, now| {
            let call = call?;
            let done = self.admitted(&call, world, now, &mut wrong);
            self.meter().count(&call.operation, done.as_ref());
            if let (Some(_), Ok(answer)) = (&self.0.postgres, &done) {
                deed = data::done(&call, answer);
            }
            let outside = |text: String| account::swapped(text, &call.account);
            let refused = |fault: Fault| Fault { message: outside(fault.message), ..fault };
            call.encode(&done.map_err(refused)?, &request_id, switches).map(outside)
        });
        let (result, now) = match done {
            Ok((result, now)) => (result, now),
            Err(error) => (Err(Fault::new("SandboxWorldUnreadable", error.to_string())), host::now()),
        };
        let result = match &wrong {
            Some(How::ErrAfterwards { .. }) => Err(Fault::internal("An internal error has occurred.")),
            _ => result,
        };
        let clock = Clock { now, speed: self.0.options.speed, shown: switches.enforces("R-TIME-4") };
        (respond::reply(form, result, &request_id, clock), wrong, deed)
    }

    /// What a request comes to that the account may still make, and the order that it took.
    fn admitted(
        &self,
        call: &Call,
        world: &mut World,
        now: Timestamp,
        wrong: &mut Option<How>,
    ) -> Result<serde_json::Value, Fault> {
        let switches = &self.0.switches;
        self.meter().admit(call, now, switches)?;
        *wrong = self.orders().take(&call.operation, now);
        // In a world without the rule behind it an order comes to nothing.
        wrong.take_if(|how| how.rule().is_some_and(|rule| !switches.enforces(rule)));
        self.act(call, world, now, wrong.as_ref())
    }

    /// The operation itself, in the present or, for a stale read, in the past.
    fn act(
        &self,
        call: &Call,
        world: &mut World,
        now: Timestamp,
        wrong: Option<&How>,
    ) -> Result<serde_json::Value, Fault> {
        let asked = |wrong: &How| {
            let resource = answer::resource(call);
            wrong.refusal(&Asked { service: call.service, operation: &call.operation, resource })
        };
        if let Some((fault, _)) = wrong.and_then(asked) {
            return Err(fault);
        }
        if wrong == Some(&How::DropRequest) {
            return Err(Fault::internal("The connection ended before the request was read."));
        }
        let mut past = self.0.past.lock().unwrap_or_else(PoisonError::into_inner);
        let orders = self.orders();
        let grants_denied = orders.deny_grants(now);
        let (sessions, speed) = (self.sessions(), self.0.options.speed);
        let (switches, orders) = (&self.0.switches, &*orders);
        let terms = Terms { now, switches, wrong, grants_denied, orders, sessions, speed };
        if let (Some(How::Stale), Some(past)) = (wrong, past.as_mut()) {
            return answer::answer(call, &mut past.clone(), &terms);
        }
        if !call.only_reads() && orders.want_the_past() {
            *past = Some(world.clone());
        }
        answer::answer(call, world, &terms)
    }

    /// An order to go wrong, posted as JSON.
    fn take_order(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        if request.method() == http::Method::DELETE {
            self.behave();
            return response;
        }
        match serde_json::from_slice(request.body()) {
            Ok(order) => self.misbehave(order),
            Err(error) => {
                *response.status_mut() = http::StatusCode::BAD_REQUEST;
                *response.body_mut() = Bytes::from(format!("this is no order to go wrong: {error}\n"));
            }
        }
        response
    }

    /// An order for sessions, posted as JSON.
    fn take_order_for_sessions(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        if let Err(error) = self.sessions().order(request.body()) {
            *response.status_mut() = http::StatusCode::BAD_REQUEST;
            *response.body_mut() = Bytes::from(format!("this is no order for sessions: {error}\n"));
        }
        response
    }

    /// Does something in the world; a file world is locked meanwhile.
    pub(super) fn in_world<T>(
        &self,
        work: impl FnOnce(&mut World, Timestamp) -> T,
    ) -> Result<(T, Timestamp), SandboxError> {
        let options = &self.0.options;
        match (&self.0.memory, &options.store) {
            (Some(memory), _) => {
                let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
                let now = memory.now(options.speed);
                Ok((work(&mut memory.world, now), now))
            }
            (None, Store::File(path)) => {
                let mut locked = Locked::open(path, options, || born(options))?;
                let now = locked.now;
                let done = work(&mut locked.world, now);
                locked.close()?;
                Ok((done, now))
            }
            (None, Store::Memory) => Err(SandboxError::Birth("a world in memory was lost".to_owned())),
        }
    }
}

fn request_id() -> String {
    let (one, two) = (fastrand::u64(..), fastrand::u64(..));
    let (first, second, third) = (one >> 32, (one >> 16) & 0xffff, one & 0xfff);
    format!("{first:08x}-{second:04x}-4{third:03x}-a{:03x}-{:012x}", two >> 52, two & 0xffff_ffff_ffff)
}
