//! Smallest, largest and summed values of long columns at every zoom: what a picture of any width needs, in time by the width
//! and not by the number of samples.

use rayon::prelude::*;
use sre_stats::progress::Progress;
use sre_stats::{Error, Result};

/// How many nodes of one level make a node of the next.
const FAN: usize = 16;

/// The extremes and the sum of a run of samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// All values added up.
    pub sum: f64,
}

impl Node {
    const NOTHING: Self = Self { min: f64::INFINITY, max: f64::NEG_INFINITY, sum: 0.0 };

    fn add(&mut self, other: Self) {
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum += other.sum;
    }
}

/// Nodes that one thread makes at a time, before it looks whether it shall stop.
const RUN: usize = 16_384;

/// One level above another, or above the samples, in parallel: which node holds which samples does not depend on the threads.
fn level<T: Sync>(below: &[T], node: impl Fn(&T) -> Node + Sync, progress: &Progress) -> Result<Vec<Node>> {
    let mut above = vec![Node::NOTHING; below.len().div_ceil(FAN)];
    above.par_chunks_mut(RUN).zip(below.par_chunks(RUN * FAN)).try_for_each(|(nodes, parts)| {
        progress.check()?;
        for (sum, part) in nodes.iter_mut().zip(parts.chunks(FAN)) {
            for one in part {
                sum.add(node(one));
            }
        }
        progress.advance(parts.len() as u64);
        Ok::<(), Error>(())
    })?;
    Ok(above)
}

/// Levels of nodes over a column; a tenth of the column's memory.
#[derive(Clone, Debug, Default)]
pub struct Pyramid {
    levels: Vec<Vec<Node>>,
    len: usize,
}

impl Pyramid {
    /// Builds all levels.
    ///
    /// # Errors
    /// [`Cancelled`](sre_stats::ErrorKind::Cancelled) on request.
    pub fn build(values: &[f64], progress: &Progress) -> Result<Self> {
        progress.stage("building levels of detail", values.len() as u64);
        let mut levels = vec![level(values, |v| Node { min: *v, max: *v, sum: *v }, progress)?];
        while let Some(last) = levels.last().filter(|l| l.len() > FAN) {
            let next = level(last, |node| *node, progress)?;
            levels.push(next);
        }
        Ok(Self { levels, len: values.len() })
    }

    /// What the levels take, in bytes.
    pub fn bytes(&self) -> usize {
        self.levels.iter().map(|l| l.capacity() * size_of::<Node>()).sum()
    }

    /// The extremes and the sum of `values[from..to]`; the column must be the one it was built on.
    ///
    /// # Errors
    /// Where the range is empty or outside the column.
    pub fn query(&self, values: &[f64], from: usize, to: usize) -> Result<Node> {
        if from >= to || to > self.len || values.len() != self.len {
            return Err(Error::argument(format!("samples {from} to {to} of {} cannot be looked up", self.len)));
        }
        let mut out = Node::NOTHING;
        let plain = |out: &mut Node, a: usize, b: usize| {
            for &v in values.get(a..b).unwrap_or_default() {
                out.add(Node { min: v, max: v, sum: v });
            }
        };
        let (mut a, mut b) = (from.div_ceil(FAN), to / FAN);
        if a >= b {
            plain(&mut out, from, to);
            return Ok(out);
        }
        plain(&mut out, from, a * FAN);
        plain(&mut out, b * FAN, to);
        // climb: whole nodes of a level, and its ragged ends one level below
        for level in &self.levels {
            let (up_a, up_b) = (a.div_ceil(FAN), b / FAN);
            let mut take = |x: usize, y: usize| level.get(x..y).unwrap_or_default().iter().for_each(|n| out.add(*n));
            if up_a >= up_b {
                take(a, b);
                break;
            }
            take(a, up_a * FAN);
            take(up_b * FAN, b);
            (a, b) = (up_a, up_b);
        }
        Ok(out)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn levels_take_a_tenth_of_the_data_and_stop_on_request() {
        let values: Vec<f64> = (0..1_000_000_u32).map(f64::from).collect();
        let pyramid = Pyramid::build(&values, &Progress::new()).unwrap();
        // times and values are 16 bytes a sample
        let data = values.len() * 16;
        assert!(pyramid.bytes() * 10 < data * 11 / 10, "{} of {data}", pyramid.bytes());
        let whole = pyramid.query(&values, 0, values.len()).unwrap();
        assert_eq!(whole, Node { min: 0.0, max: 999_999.0, sum: 999_999.0 * 500_000.0 });
        let stopped = Progress::new();
        stopped.cancel();
        assert!(Pyramid::build(&values, &stopped).is_err());
    }

    #[test]
    fn every_range_is_what_brute_force_finds() {
        let values: Vec<f64> = (0..5000_u64).map(|i| (i.wrapping_mul(2_654_435_761) % 1009) as f64).collect();
        let pyramid = Pyramid::build(&values, &Progress::new()).unwrap();
        for from in (0..5000).step_by(37) {
            for len in [1, 2, 15, 16, 17, 255, 256, 257, 1000, 4096, 5000] {
                let to = (from + len).min(5000);
                let node = pyramid.query(&values, from, to).unwrap();
                let part = &values[from..to];
                assert_eq!(node.min, part.iter().copied().fold(f64::INFINITY, f64::min));
                assert_eq!(node.max, part.iter().copied().fold(f64::NEG_INFINITY, f64::max));
                // whole numbers add up exactly in any order
                assert_eq!(node.sum, part.iter().sum::<f64>(), "{from} {to}");
            }
        }
        assert!(pyramid.query(&values, 3, 3).is_err() && pyramid.query(&values, 0, 5001).is_err());
    }
}
