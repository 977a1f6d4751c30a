//! Cutting lines at the edges of the plot.

/// A rectangle in CSS pixels; y grows downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// Half a pixel more on every side: what is meant to lie on the very edge misses it by rounding.
    pub(super) fn with_grace(&self) -> Self {
        let grace = 0.5;
        Self { left: self.left - grace, top: self.top - grace, right: self.right + grace, bottom: self.bottom + grace }
    }

    /// The nearest point inside.
    pub(super) fn clamp(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (x.clamp(self.left, self.right), y.clamp(self.top, self.bottom))
    }

    pub(super) fn contains(&self, (x, y): (f64, f64)) -> bool {
        x >= self.left && x <= self.right && y >= self.top && y <= self.bottom
    }
}

/// The part of a segment inside the rectangle (Liang and Barsky 1984).
pub(super) fn segment(a: (f64, f64), b: (f64, f64), rect: &Rect) -> Option<((f64, f64), (f64, f64))> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (p, q) in [(-dx, a.0 - rect.left), (dx, rect.right - a.0), (-dy, a.1 - rect.top), (dy, rect.bottom - a.1)] {
        if p == 0.0 {
            if q < 0.0 {
                return None;
            }
        } else if p < 0.0 {
            enter = enter.max(q / p);
        } else {
            leave = leave.min(q / p);
        }
    }
    let at = |share: f64| (a.0 + share * dx, a.1 + share * dy);
    if enter <= leave { Some((at(enter), at(leave))) } else { None }
}

/// A line as the pieces of it that lie inside; a point that is not finite breaks it.
pub(super) fn polyline(points: &[(f64, f64)], rect: &Rect) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut open = false;
    for pair in points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let finite = a.0.is_finite() && a.1.is_finite() && b.0.is_finite() && b.1.is_finite();
        let Some((from, to)) = finite.then(|| segment(a, b, rect)).flatten() else {
            open = false;
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if open && from == a => piece.push(to),
            _ => pieces.push(vec![from, to]),
        }
        open = to == b;
    }
    // a sample between two gaps has no segment: a dot of a line keeps it in sight
    let finite = |p: Option<&(f64, f64)>| p.is_some_and(|p| p.0.is_finite() && p.1.is_finite());
    for (i, point) in points.iter().enumerate() {
        let alone = !finite(i.checked_sub(1).and_then(|i| points.get(i))) && !finite(points.get(i + 1));
        if alone && finite(Some(point)) && rect.contains(*point) {
            pieces.push(vec![(point.0 - 1.0, point.1), (point.0 + 1.0, point.1)]);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECT: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn a_segment_is_cut_at_the_edges() {
        assert_eq!(segment((-5.0, 5.0), (15.0, 5.0), &RECT), Some(((0.0, 5.0), (10.0, 5.0))));
        assert_eq!(segment((-5.0, 0.0), (5.0, 30.0), &RECT), None);
        assert_eq!(segment((1.0, 1.0), (2.0, 2.0), &RECT), Some(((1.0, 1.0), (2.0, 2.0))));
    }

    #[test]
    fn a_line_that_leaves_and_returns_is_two_pieces_and_a_gap_breaks() {
        let pieces = polyline(&[(1.0, 5.0), (2.0, 25.0), (3.0, 5.0), (4.0, f64::NAN), (5.0, 5.0), (6.0, 6.0)], &RECT);
        assert_eq!(pieces.len(), 3);
        assert_eq!(pieces[0], [(1.0, 5.0), (1.25, 10.0)]);
    }

    #[test]
    fn a_lonely_sample_stays_in_sight() {
        let nan = f64::NAN;
        assert_eq!(polyline(&[(1.0, nan), (2.0, 3.0), (3.0, nan)], &RECT), [vec![(1.0, 3.0), (3.0, 3.0)]]);
    }
}
