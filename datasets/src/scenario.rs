//! The list of scenarios and the way to each.

use crate::{
    GenerateError, Generated, latency_5m, shop_availability, shop_capstone, shop_counters, shop_month, workshop_minutes,
};

/// One scenario that can be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scenario {
    /// The name that [`generate`] takes.
    pub name: &'static str,
    /// What it holds, in one sentence.
    pub about: &'static str,
    /// A row count that suits it.
    pub default_rows: usize,
    /// The smallest row count it can have.
    pub least_rows: usize,
    /// The largest row count it can have; equal to the smallest where the length is fixed.
    pub most_rows: usize,
}

const ALL: [Scenario; 6] = [
    shop_month::SCENARIO,
    shop_capstone::SCENARIO,
    shop_availability::SCENARIO,
    workshop_minutes::SCENARIO,
    shop_counters::SCENARIO,
    latency_5m::SCENARIO,
];

/// All scenarios, in the order in which a list shows them.
///
/// ```
/// assert!(sre_stats_datasets::scenarios().iter().any(|s| s.name == "shop-month"));
/// ```
pub fn scenarios() -> &'static [Scenario] {
    &ALL
}

/// Generates the scenario `name` from `seed` with `rows` rows.
///
/// Deterministic: the same three arguments give the same columns and truth.
///
/// # Errors
/// [`GenerateError::UnknownScenario`] for a name that [`scenarios`] does not list, [`GenerateError::Rows`] for a row
/// count outside the scenario's limits.
///
/// ```
/// let made = sre_stats_datasets::generate("shop-month", 7, 1000)?;
/// assert_eq!(made.rows(), 1000);
/// assert!(sre_stats_datasets::generate("shop-moon", 7, 1000).is_err());
/// # Ok::<(), sre_stats_datasets::GenerateError>(())
/// ```
pub fn generate(name: &str, seed: u64, rows: usize) -> Result<Generated, GenerateError> {
    let scenario = ALL
        .iter()
        .find(|scenario| scenario.name == name)
        .ok_or_else(|| GenerateError::UnknownScenario(name.to_owned()))?;
    if !(scenario.least_rows..=scenario.most_rows).contains(&rows) {
        return Err(GenerateError::Rows {
            scenario: scenario.name,
            asked: rows,
            least: scenario.least_rows,
            most: scenario.most_rows,
        });
    }
    match scenario.name {
        "shop-month" => shop_month::generate(seed, rows),
        "shop-capstone" => shop_capstone::generate(seed, rows),
        "shop-availability" => shop_availability::generate(seed),
        "workshop-minutes" => workshop_minutes::generate(seed),
        "shop-counters" => shop_counters::generate(seed),
        "latency-5m" => latency_5m::generate(seed, rows),
        _ => Err(GenerateError::UnknownScenario(name.to_owned())),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn same_arguments_same_data_other_seed_other_data() {
        for scenario in scenarios() {
            let rows = scenario.least_rows.max(scenario.most_rows.min(2000));
            let first = generate(scenario.name, 11, rows).unwrap();
            assert_eq!(first, generate(scenario.name, 11, rows).unwrap(), "{}", scenario.name);
            assert_ne!(first.columns, generate(scenario.name, 12, rows).unwrap().columns, "{}", scenario.name);
            assert_eq!(first.truth["scenario"], scenario.name);
            assert_eq!(first.truth["seed"], 11);
            let lengths: Vec<usize> = first.columns.iter().map(|c| c.values.len()).collect();
            assert!(lengths.iter().all(|length| *length == first.rows()), "{}: {lengths:?}", scenario.name);
        }
    }

    #[test]
    fn refusals_say_what_is_possible() {
        let unknown = generate("shop", 1, 1).unwrap_err().to_string();
        assert!(unknown.contains("\"shop\"") && unknown.contains("shop-month"));
        let fixed = generate("workshop-minutes", 1, 5).unwrap_err().to_string();
        assert!(fixed.contains("always has 43200 rows"), "{fixed}");
        let free = generate("latency-5m", 1, 0).unwrap_err().to_string();
        assert!(free.contains("0 were asked for"), "{free}");
    }
}
