//! Every action that needs no argument, in one flat list: menus, the palette, shortcuts and the shortcut sheet come from it.

use egui::{Key, KeyboardShortcut, Modifiers};

/// Where a command stands in the menu bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    /// Files and the program.
    File,
    /// Undo and choices.
    Edit,
    /// Copying and writing.
    Take,
    /// What is shown.
    View,
    /// The width and phase of the slices.
    Windows,
    /// Help and work in progress.
    Help,
}

impl Menu {
    /// All menus, in the order of the bar.
    pub const ALL: [Self; 6] = [Self::File, Self::Edit, Self::Take, Self::View, Self::Windows, Self::Help];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::Take => "Take away",
            Self::View => "View",
            Self::Windows => "Slices",
            Self::Help => "Help",
        }
    }
}

macro_rules! shortcut {
    (()) => {
        None
    };
    (($modifiers:ident, Key::$key:ident)) => {
        Some(KeyboardShortcut::new($modifiers, Key::$key))
    };
}

macro_rules! commands {
    ($($variant:ident: $menu:ident, $name:literal, $tip:literal, $shortcut:tt;)*) => {
        /// An action without an argument. Views send it, [`dispatch`](super::dispatch) carries it out.
        #[allow(clippy::doc_markdown, reason = "each is a tooltip, shown as it stands")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Command {
            $(#[doc = $tip] $variant,)*
        }

        impl Command {
            /// Every command, in the order of the menus.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// What menus, palette and shortcut sheet call it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it does, in a sentence.
            pub fn tooltip(self) -> &'static str {
                match self { $(Self::$variant => $tip,)* }
            }

            /// The menu that holds it.
            pub fn menu(self) -> Menu {
                match self { $(Self::$variant => Menu::$menu,)* }
            }

            /// Its keys, if it has any.
            pub fn shortcut(self) -> Option<KeyboardShortcut> {
                match self { $(Self::$variant => shortcut!($shortcut),)* }
            }
        }
    };
}

/// A key alone, with Ctrl (or the Mac's command key), and with Shift too.
const BARE: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

commands! {
    Open: File, "Open…", "Choose files in the system's dialog.", (CTRL, Key::O);
    OpenPath: File, "Open path…", "Type the path of a file.", (CTRL_SHIFT, Key::O);
    OpenServer: File, "Open from Prometheus…", "Ask a Prometheus server in the place of a file.", (CTRL_SHIFT, Key::P);
    Reload: File, "Reload", "Read the same files again.", (CTRL, Key::R);
    WatchFiles: File, "Watch files", "Read the files again whenever they change, or no longer.", ();
    Paste: File, "Paste data", "Read a table or JSON from the clipboard.", (CTRL, Key::V);
    ReadOtherwise: File, "Read otherwise…", "Say what was guessed wrong: columns, unit, kind, time zone.", ();
    OpenBaseline: File, "Open baseline…", "Read a file to compare with.", (CTRL, Key::B);
    OpenSession: File, "Open session…", "Go on with a session that was saved.", ();
    SaveSession: File, "Save session…", "Keep files, choices and views, but no data.", (CTRL, Key::S);
    Close: File, "Close file", "Go back to the welcome page.", (CTRL, Key::W);
    Quit: File, "Quit", "Close the window.", (CTRL, Key::Q);
    Undo: Edit, "Undo", "Take the last choice back.", (CTRL, Key::Z);
    Redo: Edit, "Redo", "Make the choice again that was taken back.", (CTRL_SHIFT, Key::Z);
    EditObjective: Edit, "Edit objective", "Put the cursor into the objective.", (CTRL, Key::L);
    AllValues: Edit, "All values", "Look at all values again.", (BARE, Key::V);
    TuneAlerts: Edit, "Search for alert rules", "Search for burn-rate rules that would have done better on this history.", ();
    CopyTable: Take, "Copy as table", "Copy the numbers of this view as CSV.", (CTRL_SHIFT, Key::C);
    CopyCommand: Take, "Copy as command line", "Copy the command that prints this view in a terminal.", ();
    CopyCells: Take, "Copy as notebook cells", "Copy Rust that makes this view in a notebook.", ();
    CopyPicture: Take, "Copy as picture", "Copy the first picture of this view, to paste it elsewhere.", ();
    SavePicture: Take, "Save as PNG…", "Write the pictures of this view.", ();
    SaveVector: Take, "Save as SVG…", "Write the pictures of this view without pixels.", ();
    SaveCsv: Take, "Save as CSV…", "Write the numbers of this view.", ();
    SaveParquet: Take, "Save as Parquet…", "Write the numbers of this view for programs, each with its kind.", ();
    SaveSamples: Take, "Save samples as Parquet…", "Write the samples in sight of this series.", ();
    SaveReport: Take, "Save report…", "Write every view of this series as one HTML page.", (CTRL_SHIFT, Key::S);
    ExportRules: Take, "Export alert rules…", "Write burn-rate alerts for Prometheus, with the four documents that they need.", ();
    ExportOpenSlo: Take, "Export OpenSLO…", "Write the objective as OpenSLO v1.", ();
    ViewUnderstood: View, "What was understood", "Show the guesses and warnings of reading the file.", (CTRL, Key::Num1);
    ViewSeries: View, "Series", "Show values over time, no peak hidden.", (CTRL, Key::Num2);
    ViewDistribution: View, "Distribution", "Show how values are spread.", (CTRL, Key::Num3);
    ViewHeat: View, "Heat map", "Show how the spread of values changes over time.", (CTRL, Key::Num4);
    ViewQuantiles: View, "Quantiles", "Show values over the nines, with their bounds.", (CTRL, Key::Num5);
    ViewWindows: View, "Windows", "Show what slices of each width and phase charge.", (CTRL, Key::Num6);
    ViewSlo: View, "SLO", "Show budget, incidents and alerts of the objective.", (CTRL, Key::Num7);
    ViewTrend: View, "Trend", "Show whether values rise or fall, and since when.", (CTRL, Key::Num8);
    ViewCompare: View, "Compare", "Show whether two samples differ, and where.", (CTRL, Key::Num9);
    ViewCorrelate: View, "Correlation", "Show which series move together, and which one leads.", (CTRL, Key::Num0);
    SplitRight: View, "Split to the right", "Show one more view beside this one.", (CTRL, Key::Backslash);
    SplitDown: View, "Split below", "Show one more view below this one.", (CTRL_SHIFT, Key::Backslash);
    ClosePane: View, "Close this view", "Give its room to the others.", (CTRL_SHIFT, Key::W);
    ToggleTable: View, "Show as table", "Show the numbers of this view as a table, or as a picture again.", (CTRL, Key::T);
    ToggleRate: View, "Counters as rates", "Show counters as rates per second, or as they are.", (BARE, Key::R);
    ToggleChanges: View, "Mark changes", "Mark in the series where its level changed, or no longer.", (BARE, Key::C);
    ToggleAnomalies: View, "Mark anomalies", "Mark in the series which values do not fit the others, or no longer.", (BARE, Key::X);
    OnlySelected: View, "Only pairs with this series", "Correlate all series, or only the one selected with all others.", (BARE, Key::P);
    NextSeries: View, "Next series", "Select the next series in the list.", (BARE, Key::J);
    PreviousSeries: View, "Previous series", "Select the series before.", (BARE, Key::K);
    ZoomIn: View, "Zoom in on time", "Halve the time shown.", (BARE, Key::I);
    ZoomOut: View, "Zoom out of time", "Double the time shown.", (BARE, Key::O);
    PanLeft: View, "Earlier", "Move the time shown back by a quarter.", (BARE, Key::ArrowLeft);
    PanRight: View, "Later", "Move the time shown on by a quarter.", (BARE, Key::ArrowRight);
    ResetZoom: View, "Show all time", "Show the whole of the series.", (BARE, Key::Home);
    ThemeLight: View, "Light theme", "Dark ink on a light ground.", ();
    ThemeDark: View, "Dark theme", "Light ink on a dark ground.", ();
    ThemeSystem: View, "System theme", "Light or dark, as the system has it.", ();
    Wider: Windows, "Wider slices", "Take the next wider slice of the ladder.", (BARE, Key::CloseBracket);
    Narrower: Windows, "Narrower slices", "Take the next narrower slice of the ladder.", (BARE, Key::OpenBracket);
    PhaseLater: Windows, "Later phase", "Let the slices begin a little later.", (BARE, Key::Period);
    PhaseEarlier: Windows, "Earlier phase", "Let the slices begin a little earlier.", (BARE, Key::Comma);
    PhaseAligned: Windows, "Aligned phase", "Let the slices begin at multiples of their width, as dashboards do.", (BARE, Key::A);
    PhaseWorst: Windows, "Worst phase", "Let the slices begin where they charge most.", (BARE, Key::W);
    PhaseBest: Windows, "Best phase", "Let the slices begin where they charge least.", (BARE, Key::B);
    NextRule: Windows, "Next rule", "Take the next rule for when a slice is bad.", (BARE, Key::N);
    Palette: Help, "Command palette", "Find a command by its name.", (CTRL, Key::P);
    Shortcuts: Help, "Keyboard shortcuts", "Show every command with its keys.", (BARE, Key::Questionmark);
    CancelJobs: Help, "Cancel work in progress", "Stop whatever runs in the background.", (CTRL, Key::Period);
    DismissNotices: Help, "Dismiss messages", "Take all messages away.", (CTRL_SHIFT, Key::D);
}

impl Command {
    /// The commands of a menu, in order.
    pub fn of(menu: Menu) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |c| c.menu() == menu)
    }

    /// Its keys as text, such as `Ctrl+Shift+Z` or `]`; empty where it has none.
    pub fn keys(self, ctx: &egui::Context) -> String {
        let Some(keys) = self.shortcut() else { return String::new() };
        let text = ctx.format_shortcut(&keys);
        // punctuation reads better as itself than by its name
        let symbol = match keys.logical_key.symbol_or_name() {
            plain if plain.is_ascii() => plain,
            _ => keys.logical_key.name(),
        };
        text.strip_suffix(keys.logical_key.name()).map_or_else(|| text.clone(), |rest| format!("{rest}{symbol}"))
    }

    /// Commands whose name or description holds every word of `text`, names first.
    pub fn matching(text: &str) -> Vec<Self> {
        let words: Vec<String> = text.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let holds = |hay: &str| words.iter().all(|w| hay.to_lowercase().contains(w));
        let (mut first, rest): (Vec<Self>, Vec<Self>) = Self::ALL.iter().partition(|c| holds(c.name()));
        first.extend(rest.into_iter().filter(|c| holds(&format!("{} {}", c.name(), c.tooltip()))));
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_shortcuts_are_unique() {
        for (i, a) in Command::ALL.iter().enumerate() {
            for b in &Command::ALL[i + 1..] {
                assert_ne!(a.name(), b.name());
                assert!(a.shortcut().is_none() || a.shortcut() != b.shortcut(), "{a:?} {b:?}");
            }
            assert!(a.tooltip().ends_with('.'), "{a:?}");
        }
    }

    #[test]
    fn the_palette_finds_by_any_word() {
        assert_eq!(Command::matching("wider").first(), Some(&Command::Wider));
        assert!(Command::matching("dashboards").contains(&Command::PhaseAligned));
        assert_eq!(Command::matching("").len(), Command::ALL.len());
        assert!(Command::matching("no such thing").is_empty());
    }
}
