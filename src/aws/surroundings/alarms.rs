//! Alarms of CloudWatch that watch a database by its name.

use aws_sdk_cloudwatch::types::{AlarmType, Dimension, MetricAlarm};

use super::{Aws, CallError, ReadError};
use crate::model::Bounded;

const ALARMS: &str = "cloudwatch:DescribeAlarms";

/// CloudWatch shows a hundred at most at once, and can't be asked for those of one database.
const PAGE: i32 = 100;
const PAGES: usize = 20;

impl Aws {
    /// The names of the alarms on metrics of this instance.
    pub(super) async fn alarms(&self, name: &str) -> Result<Bounded<String>, ReadError> {
        let mut found = Vec::new();
        let mut token = None;
        let mut seen = 0;
        for _ in 0..PAGES {
            let call = self
                .cloudwatch
                .describe_alarms()
                .alarm_types(AlarmType::MetricAlarm)
                .max_records(PAGE)
                .set_next_token(token);
            let page = call.send().await.map_err(|error| ReadError { action: ALARMS, error: CallError::of(&error) })?;
            let rows = page.metric_alarms.unwrap_or_default();
            seen += rows.len();
            found.extend(rows.into_iter().filter(|row| watches(row, name)).filter_map(|row| row.alarm_name));
            token = page.next_token;
            if token.is_none() {
                return Ok(Bounded { found, only: None });
            }
        }
        Ok(Bounded { found, only: Some(seen) })
    }
}

/// By its own metric, or by one of those that it calculates with.
fn watches(alarm: &MetricAlarm, name: &str) -> bool {
    let is_ours = |dimensions: &[Dimension]| {
        dimensions.iter().any(|one| one.name() == Some("DBInstanceIdentifier") && one.value() == Some(name))
    };
    let metrics = alarm.metrics().iter().filter_map(|query| query.metric_stat()?.metric());
    is_ours(alarm.dimensions()) || metrics.into_iter().any(|metric| is_ours(metric.dimensions()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_cloudwatch::types::{Metric, MetricDataQuery, MetricStat};

    #[test]
    fn an_alarm_watches_by_its_metric_or_by_those_it_calculates_with() {
        let on = |name: &str| Dimension::builder().name("DBInstanceIdentifier").value(name).build();
        let plain = |name: &str| MetricAlarm::builder().dimensions(on(name)).build();
        let other = Dimension::builder().name("InstanceId").value("orders").build();
        let metric = Metric::builder().dimensions(on("orders")).build();
        let stat = MetricStat::builder().metric(metric).period(60).stat("Average").build();
        let query = MetricDataQuery::builder().id("a").metric_stat(stat).build();
        let table = [
            (plain("orders"), true),
            (plain("orders-2"), false),
            (MetricAlarm::builder().dimensions(other).build(), false),
            (MetricAlarm::builder().metrics(query).build(), true),
            (MetricAlarm::builder().build(), false),
        ];
        for (alarm, expected) in table {
            assert_eq!(watches(&alarm, "orders"), expected, "{alarm:?}");
        }
    }
}
