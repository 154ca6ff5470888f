//! Do the endpoints' names lead to the endpoints?

use super::endpoints::{required, vpc};
use crate::{
    access::{
        check::{Judged, Judgement, Remedy, all},
        facts::Unknown,
        scene::{Scene, unread},
    },
    model::Vpc,
};

pub(super) fn endpoints(scene: &Scene<'_>) -> Judgement {
    all(required(scene)?.into_iter().map(|endpoint| {
        let (id, service) = (&endpoint.id, endpoint.service_word());
        match endpoint.private_dns {
            Some(true) => Ok(Judged::fine(format!("{id} ({service}): PrivateDnsEnabled is true"))),
            Some(false) => Ok(Judged::wrong(
                format!("{id} ({service}): PrivateDnsEnabled is false"),
                Remedy::new(
                    "the VPC needs both DNS attributes for it",
                    &["ec2", "modify-vpc-endpoint", "--vpc-endpoint-id", id, "--private-dns-enabled"],
                ),
            )),
            None => Err(Unknown(format!("AWS doesn't say whether {id} has private DNS"))),
        }
    }))
}

pub(super) fn support(scene: &Scene<'_>) -> Judgement {
    attribute(scene, "EnableDnsSupport", "--enable-dns-support", |vpc| vpc.dns_support)
}

pub(super) fn hostnames(scene: &Scene<'_>) -> Judgement {
    attribute(scene, "EnableDnsHostnames", "--enable-dns-hostnames", |vpc| vpc.dns_hostnames)
}

fn attribute(scene: &Scene<'_>, name: &str, option: &str, read: impl Fn(&Vpc) -> Option<bool>) -> Judgement {
    let id = vpc(scene)?;
    let found = scene.facts.vpcs.known()?.iter().find(|vpc| vpc.id == id).ok_or_else(|| unread("VPC", id))?;
    match read(found) {
        Some(true) => Ok(Judged::fine(format!("{id}: {name} is true"))),
        Some(false) => Ok(Judged::wrong(
            format!("{id}: {name} is false"),
            Remedy::new(
                "switches it on",
                &["ec2", "modify-vpc-attribute", "--vpc-id", id, option, r#"{"Value":true}"#],
            ),
        )),
        None => Err(Unknown(format!("the attribute {name} of {id} wasn't read (ec2:DescribeVpcAttribute)"))),
    }
}
