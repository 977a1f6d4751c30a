//! `capacity`: queues from given numbers or from events, Little's law, and how far throughput scales.

use std::process::ExitCode;

use serde_json::{Value, json};
use sre_stats::Error;
use sre_stats::capacity::{
    Queue, RecurrenceVerdict, amdahl, arrival_window, little, little_of, md1, mg1, mm1, mmc, recurrence, usl,
};
use sre_stats::events::Events;
use sre_stats::load::{Data, Dataset, LoadOptions};
use sre_stats::report::tell;
use sre_stats::series::Identity;
use sre_stats::time::{Span, Window};
use sre_stats::unit::Unit;

use super::args::{CapacityArgs, CapacityModel};
use super::failure::Failure;
use super::output::{self, Answer};

/// The level of confidence of intervals and of the check of arrivals.
const LEVEL: f64 = 0.95;

pub(crate) fn run(args: &CapacityArgs) -> Result<ExitCode, Failure> {
    let fitted = matches!(args.model, CapacityModel::Amdahl | CapacityModel::Usl);
    let sources = args.input.sources();
    refuse_others(args, !sources.is_empty())?;
    if sources.is_empty() {
        if fitted {
            return Err(Failure::usage("amdahl and usl are fitted to a table of sizes and throughputs: name a file"));
        }
        let mut answer = Answer::default();
        of_numbers(args, &Numbers::of(args), None, &mut answer).map_err(Failure::usage)?;
        return output::give_alone("capacity", "Capacity", &answer, &args.output);
    }
    if fitted {
        let plain = args.input.options();
        if !plain.by.is_empty() {
            return Err(Failure::usage(
                "--size tells the measurements apart here; choose one curve with --where, not --by",
            ));
        }
        // a size is what tells measurements apart, and they need no time
        let options = LoadOptions {
            by: vec![size(args).to_owned()],
            step: plain.step.or_else(|| plain.time.is_none().then(|| Span::from_secs(1))),
            ..plain
        };
        // the column that loading splits by is the one of --size here
        let data = args.input.load_files(&sources, &options).map_err(|failure| failure.naming("--by", "--size"))?;
        let mut answer = Answer::default();
        scaling(args, &data, &mut answer)?;
        return output::give("capacity", &data, &answer, args.input.strict, &args.output);
    }
    let data = args.input.load()?;
    let mut answer = Answer::default();
    for item in &data.items {
        let found = match &item.data {
            Data::Events(events) => of_events(args, events, &item.title(), &mut answer),
            _ => {
                Err(Error::argument("a queue is told from events: their times and durations").hint("use --kind events"))
            }
        };
        if let Err(e) = found {
            answer.leave_out(item.title(), e.to_string());
        }
    }
    let answer = answer.or_nothing("events to tell a queue from", &data.report)?;
    output::give("capacity", &data, &answer, args.input.strict, &args.output)
}

/// The column of sizes.
fn size(args: &CapacityArgs) -> &str {
    args.size.as_deref().unwrap_or("n")
}

/// What the model does not take is refused, and not passed over in silence.
fn refuse_others(args: &CapacityArgs, of_file: bool) -> Result<(), Failure> {
    use CapacityModel as M;
    let queue = matches!(args.model, M::Mm1 | M::Mmc | M::Md1 | M::Mg1);
    let of_numbers = queue || (args.model == M::Little && !of_file);
    let servers = if queue { "it has one server; mmc has several" } else { "mmc has several servers" };
    let cv2 = match args.model {
        M::Md1 => "its service times do not vary; use mg1",
        _ if queue => "its service times are exponential; use mg1",
        _ => "use mg1",
    };
    let in_system = if args.model == M::Little { "it is counted from the events of the file" } else { "use little" };
    let measured = if args.model == M::Little {
        "it is taken from the events of the file"
    } else {
        "the law is fitted to the measurements of the file"
    };
    let words = [
        ("--arrival", args.arrival.is_some(), of_numbers, measured),
        ("--service", args.service.is_some(), of_numbers, measured),
        ("--servers", args.servers.is_some(), args.model == M::Mmc, servers),
        ("--cv2", args.cv2.is_some(), args.model == M::Mg1, cv2),
        ("--in-system", args.in_system.is_some(), args.model == M::Little && !of_file, in_system),
        ("--size", args.size.is_some(), matches!(args.model, M::Amdahl | M::Usl), "it is of amdahl and usl"),
    ];
    match words.iter().find(|(_, given, taken, _)| *given && !taken) {
        Some((word, _, _, why)) => Err(Failure::usage(format!("{word} is not of {}: {why}", name(args.model)))),
        None => Ok(()),
    }
}

/// The word of a model.
fn name(model: CapacityModel) -> &'static str {
    match model {
        CapacityModel::Mm1 => "mm1",
        CapacityModel::Mmc => "mmc",
        CapacityModel::Md1 => "md1",
        CapacityModel::Mg1 => "mg1",
        CapacityModel::Little => "little",
        CapacityModel::Amdahl => "amdahl",
        CapacityModel::Usl => "usl",
    }
}

/// The events that parameters of a queue were measured on.
struct Sample {
    n: u64,
    window: Window,
    /// Why its arrivals are not those of the model.
    doubt: Option<String>,
    note: String,
}

/// The parameters of a queue.
struct Numbers {
    arrival: Option<f64>,
    service: Option<f64>,
    cv2: Option<f64>,
}

impl Numbers {
    fn of(args: &CapacityArgs) -> Self {
        Self { arrival: args.arrival, service: args.service.map(Span::as_secs_f64), cv2: args.cv2 }
    }
}

fn missing(what: &str) -> Error {
    Error::argument(format!("{what} is needed")).hint("give it, or a file of events to take it from")
}

/// The model from its numbers.
fn of_numbers(args: &CapacityArgs, numbers: &Numbers, from: Option<&Sample>, answer: &mut Answer) -> Result<(), Error> {
    if args.model == CapacityModel::Little {
        let found = little(numbers.arrival, numbers.service, args.in_system)?;
        answer.sections.push(tell::capacity::little_section(&found));
        answer.results.push(named("little", &found));
        return Ok(());
    }
    let arrival = numbers.arrival.ok_or_else(|| missing("--arrival"))?;
    let service = numbers.service.ok_or_else(|| missing("--service"))?;
    let mut queue: Queue = match args.model {
        CapacityModel::Mmc => {
            mmc(arrival, service, args.servers.ok_or_else(|| Error::argument("--servers is needed"))?)?
        }
        CapacityModel::Md1 => md1(arrival, service)?,
        CapacityModel::Mg1 => mg1(arrival, service, numbers.cv2.ok_or_else(|| missing("--cv2"))?)?,
        _ => mm1(arrival, service)?,
    };
    if let Some(sample) = from {
        queue = queue.measured(sample.n, sample.window, sample.doubt.as_deref());
    }
    answer.sections.push(tell::capacity::queue_section(&queue, from.map(|sample| sample.note.as_str())));
    answer.results.push(named(name(args.model), &queue));
    Ok(())
}

/// The model with what is not given taken from events, and whether their arrivals are what it assumes.
fn of_events(args: &CapacityArgs, events: &Events, title: &str, answer: &mut Answer) -> Result<(), Error> {
    let window = arrival_window(events.times())?;
    let unit = &events.identity().unit;
    let seconds: Vec<f64> =
        events.values().iter().map(|v| unit.convert(*v, &Unit::Second)).collect::<Result<_, Error>>()?;
    if args.model == CapacityModel::Little {
        let found = little_of(events.times(), &seconds, window)?;
        answer.sections.push(tell::capacity::little_section(&found));
        answer.results.push(named("little", &found));
        return Ok(());
    }
    let statistics = sre_stats::describe::describe(&seconds, &events.scope().with_unit(Unit::Second))?;
    let of = |name: &str| statistics.iter().find(|s| s.name == name).map(|s| s.estimate.value);
    let found = recurrence(events.times(), window, LEVEL)?;
    let given = Numbers::of(args);
    let cv2 = of("sd").zip(of("mean")).map(|(sd, mean)| (sd / mean).powi(2)).filter(|c| c.is_finite());
    let numbers = Numbers {
        arrival: given.arrival.or(Some(found.rate_per_s.value)),
        service: given.service.or_else(|| of("mean")),
        cv2: given.cv2.or(cv2),
    };
    let note = format!(
        "What was not given is from {} events of {title}: {} arrivals a second, {} of service on average, cv² {}. Durations that \
         hold the wait already make the service too long.",
        events.len(),
        Unit::None.show(found.rate_per_s.value),
        of("mean").map_or_else(|| "–".into(), |m| Unit::Second.show(m)),
        cv2.map_or_else(|| "–".into(), |c| Unit::None.show(c)),
    );
    let doubt = match found.verdict {
        RecurrenceVerdict::Clustered => {
            Some("the arrivals are not Poisson but clustered: waits are longer than the model's")
        }
        RecurrenceVerdict::Regular => {
            Some("the arrivals are not Poisson but more regular: waits are shorter than the model's")
        }
        _ => None,
    };
    let sample = Sample { n: events.len() as u64, window, doubt: doubt.map(str::to_owned), note: note.clone() };
    // where all that the model takes was given, nothing was measured
    let measured =
        args.arrival.is_none() || args.service.is_none() || (args.model == CapacityModel::Mg1 && args.cv2.is_none());
    of_numbers(args, &numbers, measured.then_some(&sample), answer)?;
    if let Some(last) = answer.results.last_mut() {
        last["arrivals"] = json!(found);
        last["note"] = note.into();
    }
    answer.sections.push(tell::capacity::recurrence_section(title, &found));
    Ok(())
}

/// A law fitted to a table in which the size tells the series apart.
fn scaling(args: &CapacityArgs, data: &Dataset, answer: &mut Answer) -> Result<(), Error> {
    let mut points = Vec::new();
    let mut of = None;
    for item in &data.items {
        let at = item.identity.labels.get(size(args)).and_then(|s| s.trim().parse::<f64>().ok());
        let subject = match tell::subject::subject(item) {
            Ok(subject) => subject,
            Err(e) => {
                answer.leave_out(item.title(), e.to_string());
                continue;
            }
        };
        let (name, unit) = (&item.identity.name, &item.identity.unit);
        if of.as_ref().is_some_and(|first: &Identity| first.name != *name || first.unit != *unit) {
            return Err(
                Error::argument("several measurements are not one curve").hint("choose one of them with --value")
            );
        }
        match at {
            Some(at) => points.extend(subject.values.iter().map(|v| (at, *v))),
            None => answer.leave_out(item.title(), format!("its “{}” is not a number", size(args))),
        }
        of = of.or_else(|| Some(item.identity.clone()));
    }
    let Some(identity) = of else { return Err(Error::empty("there is no measurement")) };
    let (name, fit) = match args.model {
        CapacityModel::Amdahl => ("amdahl", amdahl(&points, LEVEL, &identity.unit)?),
        _ => ("usl", usl(&points, LEVEL, &identity.unit)?),
    };
    answer.sections.push(tell::capacity::scaling_section(&identity.name, &points, &fit, &identity.unit));
    answer.results.push(named(name, &fit));
    Ok(())
}

/// A result under the name of its model.
fn named(model: &str, found: &impl serde::Serialize) -> Value {
    let mut out = json!({ "model": model });
    if let (Some(map), Ok(Value::Object(fields))) = (out.as_object_mut(), serde_json::to_value(found)) {
        map.extend(fields);
    }
    out
}
