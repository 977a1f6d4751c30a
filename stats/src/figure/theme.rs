//! Colours, as tokens: what a role looks like on a light and on a dark ground.
//!
//! The palette for series follows Okabe and Ito (2008), with its light hues darkened on the light ground until every one has a
//! contrast of at least 3:1, the least that WCAG 2.1 (1.4.11) asks of graphics.

use super::mark::Role;

/// Which set of tokens a picture uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Dark ink on a light ground.
    #[default]
    Light,
    /// Light ink on a dark ground.
    Dark,
    /// Light, and dark where the reader's system prefers that. Only SVG can follow; elsewhere it means light.
    Auto,
}

impl Theme {
    /// The tokens of the theme.
    pub fn tokens(self) -> &'static Tokens {
        match self {
            Self::Light | Self::Auto => &LIGHT,
            Self::Dark => &DARK,
        }
    }
}

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// As `#0072B2`.
    pub fn hex(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }

    /// The relative luminance of WCAG 2.1, from 0 (black) to 1 (white).
    pub fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// The contrast ratio of WCAG 2.1, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if a > b { a / b } else { b / a }
    }
}

/// The colours of a theme. No two tokens of one set are the same colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Behind everything.
    pub background: Rgb,
    /// Titles and values.
    pub ink: Rgb,
    /// Captions and the labels of axes.
    pub muted: Rgb,
    /// The lines of axes.
    pub axis: Rgb,
    /// The lines of the grid.
    pub grid: Rgb,
    /// One colour a series.
    pub series: [Rgb; 8],
    /// [`Role::Truth`].
    pub truth: Rgb,
    /// [`Role::Charged`].
    pub charged: Rgb,
    /// [`Role::Limit`].
    pub limit: Rgb,
    /// [`Role::Good`].
    pub good: Rgb,
    /// [`Role::Bad`].
    pub bad: Rgb,
    /// [`Role::Warn`].
    pub warn: Rgb,
    /// [`Role::Neutral`].
    pub neutral: Rgb,
}

/// Ten even steps of cividis.
const CIVIDIS: [Rgb; 10] = [
    Rgb(0x00, 0x22, 0x4E),
    Rgb(0x12, 0x35, 0x70),
    Rgb(0x3B, 0x49, 0x6C),
    Rgb(0x57, 0x5D, 0x6D),
    Rgb(0x70, 0x71, 0x73),
    Rgb(0x8A, 0x86, 0x78),
    Rgb(0xA5, 0x9C, 0x74),
    Rgb(0xC3, 0xB3, 0x69),
    Rgb(0xE1, 0xCC, 0x55),
    Rgb(0xFE, 0xE8, 0x38),
];

/// The tokens on a light ground.
pub const LIGHT: Tokens = Tokens {
    background: Rgb(0xFF, 0xFF, 0xFF),
    ink: Rgb(0x1B, 0x1F, 0x24),
    muted: Rgb(0x57, 0x60, 0x6A),
    axis: Rgb(0x8C, 0x95, 0x9F),
    grid: Rgb(0xE4, 0xE7, 0xEB),
    series: [
        Rgb(0x00, 0x72, 0xB2),
        Rgb(0xC9, 0x52, 0x00),
        Rgb(0x00, 0x8A, 0x64),
        Rgb(0xB5, 0x55, 0x8C),
        Rgb(0xA8, 0x7B, 0x00),
        Rgb(0x2A, 0x8F, 0xC9),
        Rgb(0x6B, 0x5B, 0xC2),
        Rgb(0x6E, 0x6A, 0x5E),
    ],
    truth: Rgb(0x2B, 0x3A, 0x4A),
    charged: Rgb(0x01, 0x6B, 0xA8),
    limit: Rgb(0xA3, 0x2E, 0x7E),
    good: Rgb(0x00, 0x85, 0x5E),
    bad: Rgb(0xC4, 0x41, 0x00),
    warn: Rgb(0xB0, 0x80, 0x00),
    neutral: Rgb(0x7D, 0x86, 0x90),
};

/// The tokens on a dark ground.
pub const DARK: Tokens = Tokens {
    background: Rgb(0x16, 0x1A, 0x20),
    ink: Rgb(0xE8, 0xEB, 0xEF),
    muted: Rgb(0xA6, 0xAF, 0xBA),
    axis: Rgb(0x6C, 0x76, 0x82),
    grid: Rgb(0x2C, 0x33, 0x3C),
    series: [
        Rgb(0x4A, 0xA8, 0xE8),
        Rgb(0xF0, 0x80, 0x3C),
        Rgb(0x1F, 0xBF, 0x8F),
        Rgb(0xDB, 0x8C, 0xB8),
        Rgb(0xE6, 0xB4, 0x22),
        Rgb(0x8F, 0xD0, 0xF5),
        Rgb(0xA8, 0x9B, 0xF0),
        Rgb(0xB5, 0xB0, 0xA2),
    ],
    truth: Rgb(0xD3, 0xDE, 0xEA),
    charged: Rgb(0x4B, 0xAA, 0xEA),
    limit: Rgb(0xE5, 0x86, 0xC8),
    good: Rgb(0x2C, 0xC4, 0x94),
    bad: Rgb(0xFF, 0x7B, 0x3D),
    warn: Rgb(0xE0, 0xAE, 0x1E),
    neutral: Rgb(0x8B, 0x95, 0xA1),
};

impl Tokens {
    /// The colour of a share of the full strength of a heat map, from just off the background to the farthest from it: Nuñez,
    /// Anderton and Renslow's cividis (2018), perceptually even and the same to readers with and without colour blindness; on a
    /// light ground from its light end, so that more is always farther from the ground.
    ///
    /// ```
    /// use sre_stats::figure::theme::{DARK, LIGHT};
    /// for tokens in [&LIGHT, &DARK] {
    ///     assert!(tokens.heat(1.0).contrast(tokens.background) > tokens.heat(0.2).contrast(tokens.background));
    /// }
    /// ```
    pub fn heat(&self, share: f64) -> Rgb {
        let light = self.background.luminance() > 0.5;
        // the end beside the ground is cut off: a cell that holds anything must be seen
        let along = if light { 0.93 - 0.93 * share.clamp(0.0, 1.0) } else { 0.12 + 0.88 * share.clamp(0.0, 1.0) };
        let place = along * (CIVIDIS.len() - 1) as f64;
        let (i, rest) = (place as usize, place.fract());
        let (a, b) = (CIVIDIS[i], CIVIDIS[(i + 1).min(CIVIDIS.len() - 1)]);
        let mix = |x: u8, y: u8| (f64::from(x) + (f64::from(y) - f64::from(x)) * rest).round() as u8;
        Rgb(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
    }

    /// The colour of a role.
    pub fn colour(&self, role: Role) -> Rgb {
        match role {
            Role::Series(i) => self.series[i % self.series.len()],
            Role::Truth => self.truth,
            Role::Charged => self.charged,
            Role::Limit => self.limit,
            Role::Good => self.good,
            Role::Bad => self.bad,
            Role::Warn => self.warn,
            Role::Neutral => self.neutral,
        }
    }

    /// Every token in a fixed order, the same for each set: a colour of one set is turned into another's by its place.
    pub fn all(&self) -> Vec<Rgb> {
        let mut all = vec![self.background, self.ink, self.muted, self.axis, self.grid];
        all.extend(self.series);
        all.extend([self.truth, self.charged, self.limit, self.good, self.bad, self.warn, self.neutral]);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_follows_the_published_extremes() {
        let (black, white) = (Rgb(0, 0, 0), Rgb(255, 255, 255));
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        // #767676 on white is the well-known darkest-allowed grey at 4.54:1
        assert!((Rgb(0x76, 0x76, 0x76).contrast(white) - 4.54).abs() < 0.01);
    }

    #[test]
    fn every_mark_can_be_seen_and_every_word_be_read() {
        for tokens in [LIGHT, DARK] {
            for word in [tokens.ink, tokens.muted] {
                assert!(word.contrast(tokens.background) >= 4.5, "{}", word.hex());
            }
            for mark in &tokens.all()[5..] {
                assert!(mark.contrast(tokens.background) >= 3.0, "{} {}", mark.hex(), mark.contrast(tokens.background));
            }
        }
    }

    #[test]
    fn no_two_tokens_of_a_set_are_the_same() {
        for tokens in [LIGHT, DARK] {
            let mut all = tokens.all();
            let n = all.len();
            all.sort_by_key(|c| (c.0, c.1, c.2));
            all.dedup();
            assert_eq!(all.len(), n);
        }
    }
}
