//! Sorted, disjoint half-open intervals of ticks.

/// `[start, end)` in ticks.
pub(super) type Ticks = (i64, i64);

/// Sorts, drops what is empty, and joins what overlaps or touches.
pub(super) fn normalised(mut list: Vec<Ticks>) -> Vec<Ticks> {
    list.retain(|(a, b)| a < b);
    if !list.is_sorted_by_key(|i| i.0) {
        list.sort_unstable();
    }
    list.dedup_by(|next, kept| {
        let joins = next.0 <= kept.1;
        if joins {
            kept.1 = kept.1.max(next.1);
        }
        joins
    });
    list
}

/// The parts of `list` that lie outside `holes`; both are normalised.
pub(super) fn without(list: &[Ticks], holes: &[Ticks]) -> Vec<Ticks> {
    if holes.is_empty() {
        return list.to_vec();
    }
    let mut out = Vec::with_capacity(list.len());
    let mut first = 0;
    for &(mut a, b) in list {
        first += holes[first..].partition_point(|h| h.1 <= a);
        for &(c, d) in holes[first..].iter().take_while(|h| h.0 < b) {
            if a < c {
                out.push((a, c));
            }
            a = a.max(d);
        }
        if a < b {
            out.push((a, b));
        }
    }
    out
}

/// How many ticks the intervals hold.
pub(super) fn total(list: &[Ticks]) -> i64 {
    list.iter().map(|(a, b)| b - a).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touching_intervals_join_and_holes_are_cut_out() {
        assert_eq!(normalised(vec![(5, 7), (1, 3), (3, 4), (9, 9), (6, 8)]), [(1, 4), (5, 8)]);
        assert_eq!(without(&[(0, 10), (12, 14)], &[(2, 3), (5, 6), (9, 13)]), [(0, 2), (3, 5), (6, 9), (13, 14)]);
        assert_eq!(without(&[(3, 4)], &[(0, 10)]), []);
        assert_eq!(total(&[(1, 4), (5, 8)]), 6);
    }
}
