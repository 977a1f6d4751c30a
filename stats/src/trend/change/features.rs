//! A Gaussian kernel of one value a sample as products of few features, so that what a change saves takes one pass.

/// A distance in kernel widths, squared, from which on two values have nothing in common: e⁻²⁵ is 10⁻¹¹.
const FAR: f64 = 25.0;
/// Where so small a part of each sample is left on average, the features are enough: what a change saves comes out less than n times
/// this too small.
const REST: f64 = 1e-6;
/// Parts of a feature that are smaller are left out.
const TRACE: f64 = 1e-7;

/// Features φ of samples, with φ(x)·φ(y) = exp(−γ (x − y)²): those of a sample that are not 0, with their numbers.
///
/// By incomplete Cholesky decomposition with the greatest rest as pivot (Fine and Scheinberg, 2001): as many features as the values span
/// kernel widths, some four for each width where samples are dense, and one for each that stands alone. A feature reaches over neighbouring
/// values only, so that each sample has some tens of them, however heavy the tails.
pub(super) struct Features {
    count: usize,
    /// Where the features of each sample begin.
    start: Vec<usize>,
    parts: Vec<(usize, f64)>,
}

/// A feature over values in ascending order: where it begins, and its parts.
struct Column {
    from: usize,
    parts: Vec<f64>,
}

impl Features {
    /// Of finite values, for γ above 0.
    pub(super) fn new(values: &[f64], gamma: f64) -> Self {
        let n = values.len();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let sorted: Vec<f64> = order.iter().map(|i| values[*i]).collect();
        let reach = (FAR / gamma).sqrt();
        // of each sorted value what no feature has yet, and its features
        let mut rest = vec![1.0f64; n];
        let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); n];
        let mut columns: Vec<Column> = Vec::new();
        while rest.iter().sum::<f64>() > REST * n as f64 {
            let Some(pivot) = (0..n).max_by(|a, b| rest[*a].total_cmp(&rest[*b])) else { break };
            let x = sorted[pivot];
            let mut from = sorted.partition_point(|v| *v < x - reach).min(pivot);
            let mut to = sorted.partition_point(|v| *v <= x + reach).max(pivot + 1);
            for (number, _) in &rows[pivot] {
                from = from.min(columns[*number].from);
                to = to.max(columns[*number].from + columns[*number].parts.len());
            }
            let mut parts: Vec<f64> = sorted[from..to].iter().map(|v| (-gamma * (v - x) * (v - x)).exp()).collect();
            for (number, own) in &rows[pivot] {
                let known = &columns[*number];
                parts[known.from - from..].iter_mut().zip(&known.parts).for_each(|(part, k)| *part -= own * k);
            }
            let root = rest[pivot].sqrt();
            for part in &mut parts {
                *part /= root;
            }
            // the pivot's own part is never one of those that are left out
            let seen = |part: &f64| part.abs() > TRACE;
            let (first, last) = (parts.iter().position(seen).unwrap_or(0), parts.iter().rposition(seen).unwrap_or(0));
            let column = Column { from: from + first, parts: parts[first..=last].to_vec() };
            for (i, part) in (column.from..).zip(&column.parts) {
                rows[i].push((columns.len(), *part));
                rest[i] = (rest[i] - part * part).max(0.0);
            }
            rest[pivot] = 0.0;
            columns.push(column);
        }
        let mut place = vec![0; n];
        order.iter().enumerate().for_each(|(at, i)| place[*i] = at);
        let (mut start, mut parts) = (vec![0], Vec::new());
        for at in place {
            parts.extend_from_slice(&rows[at]);
            start.push(parts.len());
        }
        Self { count: columns.len(), start, parts }
    }

    fn of(&self, sample: usize) -> &[(usize, f64)] {
        &self.parts[self.start[sample]..self.start[sample + 1]]
    }

    /// What a change before each sample saves of the scatter in the kernel's space, all samples being taken in this order.
    fn savings(&self, order: &[usize], mut saved: impl FnMut(usize, f64)) {
        let n = order.len();
        let mut all = vec![0.0; self.count];
        order.iter().flat_map(|i| self.of(*i)).for_each(|(k, part)| all[*k] += part);
        let total: f64 = all.iter().map(|sum| sum * sum).sum();
        // sums of the kernel over pairs before the change, and of those before it with all
        let (mut before, mut with_all, mut sums) = (0.0, 0.0, vec![0.0; self.count]);
        for at in 1..n {
            for (k, part) in self.of(order[at - 1]) {
                before += part * (2.0 * sums[*k] + part);
                with_all += part * all[*k];
                sums[*k] += part;
            }
            let after = total - 2.0 * with_all + before;
            saved(at, before / at as f64 + after / (n - at) as f64 - total / n as f64);
        }
    }

    /// The greatest saving of a single change, `min_size` samples or more from either end; 0 where there is no room for one.
    pub(super) fn best_single(&self, order: &[usize], min_size: usize) -> f64 {
        let mut most = 0.0f64;
        self.savings(order, |at, saved| {
            if at >= min_size && at + min_size <= order.len() {
                most = most.max(saved);
            }
        });
        most
    }

    /// What a change at `at` saves within `[start, end)`.
    pub(super) fn gain(&self, start: usize, at: usize, end: usize) -> f64 {
        let order: Vec<usize> = (start..end).collect();
        let mut gain = 0.0;
        self.savings(&order, |place, saved| {
            if start + place == at {
                gain = saved;
            }
        });
        gain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The scatter of a stretch in the kernel's space from all pairs.
    fn cost(v: &[f64], gamma: f64) -> f64 {
        let pairs = v.iter().flat_map(|x| v.iter().map(move |y| (-gamma * (x - y) * (x - y)).exp()));
        v.len() as f64 - pairs.sum::<f64>() / v.len() as f64
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn savings_are_those_of_all_pairs(
            v in prop::collection::vec((-6.0..6.0f64, 0..4u32).prop_map(|(v, tail)| v * 8f64.powi(tail as i32)), 4..60),
            gamma in prop::sample::select(vec![1e-6, 0.1, 1.0, 50.0]), min_size in 1..5usize, turn in 0..60usize,
        ) {
            let n = v.len();
            let features = Features::new(&v, gamma);
            let order: Vec<usize> = (0..n).map(|i| (i + turn) % n).rev().collect();
            let turned: Vec<f64> = order.iter().map(|i| v[*i]).collect();
            let split = |v: &[f64], at: usize| cost(v, gamma) - cost(&v[..at], gamma) - cost(&v[at..], gamma);
            let most = (min_size..=n.saturating_sub(min_size)).map(|at| split(&turned, at)).fold(0.0, f64::max);
            let got = features.best_single(&order, min_size);
            prop_assert!((got - most).abs() < 1e-6 * n as f64 + 1e-9, "{} {}", got, most);
            let (start, at) = (n / 4, n / 2);
            let (got, want) = (features.gain(start, at, n), split(&v[start..], at - start));
            prop_assert!((got - want).abs() < 1e-6 * n as f64 + 1e-9, "{} {}", got, want);
        }
    }

    #[test]
    fn heavy_tails_need_few_features_a_sample() {
        // values that stand alone over five decades, and half of them within a kernel's width
        let values: Vec<f64> = (0..2_000u32)
            .map(|i| if i % 2 == 0 { f64::from(i % 100) / 50.0 } else { 10f64.powf(f64::from(i % 1_000) / 200.0) })
            .collect();
        let features = Features::new(&values, 1.0);
        assert!(features.parts.len() < 40 * values.len(), "{} of {}", features.parts.len(), features.count);
        assert!(features.count > 100);
    }
}
