//! Engine versions and what can be ordered of them, as AWS's catalogue showed them.

use super::AwsTime;

/// A version of an engine: one row of `DescribeDBEngineVersions`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineVersion {
    /// `EngineVersion`
    pub number: String,
    /// `MajorEngineVersion`
    pub major: Option<String>,
    /// `Status`, in AWS's word: `available` or `deprecated`.
    pub status: Option<String>,
    /// `DBParameterGroupFamily`
    pub family: Option<String>,
    /// `ValidUpgradeTarget`, in AWS's order.
    pub targets: Vec<UpgradeTarget>,
}

/// A version to which another one can be upgraded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradeTarget {
    /// `EngineVersion`
    pub number: String,
    /// `IsMajorVersionUpgrade`
    pub is_major: bool,
}

/// How long AWS supports a major version: one row of `DescribeDBMajorEngineVersions`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MajorVersion {
    /// `MajorEngineVersion`
    pub number: String,
    /// The end of standard support.
    pub standard_until: Option<AwsTime>,
    /// The end of Extended Support.
    pub extended_until: Option<AwsTime>,
}

/// Something that can be ordered: one row of `DescribeOrderableDBInstanceOptions`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderableOption {
    /// `EngineVersion`
    pub version: Option<String>,
    /// `DBInstanceClass`
    pub class: Option<String>,
    /// `LicenseModel`
    pub license: Option<String>,
    /// `StorageType`
    pub storage_type: Option<String>,
    /// `MultiAZCapable`
    pub multi_az: Option<bool>,
    /// `SupportsStorageEncryption`
    pub encryption: Option<bool>,
    /// `MinStorageSize` and `MaxStorageSize`, in GiB.
    pub storage: Range,
    /// `MinIopsPerDbInstance` and `MaxIopsPerDbInstance`.
    pub iops: Range,
}

/// From where to where; an end that AWS leaves out is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub least: Option<i32>,
    /// The most.
    pub most: Option<i32>,
}

impl EngineVersion {
    /// Whether AWS calls it deprecated.
    #[must_use]
    pub fn is_deprecated(&self) -> bool {
        self.status.as_deref() == Some("deprecated")
    }

    /// Whether AWS calls it available.
    #[must_use]
    pub fn is_available(&self) -> bool {
        self.status.as_deref() == Some("available")
    }
}

impl Range {
    /// Whether it holds this number.
    #[must_use]
    pub fn holds(self, number: i64) -> bool {
        self.least.is_none_or(|least| i64::from(least) <= number)
            && self.most.is_none_or(|most| number <= i64::from(most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_end_holds_everything_beyond() {
        let range = |least, most| Range { least, most };
        let table = [
            (range(None, None), 5, true),
            (range(Some(5), None), 5, true),
            (range(Some(6), None), 5, false),
            (range(None, Some(5)), 5, true),
            (range(None, Some(4)), 5, false),
            (range(Some(1), Some(9)), 5, true),
        ];
        for (range, number, expected) in table {
            assert_eq!(range.holds(number), expected, "{range:?} {number}");
        }
    }
}
