//! The others: what they do in AWS, and what AWS shows, through the official SDK.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use aws_sdk_rds::types::{DbInstance, DbSnapshot};

use super::sequence::{Act, Of, Which};
use crate::{
    end::{kms, rds},
    stage::Stage,
};

/// Ours, by name.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) snapshot: String,
    pub(crate) copy: String,
    pub(crate) target: String,
    pub(crate) key: String,
}

impl Names {
    /// Those that a state file holds.
    pub(crate) fn of(state: &serde_json::Value) -> Self {
        let generation = state["generations"].as_array().and_then(|all| all.last()).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        Self {
            snapshot: text(&generation["snapshot"]),
            copy: text(&generation["copy"]),
            target: text(&generation["target"]),
            key: text(&state["plan"]["key_arn"]),
        }
    }
}

/// Somebody else with an SDK.
#[derive(Clone)]
pub(crate) struct Others {
    rds: aws_sdk_rds::Client,
    kms: aws_sdk_kms::Client,
    pub(crate) names: Names,
}

/// What the sandbox answers at once, since nothing is on order.
fn now<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("the sandbox in memory answers at once"),
    }
}

impl Others {
    pub(crate) async fn on(stage: &Stage, names: Names) -> Self {
        Self { rds: rds(&stage.sandbox).await, kms: kms(&stage.sandbox).await, names }
    }

    pub(crate) fn instances(&self) -> Vec<DbInstance> {
        now(self.rds.describe_db_instances().send()).unwrap().db_instances.unwrap_or_default()
    }

    pub(crate) fn instance(&self, name: &str) -> Option<DbInstance> {
        self.instances().into_iter().find(|instance| instance.db_instance_identifier() == Some(name))
    }

    pub(crate) fn snapshots(&self) -> Vec<DbSnapshot> {
        let all = now(self.rds.describe_db_snapshots().snapshot_type("manual").send());
        all.unwrap().db_snapshots.unwrap_or_default()
    }

    pub(crate) fn name_of(&self, which: Which) -> &str {
        match which {
            Which::Source => "orders",
            Which::Target => &self.names.target,
        }
    }

    pub(crate) fn snapshot_of(&self, of: Of) -> &str {
        match of {
            Of::Snapshot => &self.names.snapshot,
            Of::Copy => &self.names.copy,
        }
    }

    /// Does it, if AWS lets them. What AWS said.
    pub(crate) fn act(&self, act: Act) -> Result<(), String> {
        match act {
            Act::Stop(which) => {
                said(now(self.rds.stop_db_instance().db_instance_identifier(self.name_of(which)).send()))
            }
            Act::Start(which) => {
                said(now(self.rds.start_db_instance().db_instance_identifier(self.name_of(which)).send()))
            }
            Act::Reboot(which) => {
                said(now(self.rds.reboot_db_instance().db_instance_identifier(self.name_of(which)).send()))
            }
            Act::RenameAway(which) => {
                let away = self.modify(which).new_db_instance_identifier(format!("{}-away", self.name_of(which)));
                said(now(away.send()))
            }
            Act::Unprotect(which) => said(now(self.modify(which).deletion_protection(false).send())),
            Act::Delete(which) => {
                let delete = self.rds.delete_db_instance().db_instance_identifier(self.name_of(which));
                said(now(delete.skip_final_snapshot(true).send()))
            }
            Act::ChangeWindow(which) => said(now(self.modify(which).preferred_backup_window("21:00-21:30").send())),
            Act::MakeAnother(which) => {
                let make = self.rds.create_db_instance().db_instance_identifier(self.name_of(which));
                let make = make.engine("postgres").engine_version("15.7").db_instance_class("db.m5.large");
                let make = make.master_username("admin").master_user_password("another-one").allocated_storage(20);
                said(now(make.send()))
            }
            Act::DeleteSnapshot(of) => {
                said(now(self.rds.delete_db_snapshot().db_snapshot_identifier(self.snapshot_of(of)).send()))
            }
            Act::MakeAnotherSnapshot(of) => {
                let make = self.rds.create_db_snapshot().db_instance_identifier("orders");
                said(now(make.db_snapshot_identifier(self.snapshot_of(of)).send()))
            }
            Act::DisableKey => said(now(self.kms.disable_key().key_id(&self.names.key).send())),
            Act::EnableKey => said(now(self.kms.enable_key().key_id(&self.names.key).send())),
        }
    }

    fn modify(
        &self,
        which: Which,
    ) -> aws_sdk_rds::operation::modify_db_instance::builders::ModifyDBInstanceFluentBuilder {
        self.rds.modify_db_instance().db_instance_identifier(self.name_of(which)).apply_immediately(true)
    }
}

fn said<T, E: std::error::Error>(answer: Result<T, E>) -> Result<(), String> {
    answer.map(drop).map_err(|error| {
        let mut innermost: &dyn std::error::Error = &error;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        innermost.to_string()
    })
}
