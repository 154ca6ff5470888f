//! What became of a call that brought no result, sorted into words that decide what may follow.

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::{display::DisplayErrorContext, metadata::ProvideErrorMetadata};
use aws_types::request_id::RequestId;

use crate::{
    model::{Denial, Outcome, Refusal},
    plan::Checked,
};

/// A call that brought no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It never left this machine.
    #[error("{why}")]
    NotSent {
        /// What kept it.
        why: String,
    },
    /// It couldn't be signed, so it never left this machine: no credentials were found, or none could be fetched.
    #[error("no usable credentials: {why}")]
    NoCredentials {
        /// What the providers of credentials said.
        why: String,
    },
    /// It may have happened: a lost answer, a time-out, or an answer of 5xx.
    #[error("{why}")]
    MaybeActed {
        /// What was seen instead of an answer.
        why: String,
    },
    /// AWS asks for patience; nothing happened.
    #[error("AWS throttles: {why}")]
    Throttled {
        /// AWS's sentence.
        why: String,
    },
    /// AWS refused it; nothing happened.
    #[error("{code}: {message}")]
    Refused {
        /// AWS's code.
        code: String,
        /// AWS's sentence.
        message: String,
        /// AWS's id for the request.
        request_id: Option<String>,
    },
}

/// A look at AWS that brought no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{action}: {error}")]
pub struct ReadError {
    /// The IAM action, such as `rds:DescribeDBInstances`.
    pub action: &'static str,
    /// What became of it.
    pub error: CallError,
}

impl ReadError {
    /// What has to be allowed, and by whom, where AWS denies it: half a sentence.
    #[must_use]
    pub fn how_to_allow(&self) -> String {
        let message = if let CallError::Refused { message, .. } = &self.error { message.as_str() } else { "" };
        Denial::of(message).how_to_allow(self.action)
    }
}

/// A look that fails costs only itself; but without credentials none would succeed.
pub fn checked<T>(result: Result<T, ReadError>) -> Result<Checked<T>, ReadError> {
    match result {
        Ok(value) => Ok(Checked::Known(value)),
        Err(error) if error.error.is_about_credentials() => Err(error),
        Err(error) => Ok(Checked::NotChecked {
            permission: error.error.is_denied().then(|| error.action.to_owned()),
            why: error.to_string(),
        }),
    }
}

/// AWS's codes for "too many requests" (R-WIRE-8).
const THROTTLED: [&str; 6] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "RequestThrottled",
];

impl CallError {
    /// Sorts an error of the SDK.
    pub(super) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match error {
            SdkError::ConstructionFailure(_) => Self::NotSent { why: DisplayErrorContext(error).to_string() },
            _ if caused_by_credentials(error) => {
                Self::NoCredentials { why: about_a_role(error).unwrap_or_else(|| in_words(error)) }
            }
            SdkError::DispatchFailure(failure) if failure.as_connector_error().is_some_and(never_connected) => {
                Self::NotSent { why: in_words(error) }
            }
            SdkError::ServiceError(service) => {
                let meta = service.err();
                let status = service.raw().status().as_u16();
                let code = meta.code().unwrap_or_default().to_owned();
                let message = meta.message().unwrap_or_default().to_owned();
                let request_id = error.request_id().map(str::to_owned);
                if THROTTLED.contains(&code.as_str()) {
                    Self::Throttled { why: format!("{code}: {message}") }
                } else if code.is_empty() && matches!(status, 401 | 403) {
                    // A proxy's way to deny: no answer of AWS's own lacks a code.
                    Self::Refused { code: "AccessDenied".into(), message: format!("HTTP {status}"), request_id }
                } else if status >= 500 || code.is_empty() {
                    Self::MaybeActed { why: format!("AWS answered {status} {code} {message}").trim().to_owned() }
                } else {
                    Self::Refused { code, message, request_id }
                }
            }
            _ => Self::MaybeActed { why: in_words(error) },
        }
    }

    /// Whether AWS denies the action to this caller.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if Refusal::of(code) == Refusal::Denied)
    }

    /// Whether AWS asks for fewer calls.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        matches!(self, Self::Throttled { .. })
    }

    /// Whether the credentials are the reason: expired, unknown, or none found.
    #[must_use]
    pub fn is_about_credentials(&self) -> bool {
        match self {
            Self::Refused { code, .. } => Refusal::of(code) == Refusal::Credentials,
            Self::NoCredentials { .. } => true,
            Self::NotSent { .. } | Self::MaybeActed { .. } | Self::Throttled { .. } => false,
        }
    }

    /// Whether the same look may succeed later by itself.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::NoCredentials { .. } => false,
            Self::NotSent { .. } | Self::MaybeActed { .. } | Self::Throttled { .. } => true,
        }
    }

    /// What a mutating call's journal entry says.
    #[must_use]
    pub fn into_outcome(self) -> Outcome {
        match self {
            Self::NoCredentials { .. } => Outcome::NotSent { why: self.to_string() },
            Self::NotSent { why } | Self::Throttled { why } => Outcome::NotSent { why },
            Self::MaybeActed { why } => Outcome::Unknown { why },
            Self::Refused { code, message, request_id } => Outcome::Refused { code, message, request_id },
        }
    }
}

/// Whether somewhere below lies a provider of credentials: then nothing was signed, and nothing sent.
fn caused_by_credentials(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<CredentialsError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Why STS gives no credentials of a role, in its own words.
fn about_a_role(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    let refused = causes.find_map(|cause| cause.downcast_ref::<AssumeRoleError>())?;
    Some(format!("sts:AssumeRole: {}: {}", refused.code().unwrap_or("no code"), refused.message().unwrap_or_default()))
}

/// A connection that was refused or a name that wasn't found: not one byte of the request left.
fn never_connected(error: &aws_smithy_runtime_api::client::result::ConnectorError) -> bool {
    let words = DisplayErrorContext(error).to_string();
    error.is_user()
        || ["onnection refused", "dns error", "failed to lookup", "o such host", "HTTP connect timeout"]
            .iter()
            .any(|part| words.contains(part))
}

/// The innermost reason of an error, which is the one that says something.
fn in_words<E: std::error::Error>(error: &E) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    let mut last = words.clone();
    while let Some(cause) = source {
        last = cause.to_string();
        source = cause.source();
    }
    if last != words {
        words = format!("{words}: {last}");
    }
    words
}
