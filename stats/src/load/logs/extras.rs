//! What a site writes after the user agent, and which of it is the time of the request.
//!
//! Nothing names these fields. Sources of what is usual: nginx's `ngx_http_log_module` and `ngx_http_upstream_module` (seconds with three
//! decimals; lists of several upstreams joined by a comma or a colon), Apache's `mod_log_config` (`%D` microseconds, `%T` whole seconds, `%I %O`
//! bytes), the default log format of ingress-nginx, and Traefik's common log format, which ends in a duration with its unit.

use super::logfmt::is_key;
use super::{plain, quoted};
use crate::load::guess;
use crate::load::number::{self, Field, show};
use crate::load::records::seconds;
use crate::unit::Unit;

/// A field after the user agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extra<'a> {
    /// What stands before a `=`.
    key: Option<&'a [u8]>,
    value: &'a [u8],
    in_quotes: bool,
}

/// The default log format of ingress-nginx, after the user agent.
const INGRESS: [&str; 9] = [
    "request_length",
    "request_time",
    "proxy_upstream_name",
    "proxy_alternative_upstream_name",
    "upstream_addr",
    "upstream_response_length",
    "upstream_response_time",
    "upstream_status",
    "req_id",
];
/// What Traefik writes after the user agent.
const TRAEFIK: [&str; 4] = ["request_count", "router", "server_url", "duration"];

/// Whole numbers whose middle is less than this are hardly microseconds.
const FEW_MICROSECONDS: f64 = 1000.0;

/// The fields after the user agent, by what the first lines hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Extras {
    /// The names of the fields without a key.
    pub(super) names: Vec<String>,
    /// The place of a field `seconds/microseconds`, of which the second part is read.
    pub(super) pair: Option<usize>,
    pub(super) latency: Option<Latency>,
    /// Names of fields with digits of which none was taken for the time of the request, each with an example.
    pub(super) not_understood: Vec<(String, String)>,
}

/// The field that is the time of the request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Latency {
    pub(super) name: String,
    /// `None` leaves it to the field's own unit, or to a guess by its size.
    pub(super) unit: Option<Unit>,
    /// Which field it is, and as what it is taken.
    pub(super) choice: String,
    pub(super) why: &'static str,
}

/// Cuts what follows the user agent into fields; a list joined by commas or colons is one.
pub(super) fn extras(text: &[u8]) -> Vec<Extra<'_>> {
    let mut all = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.iter().position(|b| matches!(b, b'=' | b' ' | b'"')).unwrap_or(rest.len());
        let key = rest.get(..end).filter(|key| rest.get(end) == Some(&b'=') && is_key(key));
        let start = key.and_then(|_| rest.get(end + 1..)).unwrap_or(rest);
        if let Some((value, after)) = quoted(start) {
            all.push(Extra { key, value, in_quotes: true });
            rest = after;
            continue;
        }
        let Some((word, mut after)) = plain(start) else {
            // a key without a value
            all.push(Extra { key, value: b"", in_quotes: false });
            rest = start.trim_ascii_start();
            continue;
        };
        let mut last = word;
        while last.ends_with(b",") || last == b":" || (after.starts_with(b": ") && key.is_none()) {
            let Some((word, next)) = plain(after) else { break };
            (last, after) = (word, next);
        }
        // the pieces lie side by side in the line
        let length = start.len() - after.len();
        let value = start.get(..length).unwrap_or(word).trim_ascii_end();
        all.push(Extra { key, value, in_quotes: false });
        rest = after;
    }
    all
}

impl Extra<'_> {
    /// The field's name: its key, or the one that its place has.
    pub(super) fn name(&self, place: usize, names: &[String]) -> Option<String> {
        self.key.map(key_name).or_else(|| names.get(place).cloned())
    }
}

/// The value of a field, of `seconds/microseconds` the second.
pub(super) fn value<'a>(extra: &Extra<'a>, place: usize, pair: Option<usize>) -> &'a [u8] {
    if pair == Some(place)
        && let Some((_, micros)) = split_pair(extra.value)
    {
        return micros;
    }
    extra.value
}

/// A key as the name of a column, other than those of the fields before.
fn key_name(key: &[u8]) -> String {
    let name = String::from_utf8_lossy(key);
    if super::access::HEAD.contains(&name.as_ref()) { format!("{name}=") } else { name.into_owned() }
}

/// Both parts of `0/12345`, perhaps between asterisks.
fn split_pair(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let value = value.strip_prefix(b"**").and_then(|v| v.strip_suffix(b"**")).unwrap_or(value);
    let (whole, rest) = value.split_at_checked(memchr::memchr(b'/', value)?)?;
    let micros = rest.get(1..)?;
    let digits = |w: &[u8]| !w.is_empty() && w.iter().all(u8::is_ascii_digit);
    (digits(whole) && digits(micros)).then_some((whole, micros))
}

fn figure(value: &[u8]) -> Option<f64> {
    match number::parse(value) {
        Field::Number(v) => Some(v),
        Field::Blank | Field::Bad => None,
    }
}

/// How many digits stand after the point.
fn decimals(value: &[u8]) -> usize {
    memchr::memchr(b'.', value).map_or(0, |i| value.len() - i - 1)
}

/// The values of one field in the first lines, without blanks.
struct Column<'a> {
    place: usize,
    values: Vec<&'a [u8]>,
}

impl Column<'_> {
    /// Whether nearly all are so: one line in ten may be of another kind, and is told when it is read.
    fn nearly_all(&self, test: impl Fn(&[u8]) -> bool) -> bool {
        let count = self.values.iter().filter(|v| test(v)).count();
        count > 0 && count * 10 >= self.values.len() * 9
    }

    fn numbers(&self) -> Vec<f64> {
        self.values.iter().filter_map(|v| figure(v)).collect()
    }

    /// Numbers that the seconds or microseconds of a request may be.
    fn is_number(&self) -> bool {
        self.nearly_all(|v| figure(v).is_some_and(|v| (0.0..1e8).contains(&v)))
    }

    fn is_whole(&self) -> bool {
        self.is_number() && self.nearly_all(|v| v.iter().all(u8::is_ascii_digit))
    }

    /// Seconds with their thousandths, as nginx writes them; two digits may be a ratio, and large whole numbers among them something else.
    fn is_seconds(&self) -> bool {
        let whole_and_large = |v: &&[u8]| decimals(v) == 0 && figure(v).is_some_and(|v| v >= FEW_MICROSECONDS);
        self.is_number()
            && self.values.iter().any(|v| decimals(v) >= 3)
            && !self.values.iter().any(whole_and_large)
            && self.numbers().iter().all(|v| *v < 1e5)
    }

    fn is_timed(&self) -> bool {
        self.nearly_all(|v| seconds(v).is_some())
    }

    /// Whole seconds and the same time in microseconds.
    fn is_pair(&self) -> bool {
        self.nearly_all(|v| {
            let parts = split_pair(v).and_then(|(s, us)| Some((figure(s)?, figure(us)?)));
            // the seconds are cut, not rounded; two readings of a clock may differ by a little
            parts.is_some_and(|(s, us)| (-0.001..1.001).contains(&(us / 1e6 - s)))
        })
    }
}

/// The middle of some numbers, of two the lower.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

impl Extras {
    /// What the fields of the first lines are.
    pub(super) fn of(lines: &[Vec<Extra<'_>>]) -> Self {
        let most = lines.iter().map(Vec::len).max().unwrap_or(0);
        let columns: Vec<Column<'_>> = (0..most)
            .map(|place| {
                let at = lines.iter().filter_map(|l| l.get(place)).filter(|e| e.key.is_none());
                Column { place, values: at.map(|e| e.value).filter(|v| !number::is_blank(v)).collect() }
            })
            .collect();
        let mut found = Self { names: (1..=most).map(|i| format!("word {i}")).collect(), ..Self::default() };
        if found.layout(lines) || found.keyed(lines) || found.by_values(&columns) {
            return found;
        }
        let looks =
            |c: &&Column<'_>| c.is_number() || c.nearly_all(|v| split_pair(v).is_some() || seconds(v).is_some());
        for column in columns.iter().filter(looks) {
            let shown = column.values.first().map(|v| show(v)).unwrap_or_default();
            found.not_understood.push((format!("word {}", column.place + 1), shown));
        }
        let keyed = lines.first().into_iter().flatten().filter_map(|e| Some((e.key?, figure(e.value)?, e.value)));
        for (key, _, value) in keyed {
            found.not_understood.push((key_name(key), show(value)));
        }
        found
    }

    fn take(&mut self, place: usize, name: &str, unit: Option<Unit>, why: &'static str) -> bool {
        let told = match &unit {
            Some(unit) => format!("in {}", unit.symbol()),
            None => "with its unit".to_owned(),
        };
        if let Some(own) = self.names.get_mut(place) {
            name.clone_into(own);
        }
        let choice = format!("{name}: field {} after the user agent, {told}", place + 1);
        self.latency = Some(Latency { name: name.to_owned(), unit, choice, why });
        true
    }

    /// The layouts that programs write by default.
    fn layout(&mut self, lines: &[Vec<Extra<'_>>]) -> bool {
        let most = |test: fn(&[Extra<'_>]) -> bool| {
            let fit = lines.iter().filter(|l| test(l)).count();
            fit > 0 && fit * 10 >= lines.len() * 9
        };
        if most(is_ingress) {
            self.names = INGRESS.map(str::to_owned).to_vec();
            return self.take(1, "request_time", Some(Unit::Second), "the layout of ingress-nginx");
        }
        if most(is_traefik) {
            self.names = TRAEFIK.map(str::to_owned).to_vec();
            return self.take(3, "duration", None, "the layout of Traefik");
        }
        false
    }

    /// A field whose key is that of a latency; the upstream's only where there is no other.
    fn keyed(&mut self, lines: &[Vec<Extra<'_>>]) -> bool {
        let mut keys: Vec<&[u8]> = Vec::new();
        for key in lines.iter().flatten().filter_map(|e| e.key) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let of_upstream = |key: &[u8]| matches!(key, b"urt" | b"ut") || key.starts_with(b"upstream_response_time");
        let is_latency = |key: &[u8]| guess::is_latency(&String::from_utf8_lossy(key)) && !of_upstream(key);
        let values = |key: &[u8]| -> Vec<&[u8]> {
            let of = lines.iter().flatten().filter(|e| e.key == Some(key)).map(|e| e.value);
            of.filter(|v| !number::is_blank(v)).collect()
        };
        let fits = |key: &&&[u8]| {
            let values = values(key);
            let good = values.iter().filter(|v| figure(v).is_some() || seconds(v).is_some()).count();
            good > 0 && good * 10 >= values.len() * 9
        };
        let own = keys.iter().filter(|key| is_latency(key)).find(fits);
        let Some(key) = own.or_else(|| keys.iter().filter(|key| of_upstream(key)).find(fits)) else { return false };
        let unit = values(key).iter().any(|v| decimals(v) >= 3 && figure(v).is_some()).then_some(Unit::Second);
        let name = key_name(key);
        let (choice, why) = match &unit {
            Some(_) => (format!("{name}=, in s"), "its key, and decimals as nginx’s $request_time has them"),
            None => (format!("{name}="), "its key"),
        };
        self.latency = Some(Latency { name, unit, choice, why });
        true
    }

    /// A field by what it holds: a duration with its unit, seconds with decimals, seconds and microseconds, microseconds.
    fn by_values(&mut self, columns: &[Column<'_>]) -> bool {
        if let Some(c) = columns.iter().find(|c| c.is_timed()) {
            return self.take(c.place, "duration", None, "a duration with its unit");
        }
        if let Some(c) = of_request(columns) {
            let why = "decimals, as nginx’s $request_time has them";
            return self.take(c.place, "request_time", Some(Unit::Second), why);
        }
        if let Some(c) = columns.iter().find(|c| c.is_pair()) {
            self.pair = Some(c.place);
            let why = "seconds and microseconds of one time, as Apache’s %T/%D";
            return self.take(c.place, "request_time_us", Some(Unit::Microsecond), why);
        }
        // of two whole numbers, such as %I and %O, neither says what it is
        let mut whole = columns.iter().filter(|c| c.is_whole());
        match (whole.next(), whole.next()) {
            (Some(c), None) if median(c.numbers()) >= FEW_MICROSECONDS => {
                let why = "large whole numbers, as Apache’s %D; --value and --unit say otherwise";
                self.take(c.place, "request_time_us", Some(Unit::Microsecond), why)
            }
            _ => false,
        }
    }
}

/// The seconds of the request: the first of such fields, or a later one that is never less, since an upstream's time is part of it.
fn of_request<'c, 'a>(columns: &'c [Column<'a>]) -> Option<&'c Column<'a>> {
    let mut all = columns.iter().filter(|c| c.is_seconds());
    let mut best = all.next()?;
    for later in all {
        let (of_best, of_later) = (best.numbers(), later.numbers());
        let pairs = || of_best.iter().zip(&of_later);
        if of_best.len() == of_later.len() && pairs().all(|(a, b)| b >= a) && pairs().any(|(a, b)| b > a) {
            best = later;
        }
    }
    Some(best)
}

/// `587 0.034 [upstream] [alternative] …`
fn is_ingress(line: &[Extra<'_>]) -> bool {
    match line {
        [length, time, upstream, alternative, ..] => {
            length.value.iter().all(u8::is_ascii_digit)
                && decimals(time.value) == 3
                && figure(time.value).is_some()
                && upstream.value.starts_with(b"[")
                && alternative.value.starts_with(b"[")
        }
        _ => false,
    }
}

/// `17 "router" "server" 12ms`
fn is_traefik(line: &[Extra<'_>]) -> bool {
    match line {
        [count, router, server, duration] => {
            count.value.iter().all(u8::is_ascii_digit)
                && router.in_quotes
                && server.in_quotes
                && duration.value.ends_with(b"ms")
                && seconds(duration.value).is_some()
        }
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> Extras {
        Extras::of(&lines.iter().map(|l| extras(l.as_bytes())).collect::<Vec<_>>())
    }

    fn latency(lines: &[&str]) -> Option<(String, Option<Unit>)> {
        of(lines).latency.map(|l| (l.name, l.unit))
    }

    /// The fields of ingress-nginx's and Traefik's documentation, and those of nginx's and Apache's modules.
    #[test]
    fn the_time_of_the_request_is_found_by_its_form() {
        let ingress = "85 0.012 [default-web-80] [] 10.2.0.5:8080, 10.2.0.6:8080 0, 0 1.500, 2.000 502, 502 abc";
        let apache = |text| latency(&[text, text]);
        for (lines, want) in [
            (&[ingress][..], Some(("request_time", Some(Unit::Second)))),
            (&["1 \"web@docker\" \"http://10.0.0.2:80\" 12ms"], Some(("duration", None))),
            (&["0.012 0.011", "3.500 0.100, 3.400"], Some(("request_time", Some(Unit::Second)))),
            (&["12345"], Some(("request_time_us", Some(Unit::Microsecond)))),
            (&["0/12345", "1/1234567"], Some(("request_time_us", Some(Unit::Microsecond)))),
            (&["**0/12345**"], Some(("request_time_us", Some(Unit::Microsecond)))),
            (&["rt=0.012 uct=\"0.000\" urt=\"0.012\""], Some(("rt", Some(Unit::Second)))),
            (&["urt=0.012"], Some(("urt", Some(Unit::Second)))),
            (&["took=12ms"], Some(("took", None))),
            // whole seconds of %T, milliseconds, %I and %O, a ratio, an address, a fraction that is no %T/%D
            (&["0", "3", "1"], None),
            (&["\"10.1.1.1\" 12", "\"10.1.1.1\" 3512", "\"10.1.1.1\" 40"], None),
            (&["12345 54321"], None),
            (&["\"3.41\""], None),
            (&["\"10.1.1.1\""], None),
            (&["5/12345"], None),
            // two values of one of these lines are of different units, or there are two formats
            (&["12000", "0.003"], None),
            (&["12", "3512"], None),
            (&[""], None),
        ] {
            assert_eq!(latency(lines), want.map(|(n, u)| (n.to_owned(), u)), "{lines:?}");
        }
        assert_eq!(apache("99999"), Some(("request_time_us".into(), Some(Unit::Microsecond))));
        // an upstream's time that stands before the request's is part of it
        let swapped = of(&["0.010 0.012", "0.200 0.200"]);
        assert_eq!(swapped.names, ["word 1", "request_time"]);
    }

    #[test]
    fn what_is_not_understood_is_kept_by_name() {
        for (lines, want) in [
            (&["0", "3"][..], &[("word 1", "0")][..]),
            (&["\"-\" 34 35"], &[("word 2", "34"), ("word 3", "35")]),
            (&["host=web n=5"], &[("n", "5")]),
            (&["\"10.1.1.1\" \"-\""], &[]),
        ] {
            let want: Vec<_> = want.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            assert_eq!(of(lines).not_understood, want, "{lines:?}");
        }
    }

    #[test]
    fn lists_of_upstreams_are_one_field() {
        let cut = |text: &str| -> Vec<String> {
            extras(text.as_bytes()).iter().map(|e| String::from_utf8_lossy(e.value).into_owned()).collect()
        };
        assert_eq!(
            cut("1 10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80 \"a b\" k=\"c d\" -"),
            ["1", "10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80", "a b", "c d", "-"]
        );
    }
}
