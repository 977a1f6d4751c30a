//! What the benchmarks share: simulated noise, and how counts and times are told.

#![allow(dead_code, reason = "each benchmark takes what it needs")]

use std::time::Instant;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, Poisson, StandardNormal, StudentT};

/// The noise of a simulated series.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// AR(1) of variance 1; a random walk of unit steps at φ = 1.
    Ar(f64),
    /// An AR(1) of this φ and of variance 1, plus white noise of variance 1.
    ArPlusWhite(f64),
    /// A random walk of steps of this size, plus white noise of variance 1.
    WalkPlusWhite(f64),
    /// AR(2) of these coefficients and unit innovations, after 200 steps from 0.
    Ar2(f64, f64),
    /// MA(1) of this coefficient and unit innovations.
    Ma(f64),
    /// AR(1) of this φ with innovations of Student's t, 4 degrees, after 200 steps from 0.
    HeavyAr(f64),
    /// e to an AR(1) of this φ and of variance 1.
    LogAr(f64),
    /// A season of 12, 24 or 48 steps, of random phase and of two random amplitudes up to 3, on an AR(1) of φ = 0.5.
    Seasonal,
    /// A season of so many samples and random phase, amplitude 1, under white noise.
    Season(usize),
    /// Independent Student t with so many degrees.
    Student(f64),
    /// Independent log-normal, σ = 1.
    LogNormal,
    /// 1, independently 0 with this chance.
    Up(f64),
    /// 1, but 0 for runs of so many samples in the mean (geometric), this share of the time.
    Outages(f64, f64),
    /// Independent Poisson counts of this mean.
    Counts(f64),
    /// A constant, independently exponentially higher with this chance.
    Spikes(f64),
    /// Independent normal values of this standard deviation, rounded.
    Rounded(f64),
}

impl Kind {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Ar(phi) if phi >= 1.0 => "random walk".into(),
            Self::Ar(phi) => format!("AR(1) φ = {phi}"),
            Self::ArPlusWhite(phi) => format!("AR(1) {phi} + white"),
            Self::WalkPlusWhite(step) => format!("walk {step} + white"),
            Self::Ar2(a, b) => format!("AR(2) {a}, {b}"),
            Self::Ma(theta) => format!("MA(1) {theta}"),
            Self::HeavyAr(phi) => format!("t(4) AR(1) {phi}"),
            Self::LogAr(phi) => format!("log-normal AR(1) {phi}"),
            Self::Seasonal => "season on AR(1) 0.5".into(),
            Self::Season(period) => format!("season of {period}"),
            Self::Student(df) => format!("Student t, {df} df"),
            Self::LogNormal => "log-normal".into(),
            Self::Up(p) => format!("up, {} % down", 100.0 * p),
            Self::Outages(p, length) => format!("outages of {length}, {} %", 100.0 * p),
            Self::Counts(mean) => format!("Poisson counts of {mean}"),
            Self::Spikes(p) => format!("constant, {} % spikes", 100.0 * p),
            Self::Rounded(sd) => format!("normal {sd}, rounded"),
        }
    }

    /// A series of unit variance around 0 (AR, from its stationary law), or as it comes.
    pub(crate) fn draw(self, n: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
        let mut normal = || -> f64 { StandardNormal.sample(random) };
        match self {
            Self::Ar(phi) => {
                let innovation = if phi < 1.0 { (1.0 - phi * phi).sqrt() } else { 1.0 };
                let mut x = normal();
                (0..n)
                    .map(|_| {
                        x = phi * x + innovation * normal();
                        x
                    })
                    .collect()
            }
            Self::ArPlusWhite(phi) => {
                let (slow, white) = (Self::Ar(phi).draw(n, random), Self::Ar(0.0).draw(n, random));
                slow.iter().zip(&white).map(|(a, b)| a + b).collect()
            }
            Self::WalkPlusWhite(step) => {
                let (slow, white) = (Self::Ar(1.0).draw(n, random), Self::Ar(0.0).draw(n, random));
                slow.iter().zip(&white).map(|(a, b)| step * a + b).collect()
            }
            Self::Ar2(a, b) => {
                let mut past = [0.0, 0.0];
                let mut next = || {
                    past = [a * past[0] + b * past[1] + normal(), past[0]];
                    past[0]
                };
                (0..n + 200).map(|_| next()).collect::<Vec<f64>>().split_off(200)
            }
            Self::Ma(theta) => {
                let mut before = normal();
                (0..n)
                    .map(|_| {
                        let now = normal();
                        now + theta * std::mem::replace(&mut before, now)
                    })
                    .collect()
            }
            Self::HeavyAr(phi) => {
                let law = StudentT::new(4.0).unwrap();
                let mut x = 0.0;
                let mut next = || {
                    x = phi * x + law.sample(random);
                    x
                };
                (0..n + 200).map(|_| next()).collect::<Vec<f64>>().split_off(200)
            }
            Self::LogAr(phi) => Self::Ar(phi).draw(n, random).into_iter().map(f64::exp).collect(),
            Self::Seasonal => {
                let period = [12.0, 24.0, 48.0][random.random_range(0..3)];
                let (phase, first, second) =
                    (random.random_range(0.0..1.0), random.random_range(0.0..3.0), random.random_range(0.0..3.0));
                let noise = Self::Ar(0.5).draw(n, random);
                let turn = |i: usize, k: f64| (std::f64::consts::TAU * (k * i as f64 / period + phase)).sin();
                noise.iter().enumerate().map(|(i, v)| v + first * turn(i, 1.0) + second * turn(i, 2.0)).collect()
            }
            Self::Season(period) => {
                let phase: f64 = random.random_range(0.0..1.0);
                let turn = |i: usize| (std::f64::consts::TAU * (i as f64 / period as f64 + phase)).sin();
                Self::Ar(0.0).draw(n, random).iter().enumerate().map(|(i, v)| v + turn(i)).collect()
            }
            Self::Student(df) => {
                let law = StudentT::new(df).unwrap();
                (0..n).map(|_| law.sample(random)).collect()
            }
            Self::LogNormal => (0..n).map(|_| normal().exp()).collect(),
            Self::Up(p) => (0..n).map(|_| f64::from(u8::from(random.random::<f64>() >= p))).collect(),
            Self::Outages(p, length) => {
                let mut down = random.random::<f64>() < p;
                let mut next = || {
                    let chance = random.random::<f64>();
                    down = if down { chance >= 1.0 / length } else { chance < p / length / (1.0 - p) };
                    f64::from(u8::from(!down))
                };
                (0..n).map(|_| next()).collect()
            }
            Self::Counts(mean) => {
                let law = Poisson::new(mean).unwrap();
                (0..n).map(|_| law.sample(random)).collect()
            }
            Self::Spikes(p) => {
                let mut next = || {
                    let height: f64 = Exp1.sample(random);
                    0.1 + if random.random::<f64>() < p { 0.1 * height } else { 0.0 }
                };
                (0..n).map(|_| next()).collect()
            }
            Self::Rounded(sd) => (0..n).map(|_| (sd * normal()).round()).collect(),
        }
    }
}

/// The shortest of some runs, in seconds.
pub(crate) fn best_of<T>(runs: u32, mut work: impl FnMut() -> T) -> f64 {
    let timed = |_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed().as_secs_f64()
    };
    (0..runs).map(timed).fold(f64::INFINITY, f64::min)
}

/// A count as a share.
pub(crate) fn percent(count: usize, of: usize) -> String {
    format!("{:.1} %", 100.0 * count as f64 / of as f64)
}
