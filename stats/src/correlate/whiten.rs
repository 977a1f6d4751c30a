//! Pre-whitening: what each value adds to what the values before it foretold.

/// The innovations of an autoregression fitted by Burg's method (1967), its order by Akaike's criterion up to 10 log₁₀ n and 30.
///
/// Burg's fit is stationary on any data, also at the edge of a random walk. The first values, which lack a past, are foretold by the lower
/// orders. Mean 0; all 0 for a constant.
pub(crate) fn innovations(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    let base = values.first().copied().unwrap_or_default();
    let mean = values.iter().map(|v| v - base).sum::<f64>() / n.max(1) as f64;
    let x: Vec<f64> = values.iter().map(|v| (v - base) - mean).collect();
    let most = (10.0 * (n.max(1) as f64).log10()) as usize;
    let most = most.min(30).min(n / 4);
    let mut power = x.iter().map(|v| v * v).sum::<f64>() / n.max(1) as f64;
    if power.is_nan() || power <= 0.0 {
        return vec![0.0; n];
    }
    // forward and backward errors of the order reached
    let (mut forward, mut backward) = (x.clone(), x.clone());
    let mut best = (n as f64 * power.ln(), x);
    let mut whole = forward.clone();
    for order in 1..=most {
        let (mut cross, mut square) = (0.0, 0.0);
        for t in order..n {
            cross += forward[t] * backward[t - 1];
            square += forward[t] * forward[t] + backward[t - 1] * backward[t - 1];
        }
        if square.is_nan() || square <= 0.0 {
            break;
        }
        let reflection = 2.0 * cross / square;
        for t in (order..n).rev() {
            let (f, b) = (forward[t], backward[t - 1]);
            forward[t] = f - reflection * b;
            backward[t] = b - reflection * f;
        }
        power *= 1.0 - reflection * reflection;
        if power.is_nan() || power <= 0.0 {
            break;
        }
        whole[order..].copy_from_slice(&forward[order..]);
        let criterion = n as f64 * power.ln() + 2.0 * order as f64;
        if criterion < best.0 {
            best = (criterion, whole.clone());
        }
    }
    // the first few keep the scale of the rest
    let mut white = best.1;
    let scale = (white.iter().skip(n / 8).map(|v| v * v).sum::<f64>() / (n - n / 8).max(1) as f64).sqrt();
    for v in white.iter_mut().take(n / 8) {
        *v = v.clamp(-4.0 * scale, 4.0 * scale);
    }
    let mean = white.iter().sum::<f64>() / n as f64;
    for v in &mut white {
        *v -= mean;
    }
    white
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantile::random::SplitMix64;

    #[test]
    fn what_is_left_of_walks_and_cycles_is_white() {
        let mut random = SplitMix64::new(2);
        let mut noise = || random.unit() - 0.5;
        let (mut walk, mut ar) = (0.0, [0.0; 2]);
        let (mut walks, mut cycles) = (Vec::new(), Vec::new());
        for _ in 0..2000 {
            walk += noise();
            walks.push(1e6 + walk);
            let next = 1.6 * ar[0] - 0.9 * ar[1] + noise();
            ar = [next, ar[0]];
            cycles.push(next);
        }
        for values in [walks, cycles] {
            let left = innovations(&values);
            let r = crate::trend::autocorrelation(&left, 10);
            assert!(r[1..].iter().all(|r| r.abs() < 4.0 / 2000f64.sqrt()), "{r:?}");
            let variance = left.iter().map(|v| v * v).sum::<f64>() / 2000.0;
            assert!((variance * 12.0 - 1.0).abs() < 0.12, "{variance}");
        }
        assert_eq!(innovations(&[3.0; 20]), [0.0; 20]);
        assert!(innovations(&[]).is_empty());
    }
}
