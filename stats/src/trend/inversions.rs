//! Counting and visiting inversions by merge sort: the n log n core of Kendall's score and of Theil–Sen.

/// Below this length insertion sort is faster.
const SMALL: usize = 24;
/// From this length the halves are sorted in parallel.
const PARALLEL: usize = 1 << 16;

/// A key with the number of the sample that it belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keyed {
    pub(crate) key: f64,
    pub(crate) id: u32,
}

/// What the sort needs of an item.
pub(crate) trait Item: Copy + Send {
    fn key(self) -> f64;
}

impl Item for f64 {
    fn key(self) -> f64 {
        self
    }
}

impl Item for Keyed {
    fn key(self) -> f64 {
        self.key
    }
}

/// Sorts stably and returns the number of strict inversions: pairs i < j with key i > key j. The keys must not be NaN.
pub(crate) fn sort_counting<T: Item>(items: &mut [T]) -> u64 {
    let mut buffer = items.to_vec();
    sort_to(items, &mut buffer, false)
}

/// Sorts `a`, into `b` where `to_b` holds; the other is scratch.
fn sort_to<T: Item>(a: &mut [T], b: &mut [T], to_b: bool) -> u64 {
    let n = a.len();
    if n <= SMALL {
        let count = insertion(a);
        if to_b {
            b.copy_from_slice(a);
        }
        return count;
    }
    let (a1, a2) = a.split_at_mut(n / 2);
    let (b1, b2) = b.split_at_mut(n / 2);
    let (left, right) = if n >= PARALLEL {
        rayon::join(|| sort_to(a1, b1, !to_b), || sort_to(a2, b2, !to_b))
    } else {
        (sort_to(a1, b1, !to_b), sort_to(a2, b2, !to_b))
    };
    let across = if to_b { merge(a1, a2, b) } else { merge(b1, b2, a) };
    left + right + across
}

fn insertion<T: Item>(a: &mut [T]) -> u64 {
    let mut count = 0;
    for i in 1..a.len() {
        let item = a[i];
        let mut j = i;
        while j > 0 && a[j - 1].key() > item.key() {
            a[j] = a[j - 1];
            j -= 1;
        }
        a[j] = item;
        count += (i - j) as u64;
    }
    count
}

/// Merges two sorted runs and counts the pairs out of order; what is in place at either end is copied.
fn merge<T: Item>(left: &[T], right: &[T], out: &mut [T]) -> u64 {
    let (Some(&low), Some(&high)) = (right.first(), left.last()) else {
        out[..left.len()].copy_from_slice(left);
        out[left.len()..].copy_from_slice(right);
        return 0;
    };
    let keep = left.partition_point(|item| item.key() <= low.key());
    let over = right.partition_point(|item| item.key() < high.key());
    let middle = left.len() + over;
    out[..keep].copy_from_slice(&left[..keep]);
    out[middle..].copy_from_slice(&right[over..]);
    merge_overlap(&left[keep..], &right[..over], &mut out[keep..middle])
}

/// Merges without a branch on the comparison, which is a coin toss to the predictor.
fn merge_overlap<T: Item>(left: &[T], right: &[T], out: &mut [T]) -> u64 {
    let (mut i, mut j, mut count) = (0, 0, 0u64);
    for (k, slot) in out.iter_mut().enumerate() {
        if i == left.len() || j == right.len() {
            let rest = if i == left.len() { &right[j..] } else { &left[i..] };
            out[k..].copy_from_slice(rest);
            return count;
        }
        let (a, b) = (left[i], right[j]);
        let take_right = b.key() < a.key();
        *slot = if take_right { b } else { a };
        count += if take_right { (left.len() - i) as u64 } else { 0 };
        i += usize::from(!take_right);
        j += usize::from(take_right);
    }
    count
}

/// Sorts stably and calls `visit(rest, item)` wherever `item` passes the items of `rest`, all of them before it and greater:
/// every strict inversion is seen once, as (one of `rest`, `item`).
pub(crate) fn sort_visiting(items: &mut [Keyed], visit: &mut impl FnMut(&[Keyed], Keyed)) {
    let n = items.len();
    for block in items.chunks_mut(SMALL) {
        insertion_visiting(block, &mut |left, item| visit(&[left], item));
    }
    let mut buffer = items.to_vec();
    let mut width = SMALL;
    while width < n {
        let mut start = 0;
        while start < n {
            let middle = (start + width).min(n);
            let end = (middle + width).min(n);
            merge_visiting(&items[start..middle], &items[middle..end], &mut buffer[start..end], visit);
            start = end;
        }
        items.copy_from_slice(&buffer);
        width *= 2;
    }
}

/// As [`sort_visiting`], one pair at a time, in time n plus the number of inversions.
pub(crate) fn insertion_visiting(items: &mut [Keyed], visit: &mut impl FnMut(Keyed, Keyed)) {
    for i in 1..items.len() {
        let item = items[i];
        let mut j = i;
        while j > 0 && items[j - 1].key > item.key {
            visit(items[j - 1], item);
            items[j] = items[j - 1];
            j -= 1;
        }
        items[j] = item;
    }
}

fn merge_visiting(left: &[Keyed], right: &[Keyed], out: &mut [Keyed], visit: &mut impl FnMut(&[Keyed], Keyed)) {
    let (mut i, mut j) = (0, 0);
    for slot in out {
        if j == right.len() || (i < left.len() && left[i].key <= right[j].key) {
            *slot = left[i];
            i += 1;
        } else {
            if i < left.len() {
                visit(&left[i..], right[j]);
            }
            *slot = right[j];
            j += 1;
        }
    }
}

/// The number of pairs i < j with key i > key j + `slack`.
pub(crate) fn count_with_slack(keys: &[f64], slack: f64) -> u64 {
    let mut sorted = keys.to_vec();
    let mut buffer = keys.to_vec();
    slack_count(&mut sorted, &mut buffer, slack)
}

fn slack_count(a: &mut [f64], buffer: &mut [f64], slack: f64) -> u64 {
    let n = a.len();
    if n < 2 {
        return 0;
    }
    let (left, right) = a.split_at_mut(n / 2);
    let (b1, b2) = buffer.split_at_mut(n / 2);
    let mut count = slack_count(left, b1, slack) + slack_count(right, b2, slack);
    let mut i = 0;
    for r in right.iter() {
        while i < left.len() && left[i] <= r + slack {
            i += 1;
        }
        count += (left.len() - i) as u64;
    }
    merge(left, right, buffer);
    a.copy_from_slice(buffer);
    count
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brute(keys: &[f64], slack: f64) -> u64 {
        let pairs = (0..keys.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
        pairs.filter(|&(i, j)| keys[i] > keys[j] + slack).count() as u64
    }

    proptest! {
        #[test]
        fn counts_are_those_of_all_pairs(keys in prop::collection::vec((0..40i32).prop_map(f64::from), 0..200)) {
            let mut sorted = keys.clone();
            prop_assert_eq!(sort_counting(&mut sorted), brute(&keys, 0.0));
            prop_assert!(sorted.is_sorted());
            prop_assert_eq!(count_with_slack(&keys, 3.0), brute(&keys, 3.0));
            let mut items: Vec<Keyed> = keys.iter().zip(0..).map(|(&key, id)| Keyed { key, id }).collect();
            let mut seen = std::collections::BTreeSet::new();
            sort_visiting(&mut items, &mut |rest, item| {
                for left in rest {
                    assert!(left.id < item.id && left.key > item.key && seen.insert((left.id, item.id)));
                }
            });
            prop_assert_eq!(seen.len() as u64, brute(&keys, 0.0));
        }
    }

    #[test]
    fn a_parallel_sort_counts_the_same() {
        let keys: Vec<f64> = (0..200_000u64).map(|i| (i * 7919 % 200_003) as f64).collect();
        let (mut a, mut b) = (keys.clone(), keys.clone());
        let parallel = sort_counting(&mut a);
        let single = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(|| sort_counting(&mut b));
        assert_eq!(parallel, single);
        assert_eq!(parallel, count_with_slack(&keys, 0.0));
    }
}
