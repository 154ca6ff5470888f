//! The partition of AWS that a Region is in: the second word of its ARNs.

/// What Regions of other partitions begin with, as AWS's SDKs' list of partitions has them.
const PARTITIONS: [(&str, &str); 8] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("eusc-", "aws-eusc"),
    ("", "aws"),
];

/// The partition of a Region; AWS's usual one where the Region isn't known.
#[must_use]
pub fn partition(region: &str) -> &'static str {
    PARTITIONS.iter().find(|(front, _)| region.starts_with(front)).map_or("aws", |(_, partition)| partition)
}

#[cfg(test)]
mod tests {
    use super::partition;

    #[test]
    fn regions_tell_their_partition() {
        for (region, expected) in [
            ("eu-west-2", "aws"),
            ("", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
        ] {
            assert_eq!(partition(region), expected, "{region}");
        }
    }
}
