//! What can stand in a figure, and the role that gives it its colour.

/// One thing drawn: its name in the legend, its role, and its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The name in the legend; empty leaves the mark out of it.
    pub name: String,
    /// What the mark stands for; the theme gives it its colour.
    pub role: Role,
    /// What is drawn.
    pub shape: Shape,
}

impl Mark {
    /// A mark with a name for the legend.
    pub fn new(name: impl Into<String>, role: Role, shape: Shape) -> Self {
        Self { name: name.into(), role, shape }
    }

    /// A mark without an entry in the legend.
    pub fn unnamed(role: Role, shape: Shape) -> Self {
        Self::new("", role, shape)
    }
}

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// One of several things side by side, counted from 0; the palette repeats after its end.
    Series(usize),
    /// What really happened.
    Truth,
    /// What an aggregation charged or reported.
    Charged,
    /// A limit, a budget, an objective.
    Limit,
    /// Met, up, within bounds.
    Good,
    /// Violated, down, out of bounds.
    Bad,
    /// Undecided, or depending on a choice.
    Warn,
    /// Context: gaps, no data, references.
    Neutral,
}

/// The direction in which a [`Shape::Rule`] runs or a [`Shape::Region`] extends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Left to right: a rule at one y; a region between two y.
    Horizontal,
    /// Bottom to top: a rule at one x; a region between two x.
    Vertical,
}

/// A bar of a histogram: it stands on 0 and is as wide as its bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// The lower edge on the x axis.
    pub lower: f64,
    /// The upper edge on the x axis.
    pub upper: f64,
    /// The height on the y axis.
    pub height: f64,
}

/// A value with the ends that it lies between; an infinite end is drawn as an arrow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The position on the x axis.
    pub at: f64,
    /// The value; NaN where only the ends are known.
    pub value: f64,
    /// The lower end; −∞ where it is open.
    pub lower: f64,
    /// The upper end; +∞ where it is open.
    pub upper: f64,
}

/// A cell of a [`Shape::Strip`].
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Where it begins on the x axis.
    pub from: f64,
    /// Where it ends on the x axis.
    pub to: f64,
    /// What it says, such as “met”; every distinct one is in the legend.
    pub name: String,
    /// The role of what it says.
    pub role: Role,
}

/// A column of a heat map.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatColumn {
    /// Where it begins on x.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// How many values lie in each row, from the lowest.
    pub counts: Vec<u64>,
}

impl HeatColumn {
    /// How much of the colour a cell gets: the logarithm of its count over that of `most`, 0 where it is empty.
    ///
    /// ```
    /// use sre_stats::figure::HeatColumn;
    /// assert_eq!(HeatColumn::strength(0, 99), 0.0);
    /// assert_eq!(HeatColumn::strength(9, 99), 0.5);
    /// assert_eq!(HeatColumn::strength(5000, 99), 1.0);
    /// ```
    pub fn strength(count: u64, most: u64) -> f64 {
        ((count as f64 + 1.0).ln() / (most.max(1) as f64 + 1.0).ln()).min(1.0)
    }
}

/// The shapes. Positions are in the units of the axes; a NaN in y breaks a line or a band: a gap stays a gap.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Shape {
    /// A line through points `(x, y)` in order.
    Line {
        /// The points.
        points: Vec<(f64, f64)>,
    },
    /// The area between a lower and an upper edge; the three columns are of equal length.
    Band {
        /// Positions along x.
        x: Vec<f64>,
        /// The lower edge.
        lower: Vec<f64>,
        /// The upper edge.
        upper: Vec<f64>,
    },
    /// Dots.
    Points {
        /// Their places.
        points: Vec<(f64, f64)>,
    },
    /// Bars on 0, each as wide as its bucket.
    Bars {
        /// The bars.
        bars: Vec<Bar>,
    },
    /// Constant from edge to edge: `values[i]` from `edges[i]` to `edges[i + 1]`.
    Steps {
        /// One edge more than values.
        edges: Vec<f64>,
        /// The values; NaN leaves a gap.
        values: Vec<f64>,
    },
    /// A reference line right across the plot, with its name written on it.
    Rule {
        /// The position on the axis that it crosses.
        at: f64,
        /// Which way it runs.
        direction: Direction,
    },
    /// A shaded span, such as an incident or a gap.
    Region {
        /// Where it begins.
        from: f64,
        /// Where it ends.
        to: f64,
        /// [`Direction::Vertical`] shades between two x, [`Direction::Horizontal`] between two y.
        direction: Direction,
    },
    /// Values with error bars.
    Interval {
        /// The values with their ends.
        intervals: Vec<Interval>,
    },
    /// How many values lie in each cell of a grid, as colour.
    Heat {
        /// The edges of the rows on y, ascending; one more than rows.
        rows: Vec<f64>,
        /// The columns, ascending in x.
        columns: Vec<HeatColumn>,
        /// The count from which on the colour is full.
        most: u64,
    },
    /// Cells along x in a strip under the plot, such as the verdict by phase.
    Strip {
        /// The cells.
        cells: Vec<Cell>,
    },
}
