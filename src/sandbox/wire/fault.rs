//! A refusal in AWS's words: a code and a sentence. The HTTP status follows from the code.

use super::model::Model;

/// What an operation answers when it refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// Codes that the services use without listing them in their models.
const COMMON: [(&str, u16); 29] = [
    ("AccessDenied", 403),
    ("AccessDeniedException", 400),
    ("ExpiredToken", 403),
    ("ExpiredTokenException", 400),
    ("InternalFailure", 500),
    ("InvalidAction", 400),
    ("InvalidClientTokenId", 403),
    ("InvalidFilterKey", 400),
    ("InvalidNextToken", 400),
    ("InvalidParameterCombination", 400),
    ("InvalidParameterValue", 400),
    ("InvalidParameters", 400),
    ("MalformedInput", 400),
    ("MalformedQueryString", 404),
    ("MissingAuthenticationToken", 403),
    ("MissingParameter", 400),
    ("NotImplemented", 501),
    ("OptInRequired", 403),
    ("RequestExpired", 400),
    ("RequestLimitExceeded", 503),
    ("SandboxWorldUnreadable", 500),
    ("SerializationException", 400),
    ("ServiceUnavailable", 503),
    ("Throttling", 400),
    ("ThrottlingException", 400),
    ("UnknownOperationException", 400),
    ("UnknownService", 404),
    ("ValidationError", 400),
    ("ValidationException", 400),
];

/// EC2's model lists no errors: what a caller did wrong is 400 but for these, and its codes have a dot in them.
fn ec2_status(code: &str) -> Option<u16> {
    match code {
        "DryRunOperation" => Some(412),
        "UnauthorizedOperation" => Some(403),
        "RequestLimitExceeded" => Some(503),
        "DependencyViolation"
        | "DuplicateSubnetsInSameZone"
        | "IdempotentParameterMismatch"
        | "IncorrectState"
        | "InsufficientFreeAddressesInSubnet"
        | "InvalidInstanceType"
        | "InvalidParameter"
        | "InvalidServiceName"
        | "NatGatewayNotFound"
        | "NetworkAclEntryAlreadyExists"
        | "NetworkAclEntryLimitExceeded"
        | "RouteAlreadyExists"
        | "RulesPerSecurityGroupLimitExceeded"
        | "UnknownParameter"
        | "VPCIdNotSpecified" => Some(400),
        code => code.contains('.').then_some(400),
    }
}

impl Fault {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }

    /// A value that can't be (`R-WIRE-4`).
    pub(crate) fn value(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterValue", message)
    }

    /// Values that don't go together (`R-WIRE-4`).
    pub(crate) fn combination(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterCombination", message)
    }

    /// Something that AWS has and the sandbox doesn't imitate; never a guess (`R-WIRE-6`).
    pub(crate) fn not_imitated(what: &str) -> Self {
        Self::new("NotImplemented", format!("the sandbox does not imitate {what}"))
    }

    /// Something that went wrong in the sandbox itself.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new("InternalFailure", message)
    }

    /// The HTTP status that goes with the code: the model's, else the common one, else 500, which a test would notice.
    pub(crate) fn status(&self, model: Option<&Model>) -> u16 {
        model
            .and_then(|model| model.status_of(&self.code))
            .or_else(|| model.filter(|model| model.is_ec2()).and_then(|_| ec2_status(&self.code)))
            .or_else(|| COMMON.iter().find(|(code, _)| *code == self.code).map(|(_, status)| *status))
            .unwrap_or(500)
    }
}
