//! Points with their bounds, stacked bars, squares that lead to a part of the page: as SVG within the page.

use maud::{Markup, html};

/// One row of [`dots`].
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    pub label: String,
    /// 0 to 1.
    pub value: f64,
    /// Lower and upper, 0 to 1.
    pub bounds: (f64, f64),
}

/// A figure with its bounds.
pub fn bounded(value: f64, (low, high): (f64, f64)) -> String {
    format!("{value:.3} [{low:.2}–{high:.2}]")
}

/// A point and its bounds for each row, on a scale from 0 to 1.
pub fn dots(marks: &[Mark]) -> Markup {
    const LEFT: f64 = 290.0;
    const WIDTH: f64 = 480.0;
    const ROW: usize = 22;
    let x = |share: f64| format!("{:.1}", LEFT + share * WIDTH);
    let height = (marks.len() + 1) * ROW;
    html! {
        svg viewBox=(format!("0 0 920 {height}")) width="920" height=(height) role="img" {
            @for tenth in (0..=10).step_by(2) {
                @let at = x(f64::from(tenth) / 10.0);
                line class="grid" x1=(at) x2=(at) y1="0" y2=(height - ROW + 4) {}
                text x=(at) y=(height - 6) text-anchor="middle" { (format!("{:.1}", f64::from(tenth) / 10.0)) }
            }
            @for (row, mark) in marks.iter().enumerate() {
                @let y = row * ROW + ROW / 2;
                text x=(LEFT - 12.0) y=(y + 4) text-anchor="end" { (mark.label) }
                line class="bound" x1=(x(mark.bounds.0)) x2=(x(mark.bounds.1)) y1=(y) y2=(y) {}
                circle class="point" cx=(x(mark.value)) cy=(y) r="5" {}
                text x=(LEFT + WIDTH + 14.0) y=(y + 4) { (bounded(mark.value, mark.bounds)) }
            }
        }
    }
}

/// One row of [`bars`]: how many came out well, how many badly, and how many did not take part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    pub label: String,
    pub well: usize,
    pub badly: usize,
    pub absent: usize,
}

/// Rows of stacked bars, all on one scale.
pub fn bars(rows: &[Bar]) -> Markup {
    const LEFT: usize = 220;
    const WIDTH: usize = 520;
    const ROW: usize = 30;
    let most = rows.iter().map(|row| row.well + row.badly + row.absent).max().unwrap_or(0).max(1);
    html! {
        svg viewBox=(format!("0 0 920 {}", rows.len() * ROW)) width="920" height=(rows.len() * ROW) role="img" {
            @for (nth, row) in rows.iter().enumerate() {
                @let y = nth * ROW;
                text x=(LEFT - 12) y=(y + 19) text-anchor="end" { (row.label) }
                @let whole = row.well + row.badly + row.absent;
                text x=(LEFT + whole * WIDTH / most + 8) y=(y + 19) { (told(row)) }
                @let parts = [("good", row.well), ("bad", row.badly), ("none", row.absent)];
                @for (at, (class, count)) in parts.iter().enumerate() {
                    @let before: usize = parts.iter().take(at).map(|(_, count)| count).sum();
                    @if *count > 0 {
                        rect class=(class) x=(LEFT + before * WIDTH / most) y=(y + 3)
                            width=((before + count) * WIDTH / most - before * WIDTH / most) height=(ROW - 6) {}
                    }
                }
            }
        }
    }
}

/// `66 well, 1 badly, 3 absent`, without what there is none of.
fn told(row: &Bar) -> String {
    let parts = [(row.well, "well"), (row.badly, "badly"), (row.absent, "absent")];
    let told = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    told.collect::<Vec<_>>().join(", ")
}

/// One square of [`squares`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Square {
    /// Read where the pointer rests, and by whoever does not see the picture.
    pub title: String,
    /// `None`: did not take part.
    pub well: Option<bool>,
    /// The part of the page to which it leads.
    pub leads_to: String,
}

/// A square for each, in their order.
pub fn squares(all: &[Square]) -> Markup {
    const IN_A_ROW: usize = 30;
    const SIDE: usize = 30;
    let height = all.len().div_ceil(IN_A_ROW) * SIDE;
    html! {
        svg viewBox=(format!("0 0 {} {height}", IN_A_ROW * SIDE)) width=(IN_A_ROW * SIDE) height=(height) role="img" {
            @for (nth, one) in all.iter().enumerate() {
                @let class = match one.well { Some(true) => "good", Some(false) => "bad", None => "none" };
                a href=(format!("#{}", one.leads_to)) {
                    rect class=(class) x=(nth % IN_A_ROW * SIDE) y=(nth / IN_A_ROW * SIDE) width=(SIDE - 4) height=(SIDE - 4) rx="4" {
                        title { (one.title) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_share_one_scale_and_leave_out_what_is_none() {
        let bar = |well, badly| Bar { label: "English".into(), well, badly, absent: 0 };
        let picture = bars(&[bar(30, 10), bar(20, 0)]).into_string();
        assert!(picture.contains("width=\"390\"") && picture.contains("30 well, 10 badly"), "{picture}");
        assert!(picture.contains("width=\"260\"") && picture.matches("<rect").count() == 3, "{picture}");
        assert_eq!(bars(&[]).into_string().matches("<rect").count(), 0);
    }
}
