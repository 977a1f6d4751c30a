//! Which views are shown, and where: a tree of tabs and splits. A view is shown once at most.

use egui::{Ui, WidgetText};
use egui_tiles::{Behavior, Container, LinearDir, SimplificationOptions, Tile, TileId, Tiles, Tree, UiResponse};
use serde::{Deserialize, Serialize};

use super::view::View;

/// The arrangement of the views.
#[derive(Clone, Debug)]
pub struct Layout {
    tree: Tree<View>,
}

/// An arrangement as it is kept in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plan {
    /// One view.
    View(String),
    /// Side by side, each with its share.
    Across(Vec<(f32, Plan)>),
    /// One below the other, each with its share.
    Down(Vec<(f32, Plan)>),
    /// One behind the other, with the number of the one in front.
    Tabs(usize, Vec<Plan>),
}

const ID: &str = "views";

impl Default for Layout {
    fn default() -> Self {
        Self::one(View::default())
    }
}

impl Layout {
    /// One view alone.
    pub fn one(view: View) -> Self {
        Self { tree: Tree::new_tabs(egui::Id::unique(ID), vec![view]) }
    }

    /// The views that can be seen.
    pub fn visible(&self) -> Vec<View> {
        self.tree.active_tiles().iter().filter_map(|id| self.tree.tiles.get_pane(id).copied()).collect()
    }

    /// All views, also those behind others.
    pub fn all(&self) -> Vec<View> {
        let panes = self.tree.tiles.tiles().filter_map(|t| if let Tile::Pane(view) = t { Some(*view) } else { None });
        panes.collect()
    }

    /// Whether there is one view alone.
    pub fn is_single(&self) -> bool {
        self.all().len() < 2
    }

    /// Brings a view to the front; where it is not shown it takes the place of `instead`.
    pub fn show(&mut self, view: View, instead: View) {
        if self.all().contains(&view) {
            self.tree.make_active(|_, tile| *tile == Tile::Pane(view));
            return;
        }
        let at = self.tree.tiles.find_pane(&instead).or_else(|| self.any());
        match at.and_then(|id| self.tree.tiles.get_mut(id)) {
            Some(tile) => *tile = Tile::Pane(view),
            None => *self = Self::one(view),
        }
    }

    fn any(&self) -> Option<TileId> {
        self.tree.tiles.iter().find(|(_, t)| matches!(t, Tile::Pane(_))).map(|(id, _)| *id)
    }

    /// Puts a further view beside or below another; `false` where all views are shown already.
    pub fn split(&mut self, beside: View, down: bool) -> Option<View> {
        let shown = self.all();
        let next = View::ALL.into_iter().cycle().skip_while(|v| *v != beside).take(View::ALL.len());
        let view = next.into_iter().find(|v| !shown.contains(v))?;
        let pane = self.tree.tiles.find_pane(&beside)?;
        // a pane stands in tabs of its own
        let old = self.tree.tiles.parent_of(pane).unwrap_or(pane);
        let above = self.tree.tiles.parent_of(old);
        let new = self.tree.tiles.insert_pane(view);
        let new = self.tree.tiles.insert_tab_tile(vec![new]);
        let pair = if down {
            self.tree.tiles.insert_vertical_tile(vec![old, new])
        } else {
            self.tree.tiles.insert_horizontal_tile(vec![old, new])
        };
        match above {
            None => self.tree.root = Some(pair),
            Some(above) => {
                let Some(Tile::Container(container)) = self.tree.tiles.get_mut(above) else { return None };
                container.replace_child(old, pair)?;
            }
        }
        Some(view)
    }

    /// Takes a view away and names one that is still shown; `None` where it is the last one.
    pub fn close(&mut self, view: View) -> Option<View> {
        if self.is_single() {
            return None;
        }
        let id = self.tree.tiles.find_pane(&view)?;
        self.tree.remove_recursively(id);
        self.tree.simplify(&options());
        self.visible().first().copied()
    }

    /// Draws every visible view with `pane`; `true` where the user rearranged them.
    pub fn ui(&mut self, ui: &mut Ui, active: View, pane: &mut dyn FnMut(&mut Ui, View)) {
        let single = self.is_single();
        self.tree.ui(&mut Panes { pane, active, single }, ui);
    }

    /// The arrangement for a file.
    pub fn plan(&self) -> Option<Plan> {
        plan(&self.tree.tiles, self.tree.root()?)
    }

    /// An arrangement from a file; `None` where it names no view, or one twice.
    pub fn from_plan(from: &Plan) -> Option<Self> {
        let mut tiles = Tiles::default();
        let mut seen = Vec::new();
        let root = build(&mut tiles, from, &mut seen, 0)?;
        let mut tree = Tree::new(egui::Id::unique(ID), root, tiles);
        tree.simplify(&options());
        Some(Self { tree })
    }
}

fn plan(tiles: &Tiles<View>, id: TileId) -> Option<Plan> {
    Some(match tiles.get(id)? {
        Tile::Pane(view) => Plan::View(view.word().to_owned()),
        Tile::Container(Container::Tabs(tabs)) => {
            let front = tabs.children.iter().position(|c| tabs.is_active(*c)).unwrap_or(0);
            Plan::Tabs(front, tabs.children.iter().filter_map(|c| plan(tiles, *c)).collect())
        }
        Tile::Container(Container::Linear(linear)) => {
            let parts = linear.children.iter().filter_map(|c| {
                let share = linear.shares.iter().find(|(id, _)| *id == c).map_or(1.0, |(_, share)| *share);
                Some((share, plan(tiles, *c)?))
            });
            let parts = parts.collect();
            if linear.dir == LinearDir::Horizontal { Plan::Across(parts) } else { Plan::Down(parts) }
        }
        Tile::Container(Container::Grid(grid)) => {
            Plan::Across(grid.children().filter_map(|c| Some((1.0, plan(tiles, *c)?))).collect())
        }
    })
}

/// Deeper than this no arrangement of nine views goes.
const DEEPEST: usize = 16;

fn build(tiles: &mut Tiles<View>, from: &Plan, seen: &mut Vec<View>, depth: usize) -> Option<TileId> {
    if depth > DEEPEST {
        return None;
    }
    let mut many = |parts: &mut dyn Iterator<Item = &Plan>, tiles: &mut Tiles<View>| -> Option<Vec<TileId>> {
        let built: Option<Vec<TileId>> = parts.map(|p| build(tiles, p, seen, depth + 1)).collect();
        built.filter(|b| !b.is_empty())
    };
    match from {
        Plan::View(word) => {
            let view = View::of_word(word).filter(|v| !seen.contains(v))?;
            seen.push(view);
            let pane = tiles.insert_pane(view);
            Some(if depth == 0 { tiles.insert_tab_tile(vec![pane]) } else { pane })
        }
        Plan::Tabs(front, parts) => {
            let children = many(&mut parts.iter(), tiles)?;
            let active = children.get(*front).copied();
            let id = tiles.insert_tab_tile(children);
            if let (Some(Tile::Container(Container::Tabs(tabs))), Some(active)) = (tiles.get_mut(id), active) {
                tabs.set_active(active);
            }
            Some(id)
        }
        Plan::Across(parts) | Plan::Down(parts) => {
            let children = many(&mut parts.iter().map(|p| &p.1), tiles)?;
            let across = matches!(from, Plan::Across(_));
            let id = if across {
                tiles.insert_horizontal_tile(children.clone())
            } else {
                tiles.insert_vertical_tile(children.clone())
            };
            if let Some(Tile::Container(Container::Linear(linear))) = tiles.get_mut(id) {
                for (child, (share, _)) in children.iter().zip(parts) {
                    let share = if share.is_finite() { share.clamp(0.05, 20.0) } else { 1.0 };
                    linear.shares.set_share(*child, share);
                }
            }
            Some(id)
        }
    }
}

fn options() -> SimplificationOptions {
    SimplificationOptions { all_panes_must_have_tabs: true, ..SimplificationOptions::default() }
}

struct Panes<'a> {
    pane: &'a mut dyn FnMut(&mut Ui, View),
    active: View,
    single: bool,
}

impl Behavior<View> for Panes<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _: TileId, view: &mut View) -> UiResponse {
        let margin = if self.single { 0.0 } else { 6.0 };
        egui::Frame::new().inner_margin(margin).show(ui, |ui| (self.pane)(ui, *view));
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, view: &View) -> WidgetText {
        let text = egui::RichText::new(view.command().name());
        if *view == self.active { text.family(super::theme::bold()).into() } else { text.into() }
    }

    fn is_tab_bar_visible(&self, _: TileId, _: &egui_tiles::Tabs) -> bool {
        !self.single
    }

    fn simplification_options(&self) -> SimplificationOptions {
        options()
    }

    fn gap_width(&self, _: &egui::Style) -> f32 {
        4.0
    }

    fn min_size(&self) -> f32 {
        160.0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn views_are_split_closed_and_kept() {
        let mut layout = Layout::one(View::Series);
        assert_eq!(layout.split(View::Series, false), Some(View::Distribution));
        assert_eq!(layout.split(View::Distribution, true), Some(View::Heat));
        assert_eq!(layout.visible().len(), 3);
        let kept = layout.plan().unwrap();
        let text = serde_json::to_string(&kept).unwrap();
        let again = Layout::from_plan(&serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(again.plan().unwrap(), kept);
        // a view that is shown elsewhere comes to the front, another one takes the place
        layout.show(View::Heat, View::Series);
        assert_eq!(layout.all().len(), 3);
        layout.show(View::Slo, View::Heat);
        assert!(layout.all().contains(&View::Slo) && !layout.all().contains(&View::Heat));
        assert!(layout.close(View::Slo).is_some());
        assert!(layout.close(View::Distribution).is_some());
        assert_eq!(layout.close(View::Series), None);
        assert!(layout.is_single());
    }

    #[test]
    fn every_view_fits_and_none_comes_twice() {
        let mut layout = Layout::one(View::Series);
        let mut last = View::Series;
        while let Some(view) = layout.split(last, last == View::Heat) {
            last = view;
        }
        assert_eq!(layout.all().len(), View::ALL.len());
        let view = |v: &str| Plan::View(v.into());
        assert!(Layout::from_plan(&Plan::Across(vec![(1.0, view("slo")), (1.0, view("slo"))])).is_none());
        assert!(Layout::from_plan(&Plan::Across(Vec::new())).is_none());
        assert!(Layout::from_plan(&view("nothing")).is_none());
        let mut deep = view("slo");
        for _ in 0..1000 {
            deep = Plan::Tabs(0, vec![deep]);
        }
        assert!(Layout::from_plan(&deep).is_none());
    }
}
