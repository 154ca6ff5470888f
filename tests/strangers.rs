//! The program among strangers: moto in AWS's place, the `aws` CLI beside it, tmux around it.
//!
//! What our own sandbox and our own reading of AWS agree on may be wrong in both. These tests run the built
//! program against software that knows nothing of it. They need `moto_server` and `aws` (a venv named by
//! `RDS_ENCRYPT_STRANGERS`, else from `PATH`), `tmux` and `chromium`. Without them they say so loudly and pass; where `CI`
//! is set they fail instead.
//!
//! Stock moto shows that call order and wire format are right, no more: its states never change, its restore
//! carries settings that AWS drops, and it accepts any key.

#[cfg(test)]
mod strangers {
    mod access;
    mod apart;
    mod aws_cli;
    mod batches;
    mod boto;
    mod bridge;
    mod cuts;
    mod deviations;
    mod executables;
    mod failing;
    mod killed;
    mod logins;
    mod lookups;
    mod migrations;
    mod moto;
    mod operator;
    mod outcome;
    mod owners;
    mod policies;
    mod process;
    mod program;
    mod python;
    mod refusals;
    mod refused;
    mod report;
    mod rows;
    mod sandbox;
    mod scans;
    mod served;
    mod sessions;
    mod setups;
    mod terminal;
    mod unusual;
    mod written;
}
