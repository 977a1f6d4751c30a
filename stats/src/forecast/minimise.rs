//! The least value of a function of a few parameters in the unit cube.

/// The best place found from several starts, and the value there.
///
/// The downhill simplex of J. A. Nelder and R. Mead, *A simplex method for function minimization*, Computer Journal 7 (1965), with
/// places outside the cube brought to its edge and one restart from the place found. Deterministic; up to `budget` evaluations
/// a start.
pub(super) fn minimise(f: &dyn Fn(&[f64]) -> f64, starts: &[Vec<f64>], budget: usize) -> (Vec<f64>, f64) {
    let mut best = (Vec::new(), f64::INFINITY);
    for start in starts {
        let first = simplex(f, start, 0.15, budget);
        let second = simplex(f, &first.0, 0.02, budget);
        for found in [first, second] {
            if found.1 < best.1 || best.0.is_empty() {
                best = found;
            }
        }
    }
    best
}

fn simplex(f: &dyn Fn(&[f64]) -> f64, start: &[f64], size: f64, budget: usize) -> (Vec<f64>, f64) {
    let m = start.len();
    let value = |p: &[f64]| {
        let v = f(p);
        if v.is_nan() { f64::INFINITY } else { v }
    };
    let inside = |p: Vec<f64>| p.into_iter().map(|v: f64| v.clamp(0.0, 1.0)).collect::<Vec<f64>>();
    let start = inside(start.to_vec());
    let mut points: Vec<(Vec<f64>, f64)> = (0..=m)
        .map(|i| {
            let mut p = start.clone();
            if let Some(v) = i.checked_sub(1).map(|i| &mut p[i]) {
                *v += if *v + size <= 1.0 { size } else { -size };
            }
            let v = value(&p);
            (p, v)
        })
        .collect();
    let mut used = m + 1;
    while used < budget {
        points.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (low, high) = (points[0].1, points[m].1);
        let width = points.iter().flat_map(|p| p.0.iter().zip(&points[0].0).map(|(a, b)| (a - b).abs()));
        if width.fold(0.0, f64::max) < 1e-7 || (high - low).abs() <= 1e-13 * low.abs() {
            break;
        }
        let centre: Vec<f64> = (0..m).map(|j| points[..m].iter().map(|p| p.0[j]).sum::<f64>() / m as f64).collect();
        let towards =
            |factor: f64| inside(centre.iter().zip(&points[m].0).map(|(c, w)| c + factor * (c - w)).collect());
        let reflected = towards(1.0);
        let at_reflected = value(&reflected);
        used += 1;
        let next = if at_reflected < low {
            let expanded = towards(2.0);
            let at_expanded = value(&expanded);
            used += 1;
            Some(if at_expanded < at_reflected { (expanded, at_expanded) } else { (reflected, at_reflected) })
        } else if at_reflected < points[m - 1].1 {
            Some((reflected, at_reflected))
        } else {
            let contracted = towards(if at_reflected < high { 0.5 } else { -0.5 });
            let at_contracted = value(&contracted);
            used += 1;
            (at_contracted < high.min(at_reflected)).then_some((contracted, at_contracted))
        };
        if let Some(next) = next {
            points[m] = next;
        } else {
            let best = points[0].0.clone();
            for p in &mut points[1..] {
                p.0 = p.0.iter().zip(&best).map(|(v, b)| b + 0.5 * (v - b)).collect();
                p.1 = value(&p.0);
            }
            used += m;
        }
    }
    points.sort_by(|a, b| a.1.total_cmp(&b.1));
    points.swap_remove(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valleys_and_edges_are_found() {
        // Rosenbrock's valley, scaled into the cube: its least value is at (0.75, 0.75)
        let valley = |p: &[f64]| {
            let (x, y) = (4.0 * p[0] - 2.0, 4.0 * p[1] - 2.0);
            100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2)
        };
        let (place, least) = minimise(&valley, &[vec![0.2, 0.8]], 2000);
        assert!(least < 1e-9 && (place[0] - 0.75).abs() < 1e-4, "{place:?} {least}");
        let (place, _) = minimise(&|p| (p[0] + 1.0).powi(2) + (p[1] - 3.0).powi(2), &[vec![0.5, 0.5]], 500);
        assert_eq!(place, [0.0, 1.0]);
    }
}
