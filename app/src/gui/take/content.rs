//! What is written, as bytes: made in a job, since pictures take time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sre_stats::figure::{Figure, Theme, draw};
use sre_stats::progress::Progress;
use sre_stats::report::{Block, Report, Section, Table, to_html};
use sre_stats::slo::{Objective, SpecifiedSlo, write_openslo};
use sre_stats::{Error, Result};

use super::Target;
use crate::cli::inspect;
use crate::gui::choices::Range;
use crate::gui::derive::{
    Distribution, DistributionKey, Document, Heat, HeatKey, QuantileProfile, Told, ToldKey, Track, TrackKey,
    WindowAnalysis, WindowKey, in_sight,
};
use crate::gui::session::Session;
use crate::gui::state::State;
use crate::gui::views;

/// What a job needs to write.
#[derive(Clone, Debug)]
pub enum Content {
    /// Pictures.
    Pictures(Vec<Figure>, Theme, bool),
    /// Tables, as CSV or as Parquet.
    Tables(Vec<Table>, bool),
    /// The samples in sight.
    Samples(Box<Sight>),
    /// Every view.
    Report(Box<Whole>),
    /// The objective and its name.
    OpenSlo(Objective, String),
    /// The session.
    Session(Box<Session>),
}

/// What of a series is in sight.
#[derive(Clone, Debug)]
pub struct Sight {
    document: Arc<Document>,
    item: usize,
    values: Option<(f64, f64)>,
    range: Option<Range>,
}

/// What every view shows.
#[derive(Clone, Debug)]
pub struct Whole {
    document: Arc<Document>,
    title: String,
    track: TrackKey,
    distribution: DistributionKey,
    heat: HeatKey,
    windows: Option<WindowKey>,
    told: Vec<ToldKey>,
}

/// What a target needs of the state.
///
/// # Errors
/// Where there is nothing to write yet.
pub fn content(state: &State, target: Target, dark: bool) -> Result<Content> {
    let nothing = || Error::empty("there is nothing to save yet").hint("wait until the view is there");
    let section = || views::section_of(state).ok_or_else(nothing);
    Ok(match target {
        Target::Png | Target::Svg => {
            let blocks = section()?.blocks.into_iter();
            let figures: Vec<Figure> =
                blocks.filter_map(|b| if let Block::Figure(f) = b { Some(f) } else { None }).collect();
            if figures.is_empty() {
                return Err(Error::empty("this view has no picture").hint("save it as CSV"));
            }
            let theme = if dark { Theme::Dark } else { Theme::Light };
            Content::Pictures(figures, theme, target == Target::Png)
        }
        Target::Csv | Target::Parquet => {
            let blocks = section()?.blocks.into_iter();
            let tables: Vec<Table> =
                blocks.filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None }).collect();
            if tables.is_empty() {
                return Err(nothing());
            }
            Content::Tables(tables, target == Target::Parquet)
        }
        Target::Samples => Content::Samples(Box::new(Sight {
            document: state.document.clone().ok_or_else(nothing)?,
            item: state.choices.item,
            values: state.choices.values,
            range: state.range,
        })),
        Target::Report => Content::Report(Box::new(whole(state).ok_or_else(nothing)?)),
        Target::OpenSlo => {
            let objective = state.objective_text().parse()?;
            let name = state.item().map_or_else(|| "objective".to_owned(), |i| i.identity.name.clone());
            Content::OpenSlo(objective, name)
        }
        Target::Session => Content::Session(Box::new(Session::of(state).ok_or_else(nothing)?)),
    })
}

fn whole(state: &State) -> Option<Whole> {
    Some(Whole {
        document: Arc::clone(state.document.as_ref()?),
        title: state.item()?.title(),
        track: state.track_key()?,
        distribution: state.distribution_key()?,
        heat: state.heat_key()?,
        windows: state.window_key(),
        told: [state.slo_key(), state.losses_key(), state.trend_key(), state.forecast_key(), state.parts_key()]
            .into_iter()
            .flatten()
            .collect(),
    })
}

impl Content {
    /// Writes it; the files that were written.
    ///
    /// # Errors
    /// Where a picture cannot be drawn or a file not be written.
    pub fn write(self, path: &Path, progress: &Progress) -> Result<Vec<PathBuf>> {
        match self {
            Self::Pictures(figures, theme, pixels) => {
                let draw = |figure: &Figure| -> Result<Vec<u8>> {
                    let size = draw::Size::default();
                    if pixels {
                        draw::png(figure, size, theme)
                    } else {
                        Ok(draw::svg(figure, size, theme)?.into_bytes())
                    }
                };
                numbered(path, figures.iter().map(draw))
            }
            Self::Tables(tables, false) => numbered(path, tables.iter().map(|t| Ok(t.to_csv().into_bytes()))),
            Self::Tables(tables, true) => numbered(path, tables.iter().map(parquet)),
            Self::Samples(sight) => {
                sight.write(path)?;
                Ok(vec![path.to_path_buf()])
            }
            Self::Report(whole) => {
                let report = whole.report(progress)?;
                numbered(path, std::iter::once(to_html(&report).map(String::into_bytes)))
            }
            Self::OpenSlo(objective, name) => {
                let (indicator, alert_policies) = (None, Vec::new());
                let slo = SpecifiedSlo { name, service: None, description: None, objective, indicator, alert_policies };
                numbered(path, std::iter::once(write_openslo(&[slo]).map(String::into_bytes)))
            }
            Self::Session(session) => {
                let text = session.at(path).to_text()?;
                crate::files::write(path, text.as_bytes(), true)?;
                Ok(vec![path.to_path_buf()])
            }
        }
    }
}

impl Sight {
    /// Writes the samples as the long table that is read back as the same series.
    #[cfg(feature = "frame")]
    fn write(&self, path: &Path) -> Result<()> {
        let part = in_sight(self.document.item(self.item)?, self.values, self.range)?.into_owned();
        let data = sre_stats::load::Dataset { items: vec![part], ..Default::default() };
        crate::files::through(path, false, |part| data.write_parquet(part))
    }

    #[cfg(not(feature = "frame"))]
    fn write(&self, _path: &Path) -> Result<()> {
        Err(Error::unsupported("this build does not write Parquet").hint("save the table as CSV"))
    }
}

#[cfg(feature = "frame")]
fn parquet(table: &Table) -> Result<Vec<u8>> {
    table.to_parquet()
}

#[cfg(not(feature = "frame"))]
fn parquet(_table: &Table) -> Result<Vec<u8>> {
    Err(Error::unsupported("this build does not write Parquet").hint("save the table as CSV"))
}

/// One file each: the second is called `name-2.ending`.
fn numbered(path: &Path, parts: impl Iterator<Item = Result<Vec<u8>>>) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for (i, bytes) in parts.enumerate() {
        let to = if i == 0 {
            path.to_path_buf()
        } else {
            let part = |p: Option<&std::ffi::OsStr>| p.map(|p| p.to_string_lossy().into_owned()).unwrap_or_default();
            path.with_file_name(format!("{}-{}.{}", part(path.file_stem()), i + 1, part(path.extension())))
        };
        crate::files::write(&to, &bytes?, false)?;
        written.push(to);
    }
    Ok(written)
}

impl Whole {
    fn report(&self, progress: &Progress) -> Result<Report> {
        let document = &self.document;
        let mut report = Report::new(format!("{} of {}", self.title, document.title));
        report.sections.extend(inspect::answer(&document.dataset).sections);
        let mut add = |name: &str, made: Result<Vec<Section>>| -> Result<()> {
            progress.check()?;
            match made {
                Ok(sections) => report.sections.extend(sections),
                Err(why) => report.sections.push(Section::new(name).with(Block::Warnings(vec![why.to_string()]))),
            }
            Ok(())
        };
        let single = |title: &str, figure: Figure| vec![Section::new(title).with(Block::Figure(figure))];
        add(
            "Series",
            Track::new(document, &self.track, progress).map(|t| single("Series", t.figure(t.extent(), 1200))),
        )?;
        add("Distribution", Distribution::new(document, &self.distribution, progress).map(|d| vec![d.section()]))?;
        add("Heat map", Heat::new(document, &self.heat, progress).map(|h| single("Heat map", h.figure.clone())))?;
        add("Quantiles", QuantileProfile::new(document, &self.track, progress).map(|q| vec![q.section()]))?;
        if let Some(key) = &self.windows {
            add("Windows", WindowAnalysis::new(document, key, progress).map(|w| w.sections(&self.title)))?;
        }
        for key in &self.told {
            add("Analysis", Told::new(document, None, key, progress).map(|t| t.sections))?;
        }
        Ok(report)
    }
}
