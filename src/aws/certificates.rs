//! The certificate authorities that a Region offers.

use super::{Aws, CallError, ReadError};

const ACTION: &str = "rds:DescribeCertificates";

impl Aws {
    /// Lists the authorities that a server's certificate can be from. Nothing stands or falls with the answer, so
    /// it is asked for twice at the most.
    pub async fn certificates(&self) -> Result<Vec<String>, ReadError> {
        let answer = self
            .rds_twice
            .describe_certificates()
            .send()
            .await
            .map_err(|error| ReadError { action: ACTION, error: CallError::of(&error) })?;
        let certificates = answer.certificates.unwrap_or_default().into_iter();
        Ok(certificates.filter_map(|certificate| certificate.certificate_identifier).collect())
    }
}
