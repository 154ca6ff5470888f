//! What the copies of a batch cost.

use crate::{
    plan::{
        cost::{Beside, Cost, Money, Prices},
        inventory::Survey,
    },
    state::BatchItem,
    ui::batch::Month,
};

/// What the copies cost a month, where prices are given; whether some of it has no price.
pub(super) fn month(survey: &Survey, items: &[BatchItem], prices: &Prices) -> Option<Month> {
    if prices.is_empty() {
        return None;
    }
    let meant = survey
        .found
        .iter()
        .filter(|found| items.iter().any(|item| Some(&item.resource_id) == found.resource_id.as_ref()));
    let (mut sum, mut currency, mut partial) = (Money::default(), None, false);
    for found in meant {
        let cost = found.order.as_ref().map(|order| Cost::of(order, Beside::default(), prices));
        match cost.as_ref().and_then(Cost::month) {
            Some(month) => {
                sum = Money { least: sum.least + month.least, most: sum.most + month.most };
            }
            None => partial = true,
        }
        partial |= cost.as_ref().is_some_and(Cost::is_partial);
        currency = currency.or_else(|| cost.and_then(|cost| cost.currency.clone()));
    }
    Some(Month { sum, currency: currency.unwrap_or_default(), partial })
}
