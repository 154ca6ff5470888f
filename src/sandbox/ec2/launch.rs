//! Machines are started and terminated.

use serde::Deserialize;
use serde_json::{Value, json};

use super::input::TagSpecification;
use super::{endpoints, groups, images, machines, subnets, tags};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::Tag;
use crate::sandbox::world::network::endpoints::Token;
use crate::sandbox::world::network::machines::{Launch, Machine};
use crate::sandbox::world::network::turns::{MACHINE_COMES, MACHINE_GOES, Turn};
use crate::sandbox::world::network::{Subnet, id_of};
use crate::sandbox::world::pace::after;

/// `RunInstances`' input, as far as it is imitated.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Run {
    image_id: Option<String>,
    instance_type: Option<String>,
    min_count: i64,
    max_count: i64,
    subnet_id: Option<String>,
    #[serde(default)]
    security_group_ids: Vec<String>,
    iam_instance_profile: Option<Profile>,
    metadata_options: Option<Metadata>,
    #[serde(default)]
    network_interfaces: Vec<Interface>,
    #[serde(default)]
    block_device_mappings: Vec<Value>,
    key_name: Option<String>,
    monitoring: Option<Monitoring>,
    client_token: Option<String>,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
    #[serde(rename = "UserData")]
    _data: Option<String>,
    #[serde(rename = "CreditSpecification")]
    _credit: Option<Value>,
    #[serde(rename = "InstanceInitiatedShutdownBehavior")]
    _shutdown: Option<String>,
    #[serde(rename = "DisableApiTermination")]
    _protected: Option<bool>,
    #[serde(rename = "EbsOptimized")]
    _optimized: Option<bool>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Profile {
    arn: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Monitoring {
    enabled: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "PascalCase")]
struct Metadata {
    http_tokens: Option<String>,
    http_put_response_hop_limit: Option<i64>,
    http_endpoint: Option<String>,
    #[serde(rename = "HttpProtocolIpv6")]
    _v6: Option<String>,
    #[serde(rename = "InstanceMetadataTags")]
    _tags: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Interface {
    device_index: Option<i64>,
    subnet_id: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
    associate_public_ip_address: Option<bool>,
    #[serde(rename = "DeleteOnTermination")]
    _goes: Option<bool>,
    #[serde(rename = "Description")]
    _description: Option<String>,
}

/// `TerminateInstances`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Terminate {
    instance_ids: Vec<String>,
    #[serde(rename = "Force")]
    _force: Option<bool>,
    #[serde(rename = "SkipOsShutdown")]
    _skip: Option<bool>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

/// `RunInstances`: a token starts them once (`R-RUN-1`); they are `pending` for a moment (`R-RUN-2`).
pub(super) fn run(scene: &mut Scene<'_>, asked: &str, input: &Run) -> Result<Value, Fault> {
    let token = input.client_token.as_ref().map(|text| Token { text: text.clone(), asked: id_of("asked", asked) });
    if let Some(token) = token.as_ref().filter(|_| scene.enforces("R-RUN-1")) {
        let of = |machine: &&Machine| {
            let own = machine.launch.as_ref().and_then(|launch| launch.token.as_ref());
            own.is_some_and(|own| own.text == token.text)
        };
        let known: Vec<&Machine> = scene.region.network.machines.iter().filter(of).collect();
        if let Some(first) = known.first().and_then(|machine| machine.launch.as_ref()) {
            if first.token.as_ref() != Some(token) {
                return Err(endpoints::mismatch());
            }
            return Ok(machines::reservation_of(scene, &known));
        }
    }
    if input.min_count < 1 || input.max_count < input.min_count || input.max_count > 20 {
        return Err(Fault::value(format!("Value ({}) for parameter minCount is invalid.", input.min_count)));
    }
    let (image, architecture) = image(scene, input)?;
    let subnet = place(scene, input)?;
    let groups = security_groups(scene, input, &subnet)?;
    let profile = profile(scene, input)?;
    let tags = tags::merged(scene, Vec::new(), &tags_of(&input.tag_specifications)?)?;
    let reservation = scene.ids.network("r");
    let mut ids = Vec::new();
    for _ in 0..input.max_count {
        let id = scene.ids.network("i");
        let launch = launch(scene, input, (&image, architecture), &reservation, token.clone());
        let network = &mut scene.region.network;
        let machine = Machine {
            id: id.clone(),
            class: input.instance_type.clone().unwrap_or_else(|| "m1.small".to_owned()),
            state: "pending".to_owned(),
            launched: scene.now,
            subnet: subnet.id.clone(),
            address: network.free_address(&subnet),
            groups: groups.clone(),
            profile: profile.clone(),
            agent: None,
            tags: tags.clone(),
            launch: Some(launch),
        };
        network.count_address(&subnet.id, 1);
        network.machines.push(machine);
        let takes = if scene.enforces("R-RUN-2") { MACHINE_COMES } else { 0 };
        scene.region.plan_turn(&id, after(scene.now, takes), Turn::Runs);
        ids.push(id);
    }
    let made = scene.region.network.machines.iter().filter(|machine| ids.contains(&machine.id)).collect::<Vec<_>>();
    Ok(machines::reservation_of(scene, &made))
}

/// Tags of the machine itself; those of what is made along with it are taken, and nobody looks at them.
fn tags_of(specifications: &[TagSpecification]) -> Result<Vec<Tag>, Fault> {
    let mut found = Vec::new();
    for one in specifications {
        match one.resource_type.as_deref().unwrap_or_default() {
            "instance" => found.extend(one.tags.iter().cloned()),
            "volume" | "network-interface" | "spot-instances-request" => {}
            other => {
                let message = format!("'{other}' is not a valid taggable resource type for this operation.");
                return Err(Fault::value(message));
            }
        }
    }
    Ok(found)
}

fn launch(
    scene: &Scene<'_>,
    input: &Run,
    (image, architecture): (&str, &str),
    reservation: &str,
    token: Option<Token>,
) -> Launch {
    let none = Metadata::default();
    let metadata = input.metadata_options.as_ref().unwrap_or(&none);
    let public = input.network_interfaces.iter().any(|own| own.associate_public_ip_address == Some(true));
    let encrypted = |mapping: &Value| mapping.pointer("/Ebs/Encrypted") == Some(&Value::Bool(true));
    Launch {
        image: image.to_owned(),
        architecture: architecture.to_owned(),
        reservation: reservation.to_owned(),
        token,
        key: input.key_name.clone(),
        public: public.then(|| {
            std::net::Ipv4Addr::new(18, 132, 10, u8::try_from(scene.region.network.machines.len() % 250).unwrap_or(1))
        }),
        // Amazon Linux 2023 asks for tokens by itself, and lets answers go two hops far.
        metadata_tokens: metadata.http_tokens.clone().unwrap_or_else(|| "required".to_owned()),
        metadata_hops: metadata.http_put_response_hop_limit.unwrap_or(2),
        metadata: metadata.http_endpoint.clone().unwrap_or_else(|| "enabled".to_owned()),
        monitoring: input.monitoring.as_ref().is_some_and(|monitoring| monitoring.enabled),
        encrypted: input.block_device_mappings.iter().any(encrypted),
    }
}

/// The image has to exist, and to be for the machine's architecture (`R-RUN-4`).
fn image(scene: &Scene<'_>, input: &Run) -> Result<(String, &'static str), Fault> {
    let id = input.image_id.clone().unwrap_or_default();
    let class = input.instance_type.as_deref().unwrap_or("m1.small");
    let of_class = images::architecture(class)
        .ok_or_else(|| Fault::value(format!("Invalid value '{class}' for InstanceType.")))?;
    let of_image = match images::architecture_of(scene, &id) {
        Some(architecture) => architecture,
        None if !scene.enforces("R-RUN-4") => of_class,
        None => {
            let message = format!("The image id '[{id}]' does not exist");
            return Err(Fault::new("InvalidAMIID.NotFound", message));
        }
    };
    if of_image != of_class && scene.enforces("R-RUN-4") {
        return Err(Fault::value(format!(
            "The architecture '{of_class}' of the specified instance type does not match the architecture '{of_image}' of \
             the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can \
             use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI."
        )));
    }
    Ok((id, of_class))
}

/// The subnet, by whichever parameter names it; one of the default VPC's otherwise. It has an address left (`R-RUN-7`).
fn place(scene: &Scene<'_>, input: &Run) -> Result<Subnet, Fault> {
    let first = input.network_interfaces.iter().find(|own| own.device_index.unwrap_or(0) == 0);
    if first.is_some() && (input.subnet_id.is_some() || !input.security_group_ids.is_empty()) {
        let what = if input.subnet_id.is_some() { "subnet ID" } else { "security groups" };
        return Err(Fault::combination(format!(
            "Network interfaces and an instance-level {what} may not be specified on the same request"
        )));
    }
    let network = &scene.region.network;
    let asked = input.subnet_id.as_ref().or_else(|| first.and_then(|own| own.subnet_id.as_ref()));
    let usual = || network.subnets.iter().find(|subnet| subnet.vpc == network.vpc);
    let nowhere = || Fault::new("VPCIdNotSpecified", "No default VPC for this user");
    let subnet = if let Some(id) = asked {
        network.subnet(id).ok_or_else(|| subnets::not_found(id))?
    } else {
        usual().ok_or_else(nowhere)?
    };
    let free = scene.region.free_addresses(subnet, scene.name);
    if free < input.max_count && scene.enforces("R-RUN-7") {
        return Err(Fault::new(
            "InsufficientFreeAddressesInSubnet",
            format!(
                "There are not enough free addresses in subnet '{}' to satisfy the requested number of instances.",
                subnet.id
            ),
        ));
    }
    Ok(subnet.clone())
}

fn security_groups(scene: &Scene<'_>, input: &Run, subnet: &Subnet) -> Result<Vec<String>, Fault> {
    let network = &scene.region.network;
    let mut asked = input.security_group_ids.clone();
    asked.extend(input.network_interfaces.iter().flat_map(|own| own.groups.iter().cloned()));
    for id in &asked {
        let group = network.security_group(id).ok_or_else(|| groups::not_found(id))?;
        if group.vpc != subnet.vpc {
            let message = format!("Security group {id} and subnet {} belong to different networks.", subnet.id);
            return Err(Fault::new("InvalidParameter", message));
        }
    }
    if asked.is_empty() {
        asked.extend(network.default_group_of(&subnet.vpc).map(str::to_owned));
    }
    Ok(asked)
}

/// The profile, which EC2 sees some seconds after IAM has made it (`R-RUN-3`), and which has a role.
fn profile(scene: &Scene<'_>, input: &Run) -> Result<Option<String>, Fault> {
    let Some(asked) = &input.iam_instance_profile else { return Ok(None) };
    let (value, parameter, word) = match (&asked.arn, &asked.name) {
        (Some(arn), _) => (arn, "arn", "ARN"),
        (None, Some(name)) => (name, "name", "name"),
        (None, None) => return Ok(None),
    };
    let name = if parameter == "arn" { value.rsplit('/').next().unwrap_or(value) } else { value };
    let found = scene.region.iam.profile(name);
    let shows = |created| after(created, scene.switches.profiles_show_after) <= scene.now;
    if found.is_none_or(|found| !shows(found.created)) && scene.enforces("R-RUN-3") {
        return Err(Fault::value(format!(
            "Value ({value}) for parameter iamInstanceProfile.{parameter} is invalid. Invalid IAM Instance Profile {word}"
        )));
    }
    if found.is_some_and(|found| found.role.is_none()) {
        let arn = format!("arn:aws:iam::{}:instance-profile/{name}", crate::sandbox::ACCOUNT);
        return Err(Fault::value(format!("IAM Instance Profile \"{arn}\" has no associated IAM Roles")));
    }
    Ok(Some(name.to_owned()))
}

/// `TerminateInstances`: again and again if somebody likes; one that isn't known keeps all (`R-RUN-5`).
pub(super) fn terminate(scene: &mut Scene<'_>, input: &Terminate) -> Result<Value, Fault> {
    let missing = input.instance_ids.iter().find(|id| scene.region.network.machine(id).is_none());
    if let Some(id) = missing.filter(|_| scene.enforces("R-RUN-5")) {
        return Err(Fault::new("InvalidInstanceID.NotFound", format!("The instance ID '{id}' does not exist")));
    }
    let mut rows = Vec::new();
    for id in &input.instance_ids {
        let now = scene.now;
        let machines = &mut scene.region.network.machines;
        let Some(machine) = machines.iter_mut().find(|machine| machine.id == *id) else { continue };
        let before = machine.state.clone();
        if !matches!(before.as_str(), "shutting-down" | "terminated") {
            "shutting-down".clone_into(&mut machine.state);
            scene.region.plan_turn(id, after(now, MACHINE_GOES), Turn::Terminated);
        }
        let state = scene.region.network.machine(id).map(|machine| machine.state.clone()).unwrap_or_default();
        rows.push(json!({
            "InstanceId": id, "CurrentState": machines::state(&state), "PreviousState": machines::state(&before)}));
    }
    Ok(json!({"TerminatingInstances": rows}))
}
