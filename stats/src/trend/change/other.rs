//! The methods beside the default: what each finds, and what chance finds in the same series with its blocks shuffled.

use super::super::noise::robust_noise;
use super::super::pelt::edges_of;
use super::answer::{ChangeMethod, ChangeOptions, ChangeVerdict, Changes};
use super::bayes::{BayesPrior, run_lengths};
use super::blocks::{block_size, lost_between_blocks, share_above, shuffled_blocks};
use super::charts::Chart;
use super::costs::{Cost, Costs, segment};
use super::e_divisive::e_divisive;
use super::evidence::Evidence;
use super::features::Features;
use super::kernel::{kernel_segments, median_gamma};
use super::learnt::Learning;
use crate::error::Result;
use crate::quantile::random::SplitMix64;
use crate::series::Series;
use crate::words::counted;

/// Permutations behind a penalty or a p-value.
const PERMUTATIONS: usize = 199;
/// Samples that the kernel's method takes: its time is quadratic.
const KERNEL_MOST: usize = 20_000;

/// What a method found: places, a p-value for each where it has one, and how.
struct Finding {
    indices: Vec<usize>,
    p_values: Vec<Option<f64>>,
    penalty: Option<f64>,
    reason: String,
}

pub(crate) fn search(series: &Series, options: &ChangeOptions, mut found: Changes) -> Result<Changes> {
    let values = series.values();
    let n = values.len();
    let min_size = options.min_size.max(2);
    if n < 2 * min_size {
        return Ok(found.without(format!("{n} samples are too few for two stretches of {min_size}")));
    }
    found.noise = robust_noise(values);
    let phi = found.noise.map_or(0.0, |noise| noise.phi.max(0.0));
    // squares of an AR(1) have the autocorrelation φ²
    let phi = match options.method {
        ChangeMethod::PeltVariance => phi * phi,
        _ => phi,
    };
    let blocks = Blocks { n, size: block_size(n, phi), phi, seed: options.seed };
    let cost = match options.method {
        ChangeMethod::PeltVariance => Cost::Variance,
        ChangeMethod::PeltMeanVariance => Cost::MeanVariance,
        ChangeMethod::PeltPoisson => Cost::Poisson,
        _ => Cost::Rank,
    };
    let costs = Costs::new(values, cost);
    let finding = match options.method {
        ChangeMethod::PeltPoisson if values.iter().any(|v| *v < 0.0 || v.fract() != 0.0) => {
            return Ok(found.without("counts are whole and not negative; these values are not counts".into()));
        }
        ChangeMethod::EDivisive => by_division(values, options, min_size, blocks.size),
        ChangeMethod::Cusum | ChangeMethod::Ewma => match by_chart(values, options, &found)? {
            Ok(finding) => finding,
            Err(why) => return Ok(found.without(why)),
        },
        ChangeMethod::Bayes => match by_bayes(values, min_size)? {
            Ok(finding) => finding,
            Err(why) => return Ok(found.without(why)),
        },
        ChangeMethod::KernelRbf if n > KERNEL_MOST => {
            return Ok(
                found.without(format!("{n} samples are too many for a kernel, whose time is quadratic: use pelt-rank"))
            );
        }
        ChangeMethod::KernelRbf => by_kernel(values, options, min_size, &blocks),
        _ => by_costs(values, cost, &costs, options, min_size, &blocks),
    };
    found.reason = finding.reason;
    found.penalty = finding.penalty;
    let inflation = (1.0 + phi) / (1.0 - phi.min(0.99));
    found.changes =
        Evidence::new(series, values, found.noise, Some((costs, inflation)), options).describe(&finding.indices);
    for (change, p) in found.changes.iter_mut().zip(finding.p_values) {
        change.p_value = p;
    }
    found.verdict = if found.changes.is_empty() { ChangeVerdict::NoneShown } else { ChangeVerdict::Changed };
    Ok(found)
}

/// How a series is shuffled: its samples in blocks that keep the autocorrelation φ.
struct Blocks {
    n: usize,
    size: usize,
    phi: f64,
    seed: u64,
}

impl Blocks {
    /// The greatest savings of a single change in series whose blocks are shuffled, and what persists across blocks put back.
    fn draws(&self, statistic: impl Fn(&[usize]) -> f64) -> Vec<f64> {
        let mut random = SplitMix64::new(self.seed);
        let back = lost_between_blocks(self.size, self.phi);
        (0..PERMUTATIONS).map(|_| back * statistic(&shuffled_blocks(self.n, self.size, &mut random))).collect()
    }

    /// How a penalty was taken from them.
    fn words(&self, level: f64) -> String {
        let size = counted(self.size as u64, "sample");
        let share = 1.0 - level;
        format!(
            "penalty from {PERMUTATIONS} permutations of blocks of {size}, for at most {share:.3} of series without a change"
        )
    }
}

/// The value that a share `alpha` of draws exceeds.
fn critical(draws: &[f64], alpha: f64) -> f64 {
    let mut sorted = draws.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    // the (1 − α)(B + 1)-th smallest, so that the rate is exact for exchangeable draws
    let at = ((1.0 - alpha) * (sorted.len() + 1) as f64).ceil() as usize;
    sorted.get(at.saturating_sub(1)).or(sorted.last()).copied().unwrap_or(0.0)
}

fn by_costs(
    values: &[f64],
    cost: Cost,
    costs: &Costs,
    options: &ChangeOptions,
    min_size: usize,
    blocks: &Blocks,
) -> Finding {
    let picked = |order: &[usize]| order.iter().map(|i| values[*i]).collect::<Vec<f64>>();
    let chance = blocks.draws(|order| Costs::new(&picked(order), cost).best_single(min_size));
    let (penalty, reason) = match options.penalty {
        Some(penalty) => (penalty, "penalty as asked for".to_owned()),
        None => (critical(&chance, 1.0 - options.level), blocks.words(options.level)),
    };
    let indices = segment(costs, penalty, min_size);
    let p_values = chances(&indices, values.len(), &chance, |s, at, e| costs.gain(s, at, e));
    Finding { indices, p_values, penalty: Some(penalty), reason }
}

/// The share of draws that save as much as each change does between its neighbours.
fn chances(indices: &[usize], n: usize, draws: &[f64], gain: impl Fn(usize, usize, usize) -> f64) -> Vec<Option<f64>> {
    edges_of(indices, n).windows(3).map(|e| Some(share_above(draws, gain(e[0], e[1], e[2])))).collect()
}

fn by_kernel(values: &[f64], options: &ChangeOptions, min_size: usize, blocks: &Blocks) -> Finding {
    let gamma = median_gamma(values);
    let features = Features::new(values, gamma);
    let chance = blocks.draws(|order| features.best_single(order, min_size));
    let (penalty, reason) = match options.penalty {
        Some(penalty) => (penalty, "penalty as asked for".to_owned()),
        None => (critical(&chance, 1.0 - options.level), blocks.words(options.level)),
    };
    let indices = kernel_segments(values, Some(gamma), penalty, min_size);
    let p_values = chances(&indices, values.len(), &chance, |s, at, e| features.gain(s, at, e));
    Finding {
        indices,
        p_values,
        penalty: Some(penalty),
        reason: format!("γ = {gamma:.4e} by the median distance; {reason}"),
    }
}

fn by_division(values: &[f64], options: &ChangeOptions, min_size: usize, block: usize) -> Finding {
    let found = e_divisive(values, min_size, block, PERMUTATIONS, 1.0 - options.level, options.seed);
    Finding {
        indices: found.iter().map(|d| d.index).collect(),
        p_values: found.iter().map(|d| Some(d.p_value)).collect(),
        penalty: None,
        reason: format!("{PERMUTATIONS} permutations of blocks of {block} samples for each division"),
    }
}

/// A chart whose usual mean and deviation are those of the first quarter; where it alarms, the next stretch sets them anew.
fn by_chart(values: &[f64], options: &ChangeOptions, found: &Changes) -> Result<std::result::Result<Finding, String>> {
    let n = values.len();
    let Some(noise) = found.noise else {
        return Ok(Err(format!("the noise of {n} samples cannot be measured: 12 or more are needed")));
    };
    let learn = (n / 4).clamp(12, 200);
    if n < 2 * learn {
        return Ok(Err(format!(
            "{n} samples are too few: a chart learns the usual level from {learn} and watches the rest"
        )));
    }
    let kind = match options.method {
        ChangeMethod::Cusum => Chart::Cusum { slack: 0.5, limit: 5.0 },
        _ => Chart::Ewma { weight: 0.1, limit: 2.8 },
    };
    let alpha = 1.0 - options.level;
    let learning = Learning { learn, n };
    let chart = learning.chart(kind, alpha)?;
    let sd = Learning::deviation(&noise);
    let indices = learning.shifts(chart, values, sd)?;
    let p_values = vec![None; indices.len()];
    let name = match chart {
        Chart::Cusum { slack, limit } => format!("CUSUM with k = {slack}, h = {limit:.2}"),
        Chart::Ewma { weight, limit } => format!("EWMA with λ = {weight}, L = {limit:.3}"),
    };
    let runs = [0.0, 0.5, 1.0, 2.0].map(|shift| chart.average_run_length(shift));
    let [none, half, one, two] = runs;
    let reason = format!(
        "{name} in long-run standard deviations of {sd:.4e} in the unit of the series, the level learnt from {learn} samples: an alarm in at \
         most {alpha:.3} of series of {n} samples without a change, for normal values; were the level known, the average run length would be \
         {:.0} without a shift, {:.1} at 0.5, {:.1} at 1 and {:.1} at 2 of them, for independent ones",
        none?, half?, one?, two?
    );
    Ok(Ok(Finding { indices, p_values, penalty: None, reason }))
}

fn by_bayes(values: &[f64], min_size: usize) -> Result<std::result::Result<Finding, String>> {
    let n = values.len();
    let Some(noise) = robust_noise(values) else {
        return Ok(Err(format!("the noise of {n} samples cannot be measured: 12 or more are needed")));
    };
    let mean = super::super::theil_sen::median(&mut values.to_vec());
    let hazard = 1.0 / (n as f64).max(50.0);
    let prior = BayesPrior { hazard, mean, mean_worth: 0.01, shape: 1.0, rate: noise.variance };
    let found = run_lengths(values, &prior, n)?;
    // from the end back: each stretch is as long as is most probable at its last sample
    let mut indices = Vec::new();
    let mut end = n;
    while let Some(length) = end.checked_sub(1).and_then(|last| found.most_probable.get(last)) {
        let start = end.saturating_sub((*length).max(1));
        if start == 0 {
            break;
        }
        let next = indices.last().copied().unwrap_or(n);
        if start >= min_size && next - start >= min_size {
            indices.push(start);
        }
        end = start;
    }
    indices.reverse();
    let reason = format!(
        "stretches of the most probable run lengths; a change at each sample with the chance 1/{:.0}, independent normal values \
         around each level (noise of autocorrelation {:.2} reads as changes)",
        1.0 / hazard,
        noise.phi
    );
    let p_values = vec![None; indices.len()];
    Ok(Ok(Finding { indices, p_values, penalty: None, reason }))
}
