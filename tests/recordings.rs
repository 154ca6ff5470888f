//! What AWS really answered, read by the program and shown again by the sandbox.
//!
//! `RDS_ENCRYPT_RECORDINGS` names a folder of recorded answers, one file an operation (`rds.DescribeDBInstances.json`):
//! a list of `{from, http, answer}`, `answer` in the form that `aws … --output json` prints. Without it these tests
//! say so loudly and pass.

#[cfg(test)]
mod recordings {
    mod audited;
    mod model;
    mod planned;
    mod scanned;
    mod shapes;
    mod shown;
    mod tape;
    mod transcripts;
}
