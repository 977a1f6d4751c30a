//! How many bytes a histogram takes: `cargo run -p sre-stats --example bytes_per_histogram`.
//!
//! Log-normal latencies, whose 99th percentile is four times the median, in whole microseconds; for each count of values, the mean of five
//! histograms. “packed” is what tasks of an engine pass to each other, “stored” the form of each sketch's own library.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal};
use sre_stats::Result;
use sre_stats::histogram::LayoutChoice;

const DRAWS: u64 = 5;

fn main() -> Result<()> {
    let latency = LogNormal::new(-3.0, 0.6).map_err(|e| sre_stats::Error::argument(e.to_string()))?;
    let counts = [100, 1000, 1_000_000];
    println!("{:<26}{}", "", counts.map(|n| format!("{n:>12}")).concat());
    for layout in ["log-linear", "exp:5", "exp:8", "ddsketch:0.01", "kll:200", "req:12", "tdigest:100"] {
        let choice: LayoutChoice = layout.parse()?;
        let (mut stored, mut packed) = (String::new(), String::new());
        for n in counts {
            let (mut all, mut few) = (0, 0);
            for seed in 0..DRAWS {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                let values: Vec<f64> = (0..n).map(|_| (latency.sample(&mut rng) * 1e6_f64).round() / 1e6).collect();
                let sketch = choice.build(&values)?;
                all += sketch.stored_bytes()? as u64;
                few += sketch.to_packed().map_or(0, |bytes| bytes.len() as u64);
            }
            stored += &format!("{:>12}", all / DRAWS);
            packed += &format!("{:>12}", few / DRAWS);
        }
        println!("{:<26}{stored}", format!("{layout}, stored"));
        if matches!(choice, LayoutChoice::LogLinear | LayoutChoice::Exponential { .. }) {
            println!("{:<26}{packed}", format!("{layout}, packed"));
        }
    }
    Ok(())
}
