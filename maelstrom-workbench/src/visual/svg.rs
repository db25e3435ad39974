//! The drawings that do not move, as files of their own.

use std::{io, ops::Range};

use plotters::{coord::Shift, prelude::*};

use super::{Charts, Data, Messages, Quantile, Rate, messages::role};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

const SIZE: (u32, u32) = (1_000, 400);
/// More arrows than this can't be told apart.
const MOST_ARROWS: usize = 2_000;
/// The height of one, and the width of a lane.
const ROW: i32 = 14;
const LANE: i32 = 160;
const FONT: (&str, i32) = ("sans-serif", 12);

impl Data {
    /// `messages.svg`, `latency.svg` and `rate.svg`, as Maelstrom's users expect them: messages between lanes, downwards
    /// in the order in which they were sent; the latencies of operations; and operations per second.
    pub fn svgs(&self) -> io::Result<[(&'static str, String); 3]> {
        let arrows = arrows(self);
        let lanes = lanes(self, &arrows);
        let size = (size(LANE, lanes.len()), size(ROW, arrows.len()));
        Ok([
            ("messages.svg", svg(size, |area| messages(area, &self.messages, &lanes, arrows.clone()))?),
            ("latency.svg", svg(SIZE, |area| latency(area, self))?),
            ("rate.svg", svg(SIZE, |area| rate(area, self))?),
        ])
    }
}

fn size(each: i32, count: usize) -> u32 {
    let each = u32::try_from(each).unwrap_or(1);
    each * (u32::try_from(count).unwrap_or(0) + 3)
}

fn svg(size: (u32, u32), draw: impl FnOnce(&Area<'_>) -> Drawn) -> io::Result<String> {
    let mut out = String::new();
    {
        let area = SVGBackend::with_string(&mut out, size).into_drawing_area();
        let drawn = area.fill(&WHITE).and_then(|()| draw(&area)).and_then(|()| area.present());
        drawn.map_err(|error| io::Error::other(error.to_string()))?;
    }
    Ok(out)
}

/// A time in µs as seconds or, for latencies, ms.
#[expect(clippy::cast_precision_loss, reason = "times are far below 2^52 µs")]
fn scaled(us: i64, unit: f64) -> f64 {
    us as f64 / unit
}

/// The middle of a bucket in seconds.
fn middle(charts: &Charts, bucket: u64) -> f64 {
    let bucket = i64::try_from(bucket).unwrap_or(i64::MAX);
    scaled(bucket.saturating_mul(charts.bucket).saturating_add(charts.bucket / 2), 1e6)
}

fn latency(area: &Area<'_>, data: &Data) -> Drawn {
    let lines = &data.charts.latency;
    let greatest = lines.iter().flat_map(|line| &line.points).map(|(_, us)| *us).max().unwrap_or(1_000);
    let range = (0.1..scaled(greatest, 1e3).max(1.0) * 1.3).log_scale();
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .set_label_area_size(LabelAreaPosition::Left, 70)
        .set_label_area_size(LabelAreaPosition::Bottom, 40)
        .build_cartesian_2d(0.0..scaled(data.end, 1e6).max(0.1), range)?;
    chart.configure_mesh().x_desc("time (s)").y_desc("latency (ms)").draw()?;
    let points = data.operations.iter().filter_map(|operation| {
        let ms = scaled(operation.completed? - operation.invoked, 1e3).max(0.1);
        let colour = if operation.outcome == "ok" { BLUE.mix(0.4) } else { RED.mix(0.8) };
        Some(Circle::new((scaled(operation.invoked, 1e6), ms), 2, colour.filled()))
    });
    chart.draw_series(points)?;
    for (k, Quantile { f, quantile, points }) in lines.iter().enumerate() {
        let colour = Palette99::pick(k).to_rgba();
        let points =
            points.iter().map(|(bucket, us)| (middle(&data.charts, *bucket), scaled(*us, 1e3).max(0.1)));
        chart
            .draw_series(LineSeries::new(points, colour))?
            .label(clean(&format!("{f} {quantile}")))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 15, y)], colour));
    }
    chart.configure_series_labels().background_style(WHITE.mix(0.8)).border_style(BLACK).draw()
}

fn rate(area: &Area<'_>, data: &Data) -> Drawn {
    let lines = &data.charts.rate;
    let greatest = lines.iter().flat_map(|line| &line.per_s).copied().fold(1.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .set_label_area_size(LabelAreaPosition::Left, 70)
        .set_label_area_size(LabelAreaPosition::Bottom, 40)
        .build_cartesian_2d(0.0..scaled(data.end, 1e6).max(0.1), 0.0..greatest * 1.1)?;
    chart.configure_mesh().x_desc("time (s)").y_desc("operations per second").draw()?;
    for (k, Rate { f, outcome, per_s }) in lines.iter().enumerate() {
        let colour = Palette99::pick(k).to_rgba();
        let points = (0..).zip(per_s).map(|(bucket, per_s)| (middle(&data.charts, bucket), *per_s));
        chart
            .draw_series(LineSeries::new(points, colour))?
            .label(clean(&format!("{f} {outcome}")))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 15, y)], colour));
    }
    chart.configure_series_labels().background_style(WHITE.mix(0.8)).border_style(BLACK).draw()
}

/// Which messages are drawn: those around the focus.
fn arrows(data: &Data) -> Range<usize> {
    let sent = &data.messages.sent;
    let at = data.focus.map_or(0, |focus| sent.partition_point(|sent| *sent < focus));
    let start = at.saturating_sub(MOST_ARROWS / 4 * 3).min(sent.len().saturating_sub(MOST_ARROWS));
    start..sent.len().min(start + MOST_ARROWS)
}

/// Who takes part: nodes first, in their order.
fn lanes<'d>(data: &'d Data, arrows: &Range<usize>) -> Vec<&'d str> {
    let all = &data.messages;
    let names = arrows.clone().flat_map(|k| [all.src[k], all.dest[k]]);
    let mut lanes: Vec<&str> = names.map(|word| role(&all.words[word])).collect();
    let place = |lane: &str| data.nodes.iter().position(|node| node == lane).unwrap_or(usize::MAX);
    lanes.sort_by_key(|lane| (place(lane), *lane));
    lanes.dedup();
    lanes
}

fn messages(area: &Area<'_>, all: &Messages, lanes: &[&str], arrows: Range<usize>) -> Drawn {
    let x = |name: &str| {
        let lane = lanes.iter().position(|lane| *lane == role(name)).unwrap_or(0);
        i32::try_from(lane).unwrap_or(0) * LANE + LANE
    };
    let bottom = i32::try_from(arrows.len()).unwrap_or(0) * ROW + 3 * ROW;
    for lane in lanes {
        let x = x(lane);
        area.draw(&PathElement::new([(x, 2 * ROW), (x, bottom)], BLACK.mix(0.3)))?;
        area.draw(&Text::new(clean(lane), (x - 10, ROW / 2), FONT))?;
    }
    for (row, k) in (3..).zip(arrows) {
        let (from, to, y) = (x(&all.words[all.src[k]]), x(&all.words[all.dest[k]]), row * ROW);
        let is_lost = (1..=3).contains(&all.end[k]);
        let colour = if is_lost { RED } else { BLUE };
        // Where it got lost nobody knows.
        let to = if is_lost { i32::midpoint(from, to) } else { to };
        area.draw(&PathElement::new([(from, y), (to, y)], colour))?;
        let back = if to < from { 6 } else { -6 };
        area.draw(&Polygon::new([(to, y), (to + back, y - 3), (to + back, y + 3)], colour))?;
        let end = ["", " lost", " partitioned", " gone", ""][usize::from(all.end[k].min(4))];
        let text = format!("{}{end} {}", all.words[all.kind[k]], all.words[all.text[k]]);
        let text: String = text.chars().take(40).collect();
        area.draw(&Text::new(clean(&text), (from.min(to) + 8, y - 12), ("sans-serif", 10)))?;
        let time = format!("{:.4} s", scaled(all.sent[k], 1e6));
        area.draw(&Text::new(time, (4, y - 6), FONT))?;
    }
    Ok(())
}

/// A text that XML can hold: it knows no control characters.
fn clean(text: &str) -> String {
    let is_known = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if is_known(c) { c } else { '\u{fffd}' }).collect()
}
