//! What each layout takes in memory and as it is stored, over eight decades: at most 10 kB and no more than `OpenHistogram`'s own form, or
//! what its documentation says instead.
#![allow(clippy::unwrap_used)]

use super::super::shapes::draw;
use super::super::*;

#[test]
fn a_histogram_over_eight_decades_takes_no_more_than_it_says() {
    let exponents = draw(3, 200_000, rand_distr::Uniform::new(-5.0, 3.0).unwrap());
    let values: Vec<f64> = exponents.into_iter().map(|exponent| 10_f64.powf(exponent)).collect();
    let open = LogLinear::from_values(&values).to_bytes().len();
    for (name, memory, stored) in [
        ("log-linear", 10_000, 1.0),
        ("exp:5", 10_000, 1.0),
        ("hdr:1", 10_000, 1.0),
        ("ddsketch:0.01", 10_000, 2.5),
        ("ddsketch:0.02", 10_000, 1.25),
        ("tdigest:100", 10_000, 1.0),
        ("kll:100", 10_000, 1.0),
        ("kll:200", 10_000, 1.6),
        ("hist", 10_000, 1.0),
        // what their documentation says
        ("exp:6", 17_000, 1.0),
        ("hdr:2", 29_000, 1.5),
        ("hdr:3", 230_000, 7.0),
        ("req:6", 10_500, 3.0),
        ("req:12", 18_000, 5.0),
    ] {
        let sketch = name.parse::<LayoutChoice>().unwrap().build(&values).unwrap();
        let (bytes, share) = (sketch.memory_bytes(), sketch.stored_bytes().unwrap() as f64 / open as f64);
        assert!(bytes <= memory && share <= stored, "{name}: {bytes} bytes, stored {share:.2} of {open}");
    }
}
