//! Least squares of a few parameters: normal equations and Gauss–Newton.

/// A fitted model: parameters, their covariance but for the factor s², and the sum of squared residuals.
pub(crate) struct Fit {
    pub(crate) parameters: Vec<f64>,
    pub(crate) inverse: Vec<Vec<f64>>,
    pub(crate) squares: f64,
}

/// The inverse of a small symmetric positive matrix by Gauss and Jordan with pivots; `None` where it is singular.
pub(crate) fn inverse(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = matrix.len();
    let mut rows: Vec<Vec<f64>> = matrix
        .iter()
        .enumerate()
        .map(|(i, row)| row.iter().copied().chain((0..n).map(|j| f64::from(u8::from(i == j)))).collect())
        .collect();
    for i in 0..n {
        let pivot = (i..n).max_by(|a, b| rows[*a][i].abs().total_cmp(&rows[*b][i].abs()))?;
        rows.swap(i, pivot);
        let head = rows[i][i];
        if head == 0.0 || !head.is_finite() {
            return None;
        }
        rows[i].iter_mut().for_each(|v| *v /= head);
        let row = rows[i].clone();
        for (j, other) in rows.iter_mut().enumerate() {
            let factor = other[i];
            if j != i && factor != 0.0 {
                other.iter_mut().zip(&row).for_each(|(v, r)| *v -= factor * r);
            }
        }
    }
    let out: Vec<Vec<f64>> = rows.into_iter().map(|r| r[n..].to_vec()).collect();
    out.iter().flatten().all(|v| v.is_finite()).then_some(out)
}

/// A model: from x and the parameters to a value and its derivatives by the parameters.
pub(crate) type Model = dyn Fn(f64, &[f64]) -> (f64, Vec<f64>);

/// Gauss–Newton with halved steps: `model` gives a value and its derivatives by the parameters. `None` where the parameters
/// cannot be told apart.
pub(crate) fn gauss_newton(x: &[f64], y: &[f64], start: &[f64], model: &Model) -> Option<Fit> {
    let k = start.len();
    let squares = |p: &[f64]| -> f64 { x.iter().zip(y).map(|(x, y)| (y - model(*x, p).0).powi(2)).sum() };
    let normal = |p: &[f64]| {
        let mut matrix = vec![vec![0.0; k]; k];
        let mut right = vec![0.0; k];
        for (x, y) in x.iter().zip(y) {
            let (value, slopes) = model(*x, p);
            for i in 0..k {
                right[i] += slopes[i] * (y - value);
                for j in 0..k {
                    matrix[i][j] += slopes[i] * slopes[j];
                }
            }
        }
        (matrix, right)
    };
    // parameters of very different size: scale the matrix to a unit diagonal before it is inverted
    let scaled_inverse = |matrix: &[Vec<f64>]| {
        let scale: Vec<f64> = (0..k).map(|i| matrix[i][i].sqrt()).collect();
        let unit: Vec<Vec<f64>> =
            (0..k).map(|i| (0..k).map(|j| matrix[i][j] / (scale[i] * scale[j])).collect()).collect();
        let out = inverse(&unit)?;
        Some((0..k).map(|i| (0..k).map(|j| out[i][j] / (scale[i] * scale[j])).collect()).collect::<Vec<Vec<f64>>>())
    };
    let mut parameters = start.to_vec();
    let mut current = squares(&parameters);
    for _ in 0..200 {
        let (matrix, right) = normal(&parameters);
        let inverse = scaled_inverse(&matrix)?;
        let step: Vec<f64> = (0..k).map(|i| inverse[i].iter().zip(&right).map(|(a, b)| a * b).sum()).collect();
        let mut factor = 1.0;
        let mut moved = None;
        for _ in 0..40 {
            let next: Vec<f64> = parameters.iter().zip(&step).map(|(p, s)| p + factor * s).collect();
            let there = squares(&next);
            if there < current {
                moved = Some((next, there));
                break;
            }
            factor /= 2.0;
        }
        let Some((next, there)) = moved else { break };
        parameters = next;
        let gain = current - there;
        current = there;
        if gain <= 1e-16 * current {
            break;
        }
    }
    let inverse = scaled_inverse(&normal(&parameters).0)?;
    parameters.iter().all(|p| p.is_finite()).then_some(Fit { parameters, inverse, squares: current })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverse_undoes_its_matrix() {
        let matrix = vec![vec![0.0, 2.0, 1.0], vec![2.0, 5.0, 3.0], vec![1.0, 3.0, 8.0]];
        let back = inverse(&matrix);
        assert!(back.is_some());
        let back = back.unwrap_or_default();
        for (i, row) in matrix.iter().enumerate() {
            let product = |j: usize| row.iter().zip(&back).map(|(a, b)| a * b[j]).sum::<f64>();
            assert!((0..3).all(|j| (product(j) - f64::from(u8::from(i == j))).abs() < 1e-12));
        }
        assert!(inverse(&[vec![1.0, 2.0], vec![2.0, 4.0]]).is_none());
    }
}
