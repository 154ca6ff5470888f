//! AWS's wire, generic over AWS's own service models: requests become typed JSON, answers are checked on the way out.

pub(crate) mod fault;
pub(crate) mod json;
pub(crate) mod model;
pub(crate) mod query;
pub(crate) mod scalar;
pub(crate) mod xml;
