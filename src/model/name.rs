//! Names that RDS accepts, and the ones that we give.
//!
//! What we make is named after the database's resource id, so that two machines that migrate the same
//! database collide on "already exists" instead of making twins (rule 8).

use sha2::{Digest, Sha256};

/// Longest name of a DB instance (R-NAME-1).
pub const MAXIMUM_INSTANCE_NAME: usize = 63;

/// How much of the database's name goes into ours: with the longest suffix it stays under 63.
const NAME_PART: usize = 48;

/// The alphabet of base32, in lower case.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The short id of a database: 8 characters of base32 of the SHA-256 of its resource id.
#[must_use]
pub fn short_id(resource_id: &str) -> String {
    let hash = Sha256::digest(resource_id.as_bytes());
    let bits = hash.iter().take(5).fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    (0..8)
        .rev()
        .filter_map(|place| BASE32.get(usize::try_from((bits >> (place * 5)) & 31).unwrap_or_default()))
        .map(|letter| char::from(*letter))
        .collect()
}

/// The names of what one generation makes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct GenerationNames {
    /// The plain snapshot.
    pub snapshot: String,
    /// Its encrypted copy.
    pub copy: String,
    /// The encrypted instance.
    pub target: String,
    /// A security group of its own, where it is kept apart.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub security_group: String,
}

/// Names what generation `generation` of a migration of `database` makes.
///
/// `target` is the name that a person asked for; it is used exactly for the first generation.
#[must_use]
pub fn generation_names(database: &str, resource_id: &str, generation: u32, target: Option<&str>) -> GenerationNames {
    let front: String = database.to_ascii_lowercase().chars().take(NAME_PART).collect();
    let base = format!("{}-{}-g{generation}", front.trim_end_matches('-'), short_id(resource_id));
    let target = match target {
        None => base.clone(),
        Some(name) if generation == 1 => name.to_ascii_lowercase(),
        Some(name) => {
            let suffix = format!("-g{generation}");
            let front: String = name.to_ascii_lowercase().chars().take(MAXIMUM_INSTANCE_NAME - suffix.len()).collect();
            format!("{}{suffix}", front.trim_end_matches('-'))
        }
    };
    GenerationNames {
        copy: format!("{base}-encrypted"),
        security_group: format!("{base}-quarantine"),
        snapshot: base,
        target,
    }
}

/// What our names of a database's snapshots and copies look like, to IAM: `?` is one character and `*` any number.
/// `database` may itself be `*`.
#[must_use]
pub fn own_pattern(database: &str) -> String {
    let front: String = database.to_ascii_lowercase().chars().take(NAME_PART).collect();
    format!("{}-????????-g*", front.trim_end_matches('-'))
}

/// The same of a copy whose name a person asked for: as it is, and with the ends of later generations.
#[must_use]
pub fn copy_pattern(target: &str) -> [String; 2] {
    let target = target.to_ascii_lowercase();
    // A later generation's end has three letters, or more once there were ten.
    let front: String = target.chars().take(MAXIMUM_INSTANCE_NAME - 5).collect();
    let cut = if front.len() < target.len() { "*" } else { "" };
    let later = format!("{}{cut}-g*", front.trim_end_matches('-'));
    [target, later]
}

/// Says what is wrong with `name` as the name of a DB instance, or nothing (R-NAME-1).
#[must_use]
pub fn instance_name_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("it is empty")
    } else if name.len() > MAXIMUM_INSTANCE_NAME {
        Some("it has more than 63 characters")
    } else if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        Some("it doesn't start with a letter")
    } else if !name.chars().all(|each| each.is_ascii_alphanumeric() || each == '-') {
        Some("it holds something else than letters, digits and hyphens")
    } else if name.contains("--") {
        Some("it holds two hyphens in a row")
    } else if name.ends_with('-') {
        Some("it ends with a hyphen")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_database_gets_the_same_names_on_every_machine() {
        // SHA-256("db-ORDERS") begins with the five bytes that base32 turns into these letters.
        let id = short_id("db-ORDERS");
        assert_eq!(id.len(), 8);
        assert!(id.bytes().all(|byte| BASE32.contains(&byte)));
        assert_ne!(id, short_id("db-ORDERT"));
        let names = generation_names("Orders", "db-ORDERS", 1, None);
        assert_eq!(names.snapshot, format!("orders-{id}-g1"));
        assert_eq!(names.copy, format!("orders-{id}-g1-encrypted"));
        assert_eq!(names.target, names.snapshot);
    }

    #[test]
    fn the_base32_is_the_standard_one() {
        // coreutils: printf abc | sha256sum | cut -c1-10 | xxd -r -p | base32
        assert_eq!(short_id("abc"), "xj4bnp4p");
    }

    #[test]
    fn long_names_stay_valid_and_distinct() {
        let longest = "a".repeat(63);
        let names = generation_names(&longest, "db-1", 12, None);
        assert_eq!(instance_name_fault(&names.target), None);
        assert_ne!(names, generation_names(&longest, "db-2", 12, None));
        let hyphen = format!("{}-{}", "a".repeat(47), "b".repeat(10));
        assert_eq!(instance_name_fault(&generation_names(&hyphen, "db-1", 1, None).snapshot), None);
    }

    #[test]
    fn an_asked_target_is_used_exactly_once() {
        assert_eq!(generation_names("orders", "db-1", 1, Some("Orders-New")).target, "orders-new");
        assert_eq!(generation_names("orders", "db-1", 2, Some("orders-new")).target, "orders-new-g2");
        let longest = "b".repeat(63);
        assert_eq!(instance_name_fault(&generation_names("orders", "db-1", 2, Some(&longest)).target), None);
    }

    #[test]
    fn faulty_names_are_told_apart() {
        for name in ["", "1abc", "a_b", "a--b", "a-", &"a".repeat(64), "ä"] {
            assert!(instance_name_fault(name).is_some(), "{name}");
        }
        assert_eq!(instance_name_fault("orders-2"), None);
    }
}
