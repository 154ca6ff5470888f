//! The `rds-encrypt` program.
#![forbid(unsafe_code)]
fn main() {}
