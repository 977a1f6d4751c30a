//! A column of a piece, in which nothing is spent on nulls where there are none.

/// The fields of a column; a field that is not there holds a value without meaning.
#[derive(Clone, Debug)]
pub(super) struct Cells<T> {
    values: Vec<T>,
    /// Which fields are there; `None` where all are.
    present: Option<Vec<bool>>,
}

impl<T: Copy> Cells<T> {
    /// A column in which every field is there.
    pub(super) fn full(values: Vec<T>) -> Self {
        Self { values, present: None }
    }

    /// A column with a mark for each field that tells whether it is there; without marks all are.
    pub(super) fn with_marks(values: Vec<T>, present: Option<Vec<bool>>) -> Self {
        Self { values, present }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// How many fields are there.
    pub(super) fn there(&self) -> u64 {
        let marks = self.present.as_ref();
        marks.map_or(self.values.len(), |marks| marks.iter().filter(|there| **there).count()) as u64
    }

    /// All fields, where every one is there.
    pub(super) fn all(self) -> Result<Vec<T>, Self> {
        if self.present.is_none() { Ok(self.values) } else { Err(self) }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Option<T>> + '_ {
        let present = self.present.as_deref().unwrap_or_default();
        self.values.iter().enumerate().map(|(i, value)| present.get(i).copied().unwrap_or(true).then_some(*value))
    }

    /// Each field as something else, or as nothing.
    pub(super) fn convert<U: Copy + Default>(self, f: impl Fn(T) -> Option<U>) -> Cells<U> {
        self.iter().map(|field| field.and_then(&f)).collect()
    }

    /// Each field as something else.
    pub(super) fn map<U: Copy>(self, f: impl Fn(T) -> U) -> Cells<U> {
        Cells { values: self.values.into_iter().map(f).collect(), present: self.present }
    }
}

impl<T: Copy + Default> FromIterator<Option<T>> for Cells<T> {
    fn from_iter<I: IntoIterator<Item = Option<T>>>(fields: I) -> Self {
        let fields = fields.into_iter();
        let mut values = Vec::with_capacity(fields.size_hint().0);
        let mut present: Option<Vec<bool>> = None;
        for field in fields {
            if let Some(present) = &mut present {
                present.push(field.is_some());
            } else if field.is_none() {
                let mut marks = vec![true; values.len()];
                marks.push(false);
                present = Some(marks);
            }
            values.push(field.unwrap_or_default());
        }
        Self { values, present }
    }
}

#[cfg(test)]
mod tests {
    use super::Cells;

    #[test]
    fn fields_come_back_with_and_without_nulls() {
        for fields in [vec![], vec![Some(1)], vec![None], vec![Some(1), None, Some(3)], vec![None, Some(2), None]] {
            let cells: Cells<i64> = fields.iter().copied().collect();
            assert_eq!(cells.iter().collect::<Vec<_>>(), fields);
            assert_eq!(cells.there(), fields.iter().flatten().count() as u64);
            assert_eq!(cells.clone().all().is_ok(), fields.iter().all(Option::is_some));
            let doubled: Vec<_> = cells.clone().map(|x| x * 2).iter().collect();
            assert_eq!(doubled, fields.iter().map(|f| f.map(|x| x * 2)).collect::<Vec<_>>());
            let odd: Vec<_> = cells.convert(|x| (x % 2 == 1).then_some(x)).iter().collect();
            assert_eq!(odd, fields.iter().map(|f| f.filter(|x| x % 2 == 1)).collect::<Vec<_>>());
        }
    }
}
