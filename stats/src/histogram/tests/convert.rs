//! Conversions: exact where bins nest, an interval that holds where they do not.

use super::super::{Explicit, Exponential, Layout, LogLinear, Sketch};
use super::{scope, shapes};
use crate::quantile::Quantile;

const EDGES: [f64; 7] = [-3.0, 0.001, 0.02, 0.3, 1.0, 47.0, 1e6];

#[test]
fn decimal_edges_are_exact_from_the_decimal_layout() {
    // values that are no edge themselves: there the two layouts differ in which bin holds it
    for (shape, values) in shapes(3, 1000) {
        if matches!(shape, "constant" | "whole numbers") {
            continue;
        }
        let source = LogLinear::from_values(&values);
        let positive: Vec<f64> = values.iter().copied().filter(|v| *v > 1e-100).collect();
        let source_positive = LogLinear::from_values(&positive);
        let converted = Explicit::converted(&source_positive, &EDGES[1..]).unwrap();
        let mut direct = Explicit::new(&EDGES[1..]).unwrap();
        direct.insert_slice(&positive);
        assert_eq!(converted.histogram.counts(), direct.counts(), "{shape}");
        assert_eq!(
            (converted.histogram.min(), converted.histogram.max()),
            (source_positive.min(), source_positive.max())
        );
        assert_eq!(converted.histogram.count(), positive.len() as u64);
        assert_eq!(Explicit::converted(&source, &EDGES).unwrap().histogram.count(), 1000);
    }
}

#[test]
fn a_finer_exponential_schema_converts_without_loss() {
    for (shape, values) in shapes(5, 1000) {
        let fine = Exponential::from_values(6, &values).unwrap();
        let converted = Exponential::converted(&fine, 2).unwrap();
        assert!(converted.is_exact(), "{shape}");
        assert_eq!(converted.histogram.bins(), fine.coarsened(2).unwrap().bins(), "{shape}");
    }
}

#[test]
fn converted_quantiles_and_counts_still_hold_the_sample() {
    for n in [1, 10, 501] {
        for (shape, mut values) in shapes(7, n) {
            let mut explicit = Explicit::new(&EDGES).unwrap();
            explicit.insert_slice(&values);
            let log_linear = LogLinear::from_values(&values);
            let exponential = Exponential::from_values(1, &values).unwrap();
            values.sort_by(f64::total_cmp);
            for p in [0.0, 0.1, 0.5, 0.9, 0.99, 1.0] {
                let q = Quantile::new(p).unwrap();
                let truth = values[q.rank(n as u64) as usize - 1];
                for estimate in [
                    Explicit::converted(&log_linear, &EDGES).unwrap().quantile(q, &scope()),
                    Explicit::converted(&exponential, &EDGES).unwrap().quantile(q, &scope()),
                    Exponential::converted(&log_linear, 3).unwrap().quantile(q, &scope()),
                    Exponential::converted(&explicit, 0).unwrap().quantile(q, &scope()),
                    LogLinear::converted(&exponential).quantile(q, &scope()),
                    LogLinear::converted(&explicit).quantile(q, &scope()),
                ] {
                    let e = estimate.unwrap();
                    let (lower, upper) = e.interval().unwrap();
                    assert!(
                        lower <= truth && truth <= upper,
                        "{shape} {n} {p}: {truth:e} not in [{lower:e}, {upper:e}]"
                    );
                    assert!(lower <= e.value && e.value <= upper, "{shape} {n} {p}");
                }
            }
            for edge in Exponential::converted(&log_linear, 3).unwrap().edges {
                let truth = values.iter().filter(|v| **v <= edge.edge).count() as u64;
                assert!(edge.least <= truth && truth <= edge.most, "{shape} {edge:?}");
            }
        }
    }
}
