//! How a position on an axis becomes a place on the picture.

/// The scale of an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scale {
    /// Equal differences are equal distances.
    #[default]
    Linear,
    /// Equal ratios are equal distances; defined for positions above 0.
    Log,
    /// The nines of a probability: positions are −log₁₀(1 − p), as [`Quantile::nines`](crate::quantile::Quantile::nines)
    /// gives them, so that nothing is lost near 1. Ticks read p50, p90, p99, p99.9.
    LogNines,
    /// Time: positions are seconds since the axis's [`origin`](super::Axis::origin). Ticks stand at round times in UTC.
    Time,
}

impl Scale {
    /// The place of a position, on a line where equal distances look equal. Not finite where the scale is not defined.
    ///
    /// ```
    /// use sre_stats::figure::Scale;
    /// assert_eq!(Scale::Log.transform(1000.0), 3.0);
    /// assert!(!Scale::Log.transform(0.0).is_finite());
    /// ```
    pub fn transform(self, position: f64) -> f64 {
        match self {
            Self::Log => position.log10(),
            Self::Linear | Self::LogNines | Self::Time => position,
        }
    }

    /// The position at a place: the inverse of [`transform`](Self::transform).
    pub fn inverse(self, place: f64) -> f64 {
        match self {
            Self::Log => 10.0_f64.powf(place),
            Self::Linear | Self::LogNines | Self::Time => place,
        }
    }

    /// Whether a position can be shown on this scale.
    pub fn shows(self, position: f64) -> bool {
        self.transform(position).is_finite()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverse_undoes_transform() {
        for scale in [Scale::Linear, Scale::Log, Scale::LogNines, Scale::Time] {
            for position in [1e-9, 0.25, 1.0, 7.5, 86_400.0, 1e12] {
                let back = scale.inverse(scale.transform(position));
                assert!((back / position - 1.0).abs() < 1e-12, "{scale:?} {position} {back}");
            }
        }
    }

    #[test]
    fn a_log_scale_shows_no_zero_and_nothing_below() {
        assert!(!Scale::Log.shows(0.0));
        assert!(!Scale::Log.shows(-1.0));
        assert!(!Scale::Linear.shows(f64::INFINITY));
        assert!(Scale::Linear.shows(-1.0));
    }
}
