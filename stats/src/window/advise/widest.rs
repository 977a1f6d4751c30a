//! The widest width that the budget bears.

use super::charge::Charge;
use super::{AdvisorInput, WidthLimit, shown};
use crate::window::closed_form::Ends;

/// At most this many candidate widths are looked at; beyond it the simple safe bound is given.
const MAX_PIECES: usize = 1_000_000;

#[derive(Default)]
pub(super) struct Limits {
    pub(super) widest: Option<f64>,
    pub(super) all_below: Option<f64>,
    pub(super) expected: Option<f64>,
    pub(super) by: Option<WidthLimit>,
}

/// The widest widths, in seconds.
pub(super) fn widest(input: &AdvisorInput, charge: &Charge, why: &mut Vec<String>) -> Limits {
    let (period, allowed) = (input.budget.period().0 as f64, input.budget.allowed().0 as f64);
    let lengths = &charge.lengths;
    let m: u64 = lengths.iter().map(|l| l.1).sum();
    let d: f64 = lengths.iter().map(|l| l.0 as f64 * l.1 as f64).sum();
    if lengths.is_empty() {
        why.push("there is no incident to charge: every width up to the period is safe".into());
        let all = Some(period / 1e9);
        return Limits { widest: all, all_below: all, expected: all, by: Some(WidthLimit::Period) };
    }
    if d > allowed {
        why.push(format!(
            "the incidents alone last {} of the {} allowed: the objective is missed at any width that tells the truth",
            shown(d / 1e9),
            shown(allowed / 1e9)
        ));
        return Limits::default();
    }
    let sight = charge.sight();
    let most = sight.min(period);
    let (safe, all_below) = safe_widths(charge, allowed, most, why);
    let grows = 1.0 - 2.0 * charge.theta;
    let expected = if grows > 0.0 { ((allowed - d) / (m as f64 * grows)).min(most) } else { most };
    let by = match safe {
        s if s < most => WidthLimit::Budget,
        _ if sight < period => WidthLimit::Blindness,
        _ => WidthLimit::Period,
    };
    let of = if m == 1 { String::new() } else { format!("{m} incidents, ") } + &shown(d / 1e9) + " of bad time";
    match by {
        _ if safe <= 0.0 => why.push("the incidents spend the whole budget: only a vanishing width would be safe".into()),
        WidthLimit::Budget => why.push(format!(
            "{of}: at {} slices charge no more than {} in the worst phase, at {} on average",
            shown(safe / 1e9),
            shown(allowed / 1e9),
            shown(expected / 1e9)
        )),
        WidthLimit::Blindness => why.push(format!(
            "{of}: every width whose slices see it keeps the budget; beyond {} the shortest incident fills too little of a \
             slice to be seen",
            shown(sight / 1e9)
        )),
        WidthLimit::Period => why.push(format!("{of}: every width up to the period keeps the budget")),
    }
    if grows < 0.0 {
        why.push(format!(
            "slices that are bad from {} of their width on charge less than the truth on average, the less the wider they are",
            crate::unit::Unit::Ratio.show(charge.theta)
        ));
    } else if grows == 0.0 {
        why.push(
            "on average slices that are bad from half of their width on charge what there was, at any width".into(),
        );
    }
    if m > 1 {
        why.push("incidents are taken to be at least one width apart, each in its own worst phase".into());
    }
    let positive = |w: f64| (w > 0.0).then_some(w / 1e9);
    Limits { widest: positive(safe), all_below: positive(all_below), expected: positive(expected), by: Some(by) }
}

/// The greatest w ≤ `most` with a worst charge of no more than the budget, and the w up to which all are; both in ns.
///
/// On each piece between neighbouring jumps the charge is K·w with a constant K that falls with w. K·w lies between
/// D + M·w(1 − 2θ) and that plus M·w, which brackets both answers. Where the ends of bad starts count, the jump at w belongs to
/// the piece on its left, else to the one on its right.
fn safe_widths(charge: &Charge, budget: f64, most: f64, why: &mut Vec<String>) -> (f64, f64) {
    let c = 1.0 - 2.0 * charge.theta;
    let lengths = &charge.lengths;
    let m = lengths.iter().map(|l| l.1 as f64).sum::<f64>();
    let d = lengths.iter().map(|l| l.0 as f64 * l.1 as f64).sum::<f64>();
    let low = ((budget - d) / (m * (c + 1.0)).max(f64::MIN_POSITIVE)).min(most);
    let high = if c > 0.0 { ((budget - d) / (m * c)).min(most) } else { most };
    if low <= 0.0 {
        return (0.0, 0.0);
    }
    // jumps at ⌈d/w + c⌉: where d/w + c is a whole number
    let mut jumps = vec![low, high];
    for &(d, _) in lengths {
        let (first, last) = ((d as f64 / high + c).ceil() as i64, (d as f64 / low + c).floor() as i64);
        if (last - first).max(0) as usize + jumps.len() > MAX_PIECES {
            why.push("the incidents are long against the safe width: the simple bound is given".into());
            return (low, low);
        }
        jumps.extend((first..=last).map(|k| d as f64 / (k as f64 - c)).filter(|w| *w > low && *w < high));
    }
    jumps.sort_unstable_by(f64::total_cmp);
    jumps.dedup();
    let safe_at = |w: f64| charge.worst(w) <= budget * (1.0 + 4.0 * f64::EPSILON);
    let holds = |left: f64, end: f64| if charge.ends == Ends::Inside { end > left } else { end >= left };
    let mut widest = if safe_at(high) { high } else { low };
    if widest < high {
        for pair in jumps.windows(2).rev() {
            // a piece has the count of its middle throughout
            let (left, right) = (pair[0], pair[1]);
            let end = (budget / charge.slices(left.midpoint(right))).min(right);
            if holds(left, end) {
                widest = end;
                break;
            }
        }
    }
    let mut all_below = widest;
    for pair in jumps.windows(2) {
        let end = budget / charge.slices(pair[0].midpoint(pair[1]));
        if pair[0] >= widest || end < pair[1] {
            all_below = all_below.min(end.max(pair[0]));
            break;
        }
    }
    (widest, all_below)
}
