//! Undo and redo as snapshots, taken at the end of an interaction.

/// How many steps are kept.
pub const STEPS: usize = 100;

/// Snapshots of a value. A drag is one step: nothing is kept before [`settle`](Self::settle) is called at its end.
#[derive(Clone, Debug)]
pub struct Undo<T> {
    settled: T,
    past: Vec<T>,
    future: Vec<T>,
}

impl<T: Clone + PartialEq> Undo<T> {
    /// A history that begins with `value`.
    pub fn new(value: T) -> Self {
        Self { settled: value, past: Vec::new(), future: Vec::new() }
    }

    /// Keeps a step where `value` differs from the last settled one; whether it does.
    pub fn settle(&mut self, value: &T) -> bool {
        let new = *value != self.settled;
        if new {
            if self.past.len() == STEPS {
                self.past.remove(0);
            }
            self.past.push(std::mem::replace(&mut self.settled, value.clone()));
            self.future.clear();
        }
        new
    }

    /// The value before the last step; `None` at the beginning.
    pub fn undo(&mut self) -> Option<T> {
        let value = self.past.pop()?;
        self.future.push(std::mem::replace(&mut self.settled, value.clone()));
        Some(value)
    }

    /// The value after the step that was undone last; `None` where nothing was.
    pub fn redo(&mut self) -> Option<T> {
        let value = self.future.pop()?;
        self.past.push(std::mem::replace(&mut self.settled, value.clone()));
        Some(value)
    }

    /// Whether there is anything to undo.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is anything to redo.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_steps_go_back_and_forth() {
        let mut undo = Undo::new(0);
        for i in 1..=150 {
            undo.settle(&i);
            undo.settle(&i);
        }
        let back: Vec<i32> = std::iter::from_fn(|| undo.undo()).collect();
        assert_eq!(back, (50..150).rev().collect::<Vec<_>>());
        assert_eq!(undo.redo(), Some(51));
        undo.settle(&7);
        assert!(!undo.can_redo() && undo.can_undo());
        assert_eq!(undo.undo(), Some(51));
    }
}
