use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use sre_stats::trend::*;
fn ar(n: usize, phi: f64, r: &mut rand_chacha::ChaCha8Rng) -> Vec<f64> {
    let s = if phi >= 1.0 { 0.0 } else { 1.0 / (1.0 - phi * phi).sqrt() };
    let z: f64 = StandardNormal.sample(r);
    let mut x = z * s;
    (0..n).map(|_| { let e: f64 = StandardNormal.sample(r); x = phi * x + e; x }).collect()
}
fn crit(v: &[f64], m: usize, unit: f64) -> f64 {
    let (mut lo, mut hi) = (0.0, unit * 4.0);
    while !pelt_mean(v, hi, m).is_empty() { hi *= 4.0; if hi > 1e12 { return hi / unit; } }
    for _ in 0..14 { let mid = (lo + hi) / 2.0; if pelt_mean(v, mid, m).is_empty() { hi = mid } else { lo = mid } }
    hi / unit
}
fn q(v: &mut [f64], p: f64) -> f64 { v.sort_by(f64::total_cmp); v[((v.len() as f64 * p) as usize).min(v.len() - 1)] }
fn main() {
    let mut r = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    for m in [1, 2, 3, 5] { for n in [20, 50, 100, 200, 500, 2000, 10000] {
        let reps = (2_000_000 / n).clamp(200, 4000);
        for phi in [0.0, 0.3, 0.5, 0.8, 0.9, 0.95, 1.0] {
            if m != 2 && (phi != 0.0 && phi != 0.5) { continue; }
            let (mut known, mut est, mut ph) = (vec![], vec![], vec![]);
            for _ in 0..reps {
                let v = ar(n, phi, &mut r);
                let Some(noise) = robust_noise(&v) else { continue };
                let lr = noise.long_run_variance;
                let c = crit(&v, m, lr);
                est.push(c); ph.push(noise.phi);
                known.push(c * lr * (1.0 - phi).powi(2));
            }
            println!("m {m} n {n} phi {phi}: known q50 {:.2} q90 {:.2} q95 {:.2} q99 {:.2} | est q50 {:.2} q90 {:.2} q95 {:.2} q99 {:.2} | phi q01 {:.3} q05 {:.3} q50 {:.3} q95 {:.3}",
                q(&mut known, 0.5), q(&mut known, 0.9), q(&mut known, 0.95), q(&mut known, 0.99), q(&mut est, 0.5), q(&mut est, 0.9), q(&mut est, 0.95), q(&mut est, 0.99), q(&mut ph, 0.01), q(&mut ph, 0.05), q(&mut ph, 0.5), q(&mut ph, 0.95));
        }
    } }
}
