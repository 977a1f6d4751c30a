//! All segmentations over a range of penalties, and where more changes stop paying.

use super::super::pelt::{edges_of, pelt_mean};
use crate::error::{Error, Result};

/// The optimal segmentation for a range of penalties.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct PathPoint {
    /// From this penalty on it is the optimum, up to that of the point before.
    pub penalty: f64,
    /// Its changes.
    pub changes: Vec<usize>,
    /// Its sum of squared deviations from the stretches' means, less that without a change: never positive.
    pub cost: f64,
}

/// All segmentations of the mean that are optimal for some penalty in `[from, to]`, fewest changes first.
///
/// CROPS (Haynes, Eckley and Fearnhead, 2017): where the segmentations at two penalties differ by more than one change, the
/// penalty at which both cost the same is looked at too. Each look is one [`pelt_mean`]. A path shows what there is to choose from and
/// holds no error rate; it assumes what `pelt_mean` assumes, independent values around each level.
///
/// ```
/// use sre_stats::trend::penalty_path;
/// let values = [1.0, 1.1, 0.9, 1.0, 5.0, 5.1, 4.9, 5.0, 5.6, 5.7, 5.5];
/// let path = penalty_path(&values, 0.05, 100.0, 2)?;
/// assert_eq!(path.iter().map(|p| p.changes.len()).collect::<Vec<_>>(), [0, 1, 2]);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where the range is not one of finite penalties of 0 or more, or a value is not finite.
pub fn penalty_path(values: &[f64], from: f64, to: f64, min_size: usize) -> Result<Vec<PathPoint>> {
    if !(from >= 0.0 && from <= to && to.is_finite()) {
        return Err(Error::argument(format!("penalties from {from} to {to} are no range")));
    }
    check(values)?;
    let n = values.len();
    let base = values.first().copied().unwrap_or_default();
    let mut sums = vec![0.0];
    let mean = values.iter().map(|v| v - base).sum::<f64>() / n.max(1) as f64;
    for v in values {
        sums.push(sums[sums.len() - 1] + (v - base - mean));
    }
    let at = |penalty: f64| {
        let changes = pelt_mean(values, penalty, min_size);
        let edges = edges_of(&changes, n);
        let part = |e: &[usize]| (sums[e[1]] - sums[e[0]]).powi(2) / ((e[1] - e[0]).max(1)) as f64;
        let cost = -edges.windows(2).map(part).sum::<f64>();
        PathPoint { penalty, changes, cost }
    };
    let mut points = vec![at(to)];
    let mut open = vec![(points[0].clone(), at(from))];
    while let Some((few, many)) = open.pop() {
        let gap = many.changes.len().saturating_sub(few.changes.len());
        if gap > 1 {
            let penalty = (few.cost - many.cost) / gap as f64;
            let middle = at(penalty.clamp(from, to));
            if middle.changes.len() > few.changes.len() && middle.changes.len() < many.changes.len() {
                open.push((middle.clone(), many));
                open.push((few, middle));
                continue;
            }
        }
        if gap > 0 {
            points.push(many);
        }
    }
    // each is the optimum from the penalty on at which the next one costs the same
    points.sort_by_key(|p| p.changes.len());
    points.dedup_by_key(|p| p.changes.len());
    for i in 0..points.len() {
        let next = points.get(i + 1);
        let equal =
            next.map(|next| (points[i].cost - next.cost) / (next.changes.len() - points[i].changes.len()) as f64);
        points[i].penalty = equal.unwrap_or(from).clamp(from, to);
    }
    Ok(points)
}

/// Sums of squares need that.
fn check(values: &[f64]) -> Result<()> {
    match values.iter().position(|v| !v.is_finite() || v.abs() > 1e150) {
        Some(at) => Err(Error::argument(format!(
            "value {} of {} is {}: values must be finite and below 1e150",
            at + 1,
            values.len(),
            values[at]
        ))
        .hint("leave it out before")),
        None => Ok(()),
    }
}

/// The point of a path after which more changes stop paying: the one that stays the optimum over the widest range of
/// penalties, by ratio. What is there is worth many times what noise is worth. The ends of a path, whose ranges go on beyond
/// it, do not count: `None` below three points.
pub fn elbow(path: &[PathPoint]) -> Option<usize> {
    let width = |i: usize| path.get(i - 1).zip(path.get(i)).map_or(0.0, |(more, own)| more.penalty / own.penalty);
    (1..path.len().saturating_sub(1)).max_by(|a, b| width(*a).total_cmp(&width(*b)))
}

/// The penalty at the elbow of the path over all penalties that matter: from the variance of neighbours' noise, below which
/// a change costs less than a sample, to the one that no change is worth. `None` where the path has no elbow.
///
/// An elbow is found where a picture bends and holds no error rate: for a verdict use [`changes`](crate::trend::changes()).
///
/// ```
/// use sre_stats::trend::{elbow_penalty, pelt_mean};
/// let values: Vec<f64> = (0..90).map(|i| f64::from(i * 37 % 23) / 9.0 + [0.0, 9.0, 4.0][i as usize / 30]).collect();
/// let penalty = elbow_penalty(&values, 5)?.unwrap_or_default();
/// assert!(pelt_mean(&values, penalty, 5).contains(&30));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where a value is not finite.
pub fn elbow_penalty(values: &[f64], min_size: usize) -> Result<Option<f64>> {
    check(values)?;
    let n = values.len() as f64;
    let base = values.first().copied().unwrap_or_default();
    let mean = values.iter().map(|v| v - base).sum::<f64>() / n.max(1.0);
    let total: f64 = values.iter().map(|v| (v - base - mean).powi(2)).sum();
    if total <= 0.0 {
        return Ok(None);
    }
    // below the noise of neighbours, a change costs less than a sample: such segmentations say nothing
    let square: f64 = values.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum();
    let least = (square / (2.0 * (n - 1.0).max(1.0))).clamp(total * 1e-6, total);
    let path = penalty_path(values, least, total, min_size)?;
    // the middle of the range, by ratio, so that nothing hangs on its edge
    let ends = elbow(&path).and_then(|i| path.get(i - 1).zip(path.get(i)));
    Ok(ends.map(|(more, own)| (more.penalty * own.penalty).sqrt()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_path_has_every_optimum_of_a_fine_sweep() {
        let values: Vec<f64> =
            (0..120u32).map(|i| f64::from(i * 37 % 23) / 5.0 + [0.0, 4.0, 1.0, 8.0][i as usize / 30]).collect();
        let path = penalty_path(&values, 1.0, 500.0, 3).unwrap();
        for i in 0..2000 {
            let penalty = 1.0 + 0.25 * f64::from(i);
            let direct = pelt_mean(&values, penalty, 3);
            let here = path.iter().find(|p| penalty >= p.penalty).unwrap();
            let apart = path.iter().any(|p| (p.penalty - penalty).abs() < 1e-9);
            assert!(apart || here.changes.len() == direct.len(), "{penalty}: {:?} {direct:?}", here.changes);
        }
        assert_eq!(path[elbow(&path).unwrap()].changes, [30, 60, 90]);
        assert!(path.windows(2).all(|w| w[0].penalty > w[1].penalty && w[0].cost > w[1].cost));
    }

    /// Two clear steps in independent noise, many times over.
    #[test]
    fn the_elbow_is_at_the_steps_that_are_there() {
        let mut exact = 0;
        for seed in 0..40 {
            let mut random = crate::quantile::random::SplitMix64::new(seed);
            let mut normal = || (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
            let values: Vec<f64> = (0..90).map(|i| normal() + [0.0, 9.0, 4.0][i / 30]).collect();
            let penalty = elbow_penalty(&values, 5).unwrap().unwrap();
            let found = pelt_mean(&values, penalty, 5);
            exact += usize::from(found.len() == 2 && found[0].abs_diff(30) <= 1 && found[1].abs_diff(60) <= 1);
        }
        assert!(exact >= 36, "{exact} of 40");
    }

    #[test]
    fn small_paths_have_no_elbow() {
        assert!(penalty_path(&[1.0], 2.0, 1.0, 1).is_err());
        for odd in [f64::NAN, f64::INFINITY, 1e151] {
            // a cost would be no number
            let values = [1.0, 2.0, odd, 4.0, 1.0, 2.0];
            let why = penalty_path(&values, 0.1, 10.0, 1).unwrap_err().to_string();
            assert!(why.contains("value 3 of 6"), "{why}");
            assert!(elbow_penalty(&values, 1).is_err());
        }
        assert_eq!(penalty_path(&[], 0.0, 1.0, 1).unwrap().len(), 1);
        assert_eq!(elbow(&penalty_path(&[1.0; 9], 0.0, 1.0, 1).unwrap()), None);
    }
}
