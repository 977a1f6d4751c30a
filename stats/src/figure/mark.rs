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

/// A cell of a [`Shape::Heat`], between two places on each axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tile {
    /// Where it begins on the x axis.
    pub left: f64,
    /// Where it ends on the x axis.
    pub right: f64,
    /// Where it begins on the y axis.
    pub bottom: f64,
    /// Where it ends on the y axis.
    pub top: f64,
    /// How dark it is, from 0 (not at all) to 1.
    pub share: f64,
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
    /// Cells on both axes, the darker the more they hold.
    Heat {
        /// The cells.
        tiles: Vec<Tile>,
    },
    /// Cells along x in a strip under the plot, such as the verdict by phase.
    Strip {
        /// The cells.
        cells: Vec<Cell>,
    },
}
