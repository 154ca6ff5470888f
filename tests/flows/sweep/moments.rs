//! The moments of a command: each request, each answer, each decision, each line that is printed.
//!
//! A moment is a place in the program's code, heard of from there, by what it logs and prints; nothing in `src/`
//! knows of it. At a moment a hook may look at files and at the sandbox, make AWS misbehave at this very request, let
//! others act, or end the command right there: the stack is unwound and all that the command held is dropped.

use std::{
    cell::RefCell,
    fmt,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::pin,
    sync::OnceLock,
    task::Poll,
};

use tracing::{Event, Metadata, Subscriber, field, span};

/// A place in a command's course.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Moment {
    /// A request of this operation is about to be sent; everything before it is done.
    Sending(String),
    /// Its answer has come, and nobody has looked at it.
    Answered(String),
    /// The program logs that it has decided, is about to ask, has asked.
    Logged(String),
    /// A line was printed.
    Printed,
}

/// What follows a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// The command goes on.
    GoOn,
    /// It ends here, as if the process were killed.
    End,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sending(operation) => write!(f, "before {operation}"),
            Self::Answered(operation) => write!(f, "after {operation}"),
            Self::Logged(words) => write!(f, "when it has logged “{words}”"),
            Self::Printed => f.write_str("when it has printed a line"),
        }
    }
}

type Hook = Box<dyn FnMut(&Moment) -> Then>;

thread_local! {
    /// Who hears of the moments of the command that is being polled on this thread.
    static HOOK: RefCell<Option<Hook>> = const { RefCell::new(None) };
    /// The SDK's operations that are under way, innermost last.
    static OPERATIONS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// The names of all spans so far.
    static SPANS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Ears that nobody uses.
static SECOND: OnceLock<tracing::Dispatch> = OnceLock::new();

/// What unwinds a command that ends at a moment.
struct EndedHere;

/// Polls a command and tells the hook of its moments; nothing where the hook ended it.
pub(crate) async fn watched<T>(
    command: impl Future<Output = T>,
    hook: impl FnMut(&Moment) -> Then + 'static,
) -> Option<T> {
    let mut hook: Option<Hook> = Some(Box::new(hook));
    let mut command = pin!(command);
    // Where there is only one, whatever another thread logs first is judged by what that thread hears: by nothing.
    SECOND.get_or_init(|| tracing::Dispatch::new(Ears));
    let ears = tracing::Dispatch::new(Ears);
    poll_fn(|context| {
        HOOK.set(hook.take());
        let polled = tracing::dispatcher::with_default(&ears, || {
            catch_unwind(AssertUnwindSafe(|| command.as_mut().poll(context)))
        });
        hook = HOOK.take();
        match polled {
            Ok(polled) => polled.map(Some),
            Err(payload) if payload.is::<EndedHere>() => {
                OPERATIONS.take();
                Poll::Ready(None)
            }
            Err(payload) => resume_unwind(payload),
        }
    })
    .await
}

/// To be called where a command's line goes out.
pub(crate) fn printed() {
    pass(&Moment::Printed);
}

fn pass(moment: &Moment) {
    // Destructors run while a command is unwound; they are no part of it.
    if std::thread::panicking() {
        return;
    }
    // The hook's own doings are no moments.
    let Some(mut hook) = HOOK.take() else { return };
    let then = hook(moment);
    HOOK.set(Some(hook));
    if then == Then::End {
        // Without the panic hook, which would print.
        resume_unwind(Box::new(EndedHere));
    }
}

/// Hears what the program and the SDK log.
struct Ears;

impl Subscriber for Ears {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        if metadata.is_span() {
            return metadata.target().starts_with("aws_sdk_") && metadata.name().contains('.');
        }
        metadata.target().starts_with("rds_encrypt") || metadata.target() == "aws_smithy_runtime::client::orchestrator"
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let name = attributes.metadata().name();
        let operation = name.rsplit('.').next().unwrap_or(name).to_owned();
        SPANS.with_borrow_mut(|spans| {
            spans.push(operation);
            span::Id::from_u64(u64::try_from(spans.len()).unwrap())
        })
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let operation = OPERATIONS.with_borrow(|operations| operations.last().cloned()).unwrap_or_default();
        let mut words = Words { response: (operation == DRY_RUN).then(String::new), ..Words::default() };
        event.record(&mut words);
        let moment = match words.message.as_str() {
            "transmitting request" => {
                assert!(!operation.is_empty(), "a request of an operation whose beginning wasn't heard");
                Moment::Sending(operation)
            }
            "received response from service" => {
                let granted = words.response.is_some_and(|response| response.contains("StatusCode(200)"));
                assert!(!granted, "{operation} is a question only: a dry run is always refused");
                Moment::Answered(operation)
            }
            words if event.metadata().target().starts_with("rds_encrypt") => Moment::Logged(words.to_owned()),
            _ => return,
        };
        pass(&moment);
    }

    fn enter(&self, span: &span::Id) {
        let at = usize::try_from(span.into_u64()).unwrap() - 1;
        let operation = SPANS.with_borrow(|spans| spans[at].clone());
        OPERATIONS.with_borrow_mut(|operations| operations.push(operation));
    }

    fn exit(&self, _: &span::Id) {
        OPERATIONS.with_borrow_mut(Vec::pop);
    }
}

/// The operation of the KMS by which permissions are asked for: a dry run, of which nothing comes.
pub(crate) const DRY_RUN: &str = "CreateGrant";

/// What an event says.
#[derive(Default)]
struct Words {
    message: String,
    /// The response, where it matters.
    response: Option<String>,
}

impl field::Visit for Words {
    fn record_debug(&mut self, field: &field::Field, value: &dyn fmt::Debug) {
        match (field.name(), &mut self.response) {
            ("message", _) => self.message = format!("{value:?}"),
            ("response", Some(response)) => *response = format!("{value:?}"),
            _ => {}
        }
    }
}
