//! The formulas against a seeded simulation of the queue itself, request by request.

#![allow(clippy::unwrap_used)]

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, LogNormal};

use super::*;

/// Mean wait, share that waited, and 99th percentile of the wait of requests at `servers` servers, first come first served.
fn simulate(
    arrival_per_s: f64,
    servers: usize,
    mut service: impl FnMut(&mut ChaCha8Rng) -> f64,
    seed: u64,
) -> (f64, f64, f64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut free_at = vec![0.0f64; servers];
    let mut now = 0.0;
    let mut waits = Vec::new();
    for i in 0..400_000 {
        let gap: f64 = Exp1.sample(&mut random);
        now += gap / arrival_per_s;
        let next = free_at.iter_mut().min_by(|a, b| a.total_cmp(b)).unwrap();
        let start = next.max(now);
        *next = start + service(&mut random);
        if i >= 20_000 {
            waits.push(start - now);
        }
    }
    let n = waits.len();
    let mean = waits.iter().sum::<f64>() / n as f64;
    let waited = waits.iter().filter(|w| **w > 0.0).count() as f64 / n as f64;
    waits.sort_by(f64::total_cmp);
    (mean, waited, waits[n * 99 / 100])
}

fn exponential(mean: f64) -> impl FnMut(&mut ChaCha8Rng) -> f64 {
    move |random| {
        let e: f64 = Exp1.sample(random);
        mean * e
    }
}

fn agree(what: &str, queue: &Queue, simulated: (f64, f64, f64)) {
    let (mean, waited, p99) = simulated;
    let near = |got: f64, want: f64| (got / want - 1.0).abs() < 0.05;
    assert!(near(mean, queue.wait_s.value), "{what}: mean wait {mean}, formula {}", queue.wait_s.value);
    assert!(near(waited, queue.wait_probability.value), "{what}: {waited}, formula {}", queue.wait_probability.value);
    if let Some(want) = &queue.wait_p99_s {
        assert!(near(p99, want.value), "{what}: p99 {p99}, formula {}", want.value);
    }
}

#[test]
fn waits_are_those_of_the_simulated_queue() {
    agree("M/M/1", &mm1(7.0, 0.1).unwrap(), simulate(7.0, 1, exponential(0.1), 1));
    agree("M/M/4", &mmc(32.0, 0.1, 4).unwrap(), simulate(32.0, 4, exponential(0.1), 2));
    agree("M/D/1", &md1(7.0, 0.1).unwrap(), simulate(7.0, 1, |_| 0.1, 3));
    // log-normal of mean 0.1 and σ = 0.6
    let law = LogNormal::new(0.1f64.ln() - 0.18, 0.6).unwrap();
    let cv2 = 0.36f64.exp() - 1.0;
    agree("M/G/1", &mg1(6.0, 0.1, cv2).unwrap(), simulate(6.0, 1, |random| law.sample(random), 4));
}
