//! `rds-encrypt`: from an unencrypted RDS database to an encrypted one.
#![forbid(unsafe_code)]
