//! Optimal segmentation into stretches of constant mean under a penalty per change.

/// The changes that minimise Σ (squared deviations from the segments' means) + `penalty` · (number of changes), every segment
/// having `min_size` samples or more: the first index of each segment but the first, ascending.
///
/// This is the optimum that PELT finds (Killick, Fearnhead and Eckley, 2012; `l2` cost), exact up to the rounding of costs.
/// Candidates are pruned functionally (FPOP: Maidstone, Hocking, Rigaill and Fearnhead, 2017): a candidate stays while there is
/// a mean for which it is the best last change. That takes about n log n on any data, where PELT's own rule takes n² on a
/// series without changes. Memory is linear.
///
/// Steps are all that it knows: on a slope, on autocorrelated noise or beside outliers it finds changes where there are none, at any usual
/// penalty. [`changes`](super::changes()) calibrates the penalty to the noise and weighs a rival without steps.
///
/// An infinite, NaN or negative penalty finds nothing, as does a sequence shorter than two segments one with a value that
/// is not finite, or one whose values span more than 1e150.
///
/// ```
/// use sre_stats::trend::pelt_mean;
/// let values = [1.0, 1.1, 0.9, 1.0, 5.0, 5.1, 4.9, 5.0];
/// assert_eq!(pelt_mean(&values, 1.0, 2), [4]);
/// ```
pub fn pelt_mean(values: &[f64], penalty: f64, min_size: usize) -> Vec<usize> {
    let n = values.len();
    let min_size = min_size.max(1);
    if n < min_size.saturating_mul(2)
        || !(penalty >= 0.0 && penalty.is_finite())
        || values.iter().any(|v| !v.is_finite())
    {
        return Vec::new();
    }
    let mean = values.iter().sum::<f64>() / n as f64;
    let sums = centred_sums(values, mean);
    let reach = values.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v - mean), b.max(v - mean)));
    // equal values have no change; squares beyond this would overflow
    if reach.0 == reach.1 || reach.1 - reach.0 > 1e150 {
        return Vec::new();
    }
    // best[t]: the least cost of the first t samples minus Σy², which no segmentation changes
    let mut best = vec![f64::INFINITY; n + 1];
    let mut previous = vec![0usize; n + 1];
    best[0] = -penalty;
    let mut pool = Pool { pieces: Vec::new(), scratch: Vec::new(), reach };
    for t in min_size..=n {
        let joins = t - min_size;
        if best[joins].is_finite() {
            pool.add(Candidate { at: joins, cost: best[joins], sum: sums[joins] });
        }
        let mut last = usize::MAX;
        for piece in &pool.pieces {
            let c = piece.candidate;
            if c.at == last {
                continue;
            }
            last = c.at;
            let difference = sums[t] - c.sum;
            let cost = c.cost - difference * difference / (t - c.at) as f64 + penalty;
            if cost < best[t] {
                best[t] = cost;
                previous[t] = c.at;
            }
        }
    }
    walked_back(&previous)
}

/// The changes of the best segmentation, from the change before each end, 0 where there is none.
pub(crate) fn walked_back(previous: &[usize]) -> Vec<usize> {
    let before = |t: usize| previous.get(t).copied().filter(|before| *before > 0);
    let mut changes: Vec<usize> =
        std::iter::successors(before(previous.len().saturating_sub(1)), |t| before(*t)).collect();
    changes.reverse();
    changes
}

/// Σ of the first t deviations from the mean, for t = 0 … n.
pub(crate) fn centred_sums(values: &[f64], mean: f64) -> Vec<f64> {
    let mut sums = Vec::with_capacity(values.len() + 1);
    let mut sum = 0.0;
    sums.push(sum);
    for v in values {
        sum += v - mean;
        sums.push(sum);
    }
    sums
}

/// The edges of the stretches between changes of n samples: 0, each change, n.
pub(crate) fn edges_of(changes: &[usize], n: usize) -> Vec<usize> {
    [0].into_iter().chain(changes.iter().copied()).chain([n]).collect()
}

/// What a change of mean at `at` within `[start, end)` saves of the squared deviations, from running sums around any mean.
pub(crate) fn gain(sums: &[f64], start: usize, at: usize, end: usize) -> f64 {
    let (before, after) = ((at - start) as f64, (end - at) as f64);
    let difference = (sums[end] - sums[at]) / after - (sums[at] - sums[start]) / before;
    difference * difference * before * after / (before + after)
}

/// A place of the last change. As a function of the last segment's mean μ its cost is, up to terms that are the same for
/// every candidate at all times, `cost + 2 μ sum − at μ²`.
#[derive(Clone, Copy)]
struct Candidate {
    at: usize,
    cost: f64,
    sum: f64,
}

/// A range of means on which one candidate is the best.
#[derive(Clone, Copy)]
struct Piece {
    from: f64,
    to: f64,
    candidate: Candidate,
}

/// The lower envelope of all candidates' costs over the range of the values.
struct Pool {
    pieces: Vec<Piece>,
    scratch: Vec<Piece>,
    reach: (f64, f64),
}

impl Pool {
    /// Adds a candidate later than all others: the difference to any of them is a concave parabola, so the older one stays
    /// best between its roots and nowhere else.
    fn add(&mut self, new: Candidate) {
        if self.pieces.is_empty() {
            self.pieces.push(Piece { from: self.reach.0, to: self.reach.1, candidate: new });
            return;
        }
        self.scratch.clear();
        for piece in &self.pieces {
            let old = piece.candidate;
            let (rise, drop, later) = (new.cost - old.cost, new.sum - old.sum, (new.at - old.at) as f64);
            let discriminant = drop * drop + rise * later;
            let (mut from, mut to) = (piece.to, piece.to);
            if discriminant > 0.0 {
                let root = discriminant.sqrt();
                from = ((drop - root) / later).clamp(piece.from, piece.to);
                to = ((drop + root) / later).clamp(piece.from, piece.to);
            }
            extend(&mut self.scratch, piece.from, from, new);
            extend(&mut self.scratch, from, to, old);
            extend(&mut self.scratch, to, piece.to, new);
        }
        std::mem::swap(&mut self.pieces, &mut self.scratch);
    }
}

/// Appends a piece, unless it is empty; joins it to the last one of the same candidate.
fn extend(pieces: &mut Vec<Piece>, from: f64, to: f64, candidate: Candidate) {
    if from >= to {
        return;
    }
    match pieces.last_mut() {
        Some(last) if last.candidate.at == candidate.at => last.to = to,
        _ => pieces.push(Piece { from, to, candidate }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Squared deviations from the mean of a stretch, two-pass.
    fn cost(v: &[f64]) -> f64 {
        let mean = v.iter().sum::<f64>() / v.len() as f64;
        v.iter().map(|x| (x - mean).powi(2)).sum()
    }

    /// The optimum by dynamic programming over all segmentations.
    fn optimum(v: &[f64], penalty: f64, min_size: usize) -> f64 {
        let mut best = vec![f64::INFINITY; v.len() + 1];
        best[0] = -penalty;
        for t in min_size..=v.len() {
            for s in 0..=t - min_size {
                best[t] = best[t].min(best[s] + cost(&v[s..t]) + penalty);
            }
        }
        best[v.len()]
    }

    fn total(v: &[f64], changes: &[usize], penalty: f64) -> f64 {
        let ends = changes.iter().copied().chain([v.len()]);
        let mut start = 0;
        let mut sum = changes.len() as f64 * penalty;
        for end in ends {
            sum += cost(&v[start..end]);
            start = end;
        }
        sum
    }

    proptest! {
        #[test]
        fn no_segmentation_costs_less(
            steps in prop::collection::vec((-3.0..3.0f64, 1..25usize), 1..6),
            noise in prop::collection::vec(-1.0..1.0f64, 125),
            penalty in 0.0..8.0f64, min_size in 1..6usize, offset in prop::sample::select(vec![0.0, 1e6]),
        ) {
            let levels = steps.iter().flat_map(|(level, length)| std::iter::repeat_n(*level, *length));
            let v: Vec<f64> = levels.zip(&noise).map(|(a, b)| a + b + offset).collect();
            let found = pelt_mean(&v, penalty, min_size);
            let edges = edges_of(&found, v.len());
            if v.len() >= 2 * min_size {
                prop_assert!(edges.windows(2).all(|e| e[1] - e[0] >= min_size), "{:?}", edges);
                let (got, want) = (total(&v, &found, penalty), optimum(&v, penalty, min_size));
                prop_assert!((got - want).abs() < 1e-7, "{} {}", got, want);
            } else {
                prop_assert!(found.is_empty());
            }
        }
    }

    #[test]
    fn nonsense_finds_nothing() {
        assert!(pelt_mean(&[], 1.0, 2).is_empty());
        assert!(pelt_mean(&[1.0, 9.0], 0.5, 2).is_empty());
        assert!(pelt_mean(&[1.0, f64::NAN, 9.0, 9.0], 0.5, 1).is_empty());
        assert!(pelt_mean(&[1.0, 1.0, 9.0, 9.0], f64::NAN, 1).is_empty());
        assert_eq!(pelt_mean(&[1.0, 1.0, 9.0, 9.0], 0.5, 0), [2]);
        assert!(pelt_mean(&[7.0; 50], 0.0, 2).is_empty());
    }
}
