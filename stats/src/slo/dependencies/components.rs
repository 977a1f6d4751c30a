//! Strongly connected components: the cycles of a graph, and the order of the rest.

use std::collections::VecDeque;

/// The strongly connected components of a graph given by the successors of each node, each sorted; a component comes after
/// all those that it leads to. R. Tarjan, SIAM J. Comput. 1 (1972), without recursion.
pub(super) fn components(successors: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let n = successors.len();
    let (mut index, mut low, mut on_stack) = (vec![NEW; n], vec![0; n], vec![false; n]);
    let (mut stack, mut out, mut next) = (Vec::new(), Vec::new(), 0);
    for root in 0..n {
        if index[root] != NEW {
            continue;
        }
        // a node with the number of its next successor
        let mut path = vec![(root, 0)];
        while let Some(&mut (v, ref mut edge)) = path.last_mut() {
            if *edge == 0 {
                (index[v], low[v]) = (next, next);
                next += 1;
                stack.push(v);
                on_stack[v] = true;
            }
            if let Some(&w) = successors[v].get(*edge) {
                *edge += 1;
                if index[w] == NEW {
                    path.push((w, 0));
                } else if on_stack[w] {
                    low[v] = low[v].min(index[w]);
                }
                continue;
            }
            path.pop();
            if let Some(&(parent, _)) = path.last() {
                low[parent] = low[parent].min(low[v]);
            }
            if low[v] == index[v] {
                let mut component = Vec::new();
                while let Some(w) = stack.pop() {
                    on_stack[w] = false;
                    component.push(w);
                    if w == v {
                        break;
                    }
                }
                component.sort_unstable();
                out.push(component);
            }
        }
    }
    out
}

/// A shortest cycle through the first node of a component, its first node again at the end; `None` without one.
pub(super) fn cycle(successors: &[Vec<usize>], component: &[usize]) -> Option<Vec<usize>> {
    let &start = component.first()?;
    let mut before = vec![None; successors.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(v) = queue.pop_front() {
        for &w in successors.get(v)? {
            if w == start {
                let mut path = vec![start];
                let mut at = v;
                while at != start {
                    path.push(at);
                    at = (*before.get(at)?)?;
                }
                path.push(start);
                path.reverse();
                return Some(path);
            }
            if component.contains(&w) && before.get(w).is_some_and(Option::is_none) {
                before[w] = Some(v);
                queue.push_back(w);
            }
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_order_and_the_cycles_of_a_small_graph() {
        // 0 → 1 → 2 → 0, 2 → 3, 3 → 4, 5 → 5
        let graph = vec![vec![1], vec![2], vec![3, 0], vec![4], vec![], vec![5]];
        let found = components(&graph);
        assert_eq!(found, [vec![4], vec![3], vec![0, 1, 2], vec![5]]);
        assert_eq!(cycle(&graph, &found[2]).unwrap(), [0, 1, 2, 0]);
        assert_eq!(cycle(&graph, &found[3]).unwrap(), [5, 5]);
        assert_eq!(cycle(&graph, &found[0]), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Two nodes share a component iff each reaches the other (Warshall's closure).
        #[test]
        fn components_are_mutual_reach(edges in proptest::collection::vec((0_usize..9, 0_usize..9), 0..20)) {
            let mut graph = vec![Vec::new(); 9];
            let mut reach = [[false; 9]; 9];
            for (a, b) in edges {
                graph[a].push(b);
                reach[a][b] = true;
            }
            for (i, row) in reach.iter_mut().enumerate() {
                row[i] = true;
            }
            for k in 0..9 {
                for i in 0..9 {
                    for j in 0..9 {
                        reach[i][j] |= reach[i][k] && reach[k][j];
                    }
                }
            }
            let found = components(&graph);
            let mut place = [0; 9];
            for (i, component) in found.iter().enumerate() {
                for v in component {
                    place[*v] = i;
                }
            }
            prop_assert_eq!(found.iter().map(Vec::len).sum::<usize>(), 9);
            for i in 0..9 {
                for j in 0..9 {
                    prop_assert_eq!(place[i] == place[j], reach[i][j] && reach[j][i]);
                    // what is led to comes first
                    prop_assert!(!reach[i][j] || place[j] <= place[i]);
                }
            }
        }
    }
}
