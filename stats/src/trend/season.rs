//! A season, so that it reads neither as steps nor as persistence: found in the innovations, taken out by medians.

use super::auto::without_line;
use super::wander::innovations;
use crate::series::Series;
use crate::time::Span;

/// The season that a trend or change analysis takes out first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SeasonSteps {
    /// One that shows in the values themselves, at a chance of one in a thousand where there is none.
    #[default]
    Auto,
    /// None.
    None,
    /// So many sampling steps, 2 or more.
    Steps(usize),
}

/// Periods up to this one are looked for.
const LONGEST: usize = 2048;
/// So many cycles at least must be there.
const CYCLES: usize = 4;

/// Periods of people and their machines.
const CALENDAR: [Span; 3] = [Span::HOUR, Span::DAY, Span(7 * Span::DAY.0)];
/// One of them explains enough where it explains this share of what the best period does.
const NEARLY: f64 = 0.95;

/// The peak may be a harmonic of the season up to this one.
const HARMONICS: u32 = 8;

/// Samples on a lattice of equal steps, and a season on it.
#[derive(Clone, Debug)]
pub(crate) struct Seasonal {
    /// The period in steps.
    pub(crate) period: usize,
    /// The values without the season.
    pub(crate) values: Vec<f64>,
}

impl Seasonal {
    /// The factor by which taking out one number a phase understates the variance of the noise, undone.
    pub(crate) fn correction(&self) -> f64 {
        let cycles = self.values.len() as f64 / self.period as f64;
        if cycles > 1.5 { cycles / (cycles - 1.0) } else { 3.0 }
    }
}

/// The positions of samples in whole steps; `None` where more than a tenth of them lies off the lattice of the usual step, or
/// the gaps make the lattice more than four times as long as the series.
pub(crate) fn lattice(series: &Series) -> Option<Vec<usize>> {
    let step = series.step()?.0;
    let first = *series.times().first()?;
    let mut off = 0;
    let mut positions = Vec::with_capacity(series.len());
    for t in series.times() {
        let distance = i128::from(*t) - i128::from(first);
        let position = (distance + i128::from(step) / 2) / i128::from(step);
        off += usize::from((distance - position * i128::from(step)).abs() * 20 > i128::from(step));
        positions.push(usize::try_from(position).ok()?);
    }
    let length = positions.last()? + 1;
    (off * 10 <= series.len() && length <= series.len().saturating_mul(4)).then_some(positions)
}

/// The series without its season, if there is one to take out.
pub(crate) fn without_season(series: &Series, season: SeasonSteps) -> Option<Seasonal> {
    let positions = lattice(series)?;
    let period = match season {
        SeasonSteps::None => return None,
        SeasonSteps::Steps(period) => (period >= 2 && series.len() >= 2 * period).then_some(period)?,
        SeasonSteps::Auto => found(series.values(), &positions, series.step()?)?,
    };
    let season = medians(series.values(), &positions, period);
    let values = series.values().iter().zip(&positions).map(|(v, p)| v - season[p % period]).collect();
    Some(Seasonal { period, values })
}

/// The period with the highest peak of the periodogram of the innovations around a line, where Fisher's test (1929) gives it a chance below 0.001.
///
/// The innovations of an AR(1) beneath white noise are white where there is no season, however persistent the values are. A
/// peak at a fraction of the period is followed to the multiple whose mean cycle explains most.
/// An hour, a day or a week near it is taken where that explains nearly as much.
fn found(values: &[f64], positions: &[usize], step: Span) -> Option<usize> {
    let length = positions.last()? + 1;
    let longest = LONGEST.min(length / CYCLES);
    if longest < 2 || values.len() < 24 {
        return None;
    }
    // a slope is foreseen by no such fit, and would drown the season
    let surprises = innovations(&without_line(values));
    let mut grid = vec![0.0; length];
    for (p, e) in positions.iter().zip(&surprises) {
        *grid.get_mut(*p)? = *e;
    }
    let power = periodogram(&grid);
    let total: f64 = power.iter().sum();
    let (at, peak) = power.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    let m = power.len() as f64;
    let chance = m * (1.0 - peak / total).max(0.0).powf(m - 1.0);
    if !(total > 0.0 && chance < 1e-3) {
        return None;
    }
    // power[0] belongs to one cycle in the whole series
    let cycles = (at + 1) as f64;
    let mut best: Option<(f64, usize)> = None;
    let mut tried = Vec::new();
    // all candidates are judged by the same rest: what a mean over the longest of them leaves
    let widest = ((f64::from(HARMONICS) * length as f64 / cycles) as usize).clamp(2, longest);
    let rest = around_moving_mean(values, positions, widest);
    for multiple in 1..=HARMONICS {
        let centre = f64::from(multiple) * length as f64 / cycles;
        let reach = centre / cycles;
        let (from, to) = ((centre - reach).ceil().max(2.0) as usize, (centre + reach).floor() as usize);
        for period in from..=to.min(longest) {
            let explained = explained(&rest, positions, period);
            tried.push((explained, period));
            // a multiple has to explain clearly more than the period itself
            if best.is_none_or(|(most, p)| explained > most + if period > p + p / 2 { 0.03 } else { 0.0 }) {
                best = Some((explained, period));
            }
        }
    }
    let (most, period) = best.filter(|(explained, _)| *explained > 0.0)?;
    let usual = |other: usize| CALENDAR.iter().any(|s| (s.0 as f64 / step.0 as f64 - other as f64).abs() <= 0.5);
    let beside = |other: usize| other.abs_diff(period) as f64 <= period as f64 / cycles;
    let calendar = tried.iter().find(|(e, p)| usual(*p) && beside(*p) && *e >= NEARLY * most);
    Some(calendar.map_or(period, |(_, period)| *period))
}

/// |Fourier transform|² at 1, 2, … cycles in the whole length, below half the sampling rate.
fn periodogram(grid: &[f64]) -> Vec<f64> {
    let mut planner = realfft::RealFftPlanner::<f64>::new();
    let plan = planner.plan_fft_forward(grid.len());
    let mut input = grid.to_vec();
    let mut spectrum = plan.make_output_vec();
    if plan.process(&mut input, &mut spectrum).is_err() {
        return Vec::new();
    }
    let half = grid.len().div_ceil(2);
    spectrum.iter().take(half).skip(1).map(realfft::num_complex::Complex::norm_sqr).collect()
}

/// The share of the variance of what a moving mean left that the cycle's medians explain, less what chance explains.
fn explained(rest: &[f64], positions: &[usize], period: usize) -> f64 {
    let season = medians_of(rest, positions, period);
    let total: f64 = rest.iter().map(|v| v * v).sum();
    let left: f64 = rest.iter().zip(positions).map(|(v, p)| (v - season[p % period]).powi(2)).sum();
    let (n, k) = (rest.len() as f64, period as f64);
    if total > 0.0 && n > k + 1.0 { 1.0 - left / total * (n - 1.0) / (n - k) } else { 0.0 }
}

/// One number a phase: the median distance from a moving mean over one period, so that neither steps nor outliers enter;
/// the numbers add up to 0.
fn medians(values: &[f64], positions: &[usize], period: usize) -> Vec<f64> {
    let mut season = medians_of(&around_moving_mean(values, positions, period), positions, period);
    let mean = season.iter().sum::<f64>() / period as f64;
    for s in &mut season {
        *s -= mean;
    }
    season
}

fn medians_of(rest: &[f64], positions: &[usize], period: usize) -> Vec<f64> {
    let mut phases = vec![Vec::new(); period];
    for (v, p) in rest.iter().zip(positions) {
        phases[p % period].push(*v);
    }
    phases.iter_mut().map(|v| super::theil_sen::median(v)).collect()
}

/// The values minus the mean of the samples within half a period to either side. At the ends, where half of them are missing, the mean
/// of the first or last whole period goes on by the slope between it and its neighbour, so that a line leaves nothing.
fn around_moving_mean(values: &[f64], positions: &[usize], period: usize) -> Vec<f64> {
    let base = values.first().copied().unwrap_or_default();
    let mut sums = Vec::with_capacity(values.len() + 1);
    let mut sum = 0.0;
    sums.push(sum);
    for v in values {
        sum += v - base;
        sums.push(sum);
    }
    let length = positions.last().copied().unwrap_or_default() + 1;
    let last = length.saturating_sub(period);
    // the mean of the period that begins at a position
    let mean_from = |start: usize| {
        let (from, to) =
            (positions.partition_point(|p| *p < start), positions.partition_point(|p| *p < start + period));
        (to > from).then(|| (sums[to] - sums[from]) / (to - from) as f64)
    };
    let slope = |start: usize, next: usize| match (mean_from(start), mean_from(next)) {
        (Some(a), Some(b)) if length >= 2 * period => (b - a) / period as f64,
        _ => 0.0,
    };
    let (first_slope, last_slope) = (slope(0, period), slope(last.saturating_sub(period), last));
    let half = period / 2;
    let rest = |(v, p): (&f64, &usize)| {
        let (early, late) = (half.saturating_sub(*p), p.saturating_sub(half).saturating_sub(last));
        let start = p.saturating_sub(half).min(last);
        let beyond = last_slope * late as f64 - first_slope * early as f64;
        v - base - mean_from(start).unwrap_or_default() - beyond
    };
    values.iter().zip(positions).map(rest).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};

    fn series(values: Vec<f64>) -> Series {
        let times = (0..values.len() as i64).map(|i| i * 60_000_000_000).collect();
        Series::new(Identity::default(), times, values, NanPolicy::Refuse).unwrap()
    }

    /// Uniform noise in [−½, ½): the i-th number of one generator.
    fn noise(i: usize) -> f64 {
        crate::quantile::random::SplitMix64::stream(5, i as u64).unit() - 0.5
    }

    #[test]
    fn a_planted_season_is_found_and_taken_out() {
        for period in [8, 24] {
            let cycle = |i: usize| if i % period < period / 4 { 4.0 } else { 0.0 };
            let values: Vec<f64> = (0..480).map(|i| cycle(i) + noise(i) + if i > 250 { 2.0 } else { 0.0 }).collect();
            let found = without_season(&series(values), SeasonSteps::Auto).unwrap();
            assert_eq!(found.period, period);
            // the step of 2 is left as it was
            let mean = |from: usize, to: usize| found.values[from..to].iter().sum::<f64>() / (to - from) as f64;
            assert!((mean(251, 480) - mean(0, 251) - 2.0).abs() < 0.15, "{period}");
        }
    }

    #[test]
    fn a_line_beneath_a_season_leaves_nothing_of_itself() {
        let cycle = |i: usize| [3.0, -1.0, -2.0, 0.0][i % 4];
        let positions: Vec<usize> = (0..40).collect();
        let values: Vec<f64> = (0..40).map(|i| 0.7 * i as f64 + cycle(i)).collect();
        let rest = around_moving_mean(&values, &positions, 4);
        // a window of four begins two places before its value: its middle lies half a place before it
        for (i, r) in rest.iter().enumerate() {
            assert!((r - cycle(i) - 0.35).abs() < 1e-9, "{i}: {r}");
        }
    }

    #[test]
    fn a_day_is_a_day_on_a_slope_and_beside_a_step() {
        let wave = |i: usize| 2.0 * (std::f64::consts::TAU * i as f64 / 24.0).sin();
        for n in [120, 168, 336, 500] {
            for slope in [0.0, 1.0 / 24.0, 0.2, 0.5] {
                for step in [0.0, 4.0] {
                    let at = |i: usize| wave(i) + slope * i as f64 + noise(i) + if i > n / 2 { step } else { 0.0 };
                    let times = (0..n as i64).map(|i| i * Span::HOUR.0).collect();
                    let values = (0..n).map(at).collect();
                    let data = Series::new(Identity::default(), times, values, NanPolicy::Refuse).unwrap();
                    let found = without_season(&data, SeasonSteps::Auto).unwrap();
                    assert_eq!(found.period, 24, "n = {n}, slope {slope}, step {step}");
                }
            }
        }
    }

    #[test]
    fn a_calendar_period_is_taken_where_it_does_as_well() {
        // a day in steps of 7 minutes is 205.7 of them; noise may favour a neighbour
        for seed in 0..4 {
            let wave = |i: usize| 2.0 * (std::f64::consts::TAU * i as f64 * 7.0 / 1440.0).sin();
            let times = (0..1200).map(|i| i * 7 * Span::MINUTE.0).collect();
            let values = (0..1200).map(|i| wave(i) + 4.0 * noise(i + 5000 * seed)).collect();
            let data = Series::new(Identity::default(), times, values, NanPolicy::Refuse).unwrap();
            assert_eq!(without_season(&data, SeasonSteps::Auto).unwrap().period, 206, "{seed}");
        }
    }

    #[test]
    fn gaps_keep_the_phase() {
        let all: Vec<f64> = (0..480).map(|i| f64::from(u8::from(i % 24 < 6)) * 4.0 + noise(i)).collect();
        let keep = |i: &usize| !(100..150).contains(i) && i % 17 != 3;
        let times = (0..480).filter(keep).map(|i| i as i64 * 1_000_000_000).collect();
        let values = (0..480).filter(keep).map(|i| all[i]).collect();
        let gappy = Series::new(Identity::default(), times, values, NanPolicy::Refuse).unwrap();
        let found = without_season(&gappy, SeasonSteps::Auto).unwrap();
        assert_eq!(found.period, 24);
        assert!(found.values.iter().all(|v| (v - 1.0).abs() < 1.2));
    }

    #[test]
    fn noise_and_steps_have_none() {
        let step = series((0..300).map(|i| noise(i) + if i > 100 { 5.0 } else { 0.0 }).collect());
        assert!(without_season(&step, SeasonSteps::Auto).is_none());
        assert!(without_season(&series((0..300).map(noise).collect()), SeasonSteps::None).is_none());
        let irregular = Series::new(
            Identity::default(),
            (0..100).map(|i: i64| i * i * i).collect(),
            (0..100).map(noise).collect(),
            NanPolicy::Refuse,
        );
        assert!(without_season(&irregular.unwrap(), SeasonSteps::Auto).is_none());
    }
}
