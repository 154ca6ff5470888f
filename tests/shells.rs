//! Shells and commands by the built program, in a terminal of its own, against an agent behind which a real shell runs.
//!
//! The other end is whatever [`shells::other_end::OtherEnd`] names: addresses and a target.

#[cfg(test)]
mod shells {
    mod agent;
    mod cipher;
    mod commands;
    mod encrypted;
    mod interactive;
    mod other_end;
    mod program;
    mod relay;
    mod screen;
}
