//! Names that `OpenMetrics` text cannot keep apart.
//!
//! Source: the `OpenMetrics` 1.0 specification: a family has one type, and no two families have samples of one name. A counter's sample is
//! called as its family with `_total` at the end.

use std::collections::HashMap;

use crate::error::{Error, Result};

/// A series to be written: its family, the family's type, and its own name.
pub(crate) type Written<'a> = (&'a str, &'static str, &'a str);

/// Refuses series of different names or types that would be read back as one.
pub(crate) fn refuse_clashes<'a>(all: impl Iterator<Item = Written<'a>>) -> Result<()> {
    let mut families: HashMap<&str, (&str, &str)> = HashMap::new();
    let mut samples: HashMap<String, Written<'a>> = HashMap::new();
    for (family, kind, own) in all {
        let (known, first) = *families.entry(family).or_insert((kind, own));
        if known != kind {
            return Err(clash((first, known), (own, kind), &format!("family “{family}”")));
        }
        let sample = if kind == "counter" { format!("{family}_total") } else { own.to_owned() };
        let written = (family, kind, own);
        match samples.get(&sample) {
            Some(first) if *first != written => {
                return Err(clash((first.2, first.1), (own, kind), &format!("samples “{sample}”")));
            }
            Some(_) => {}
            None => drop(samples.insert(sample, written)),
        }
    }
    Ok(())
}

fn clash(one: (&str, &str), other: (&str, &str), what: &str) -> Error {
    Error::mismatch(format!(
        "the {} “{}” and the {} “{}” would both be the {what} of OpenMetrics",
        one.1, one.0, other.1, other.0
    ))
    .hint("choose one of them with --value, or write another format")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::load::{Dataset, LoadOptions, load_bytes};
    use crate::progress::Progress;

    fn read(text: &str) -> Dataset {
        load_bytes("a.prom", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap()
    }

    fn written(data: &Dataset) -> crate::Result<String> {
        let mut out = Vec::new();
        data.write_openmetrics(&mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn series_that_would_become_one_are_refused() {
        let of = |one: &str, other: &str| {
            let samples = |name: &str| format!("{name} 5 100000\n{name} 6 110000\n{name} 9 120000\n");
            let typed = |(name, kind): (&str, &str)| format!("# TYPE {name} {kind}\n{}", samples(name));
            read(&(typed(one.split_once(' ').unwrap()) + &typed(other.split_once(' ').unwrap())))
        };
        for (one, other) in
            [("x counter", "x_total counter"), ("x gauge", "x_total counter"), ("x counter", "x_total gauge")]
        {
            let e = written(&of(one, other)).unwrap_err().to_string();
            assert!(e.contains("“x”") && e.contains("“x_total”") && e.contains("--value"), "{one}, {other}: {e}");
        }
        // what is kept apart comes back as it was
        let data = of("x counter", "y_total counter");
        let back = read(&written(&data).unwrap());
        assert_eq!(back.items.iter().map(crate::load::Item::count).sum::<u64>(), 6);
        assert!(written(&of("x gauge", "x_sum gauge")).is_ok());
    }
}
