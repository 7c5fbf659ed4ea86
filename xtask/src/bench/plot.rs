//! The figures that grow, as curves: one picture of three plots, both axes in powers of ten.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::bench::cache::OURS;
use crate::bench::figures::Race;
use crate::bench::report::Report;
use crate::bench::world::BARE;

const WIDTH: u32 = 1260;
const HEIGHT: u32 = 380;

/// A plot.
struct Plot {
    title: &'static str,
    across: &'static str,
    curves: Vec<Curve>,
}

/// One contestant's points.
struct Curve {
    name: String,
    points: Vec<(f64, f64)>,
}

/// The picture. Parts that were not measured are left out.
pub(crate) fn svg(report: &Report) -> Result<String> {
    let plots: Vec<Plot> = plots(report).into_iter().filter(|plot| !plot.curves.is_empty()).collect();
    let mut text = String::new();
    let picture = SVGBackend::with_string(&mut text, (WIDTH, HEIGHT)).into_drawing_area();
    picture.fill(&WHITE).map_err(|error| anyhow!("the plot: {error}"))?;
    for (area, plot) in picture.split_evenly((1, plots.len().max(1))).iter().zip(&plots) {
        draw(area, plot).map_err(|error| anyhow!("the plot of {}: {error}", plot.title))?;
    }
    picture.present().map_err(|error| anyhow!("the plot: {error}"))?;
    drop(picture);
    Ok(text)
}

fn plots(report: &Report) -> [Plot; 3] {
    let headers = report.headers.iter().flat_map(|point| {
        let x = f64::from(point.headers);
        // The compiler alone would push all others together.
        let caches = point.race.entries.iter().filter(|entry| entry.name != BARE);
        caches.map(move |entry| (entry.name.as_str(), (x, entry.median_ms)))
    });
    let results = report.results.iter().filter(|point| point.results > 0).flat_map(|point| {
        let x = point.results as f64;
        let ours = |name, race: &Race| race.entry(OURS).map(|entry| (name, (x, entry.median_ms)));
        let starts = [ours("start", &point.start), ours("start after SIGKILL", &point.start_after_kill)];
        let floor = point.hit.entries.first().map(|entry| ("floor", (x, entry.median_ms)));
        starts.into_iter().chain([ours("hit", &point.hit), floor]).flatten()
    });
    let clients = report.clients.iter().flat_map(|point| {
        let x = f64::from(point.clients);
        point.entries.iter().map(move |entry| (entry.name.as_str(), (x, entry.hits_per_second)))
    });
    [
        Plot { title: "a hit, ms", across: "headers", curves: curves(headers) },
        Plot { title: "zccache, ms", across: "stored results", curves: curves(results) },
        Plot { title: "hits per second", across: "clients at once", curves: curves(clients) },
    ]
}

/// Points by the curve that they belong to.
fn curves<'a>(points: impl Iterator<Item = (&'a str, (f64, f64))>) -> Vec<Curve> {
    let mut curves: Vec<Curve> = Vec::new();
    for (name, point) in points {
        match curves.iter_mut().find(|curve| curve.name == name) {
            Some(curve) => curve.points.push(point),
            None => curves.push(Curve { name: name.to_owned(), points: vec![point] }),
        }
    }
    curves
}

fn draw<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    plot: &Plot,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let points = || plot.curves.iter().flat_map(|curve| &curve.points);
    let (left, right) = span(points().map(|(x, _)| *x));
    let (low, high) = span(points().map(|(_, y)| *y));
    // The legend has the upper part to itself.
    let mut chart = ChartBuilder::on(area)
        .caption(plot.title, ("sans-serif", 16))
        .margin(10)
        .x_label_area_size(36)
        .y_label_area_size(56)
        .build_cartesian_2d((left..right * 1.05).log_scale(), (low * 0.8..high * 8.0).log_scale())?;
    let whole = |number: &f64| format!("{number}");
    let mesh = &mut chart.configure_mesh();
    mesh.x_desc(plot.across).light_line_style(WHITE).x_labels(4).y_labels(5);
    mesh.x_label_formatter(&whole).y_label_formatter(&whole).draw()?;
    for (index, curve) in plot.curves.iter().enumerate() {
        let color = Palette99::pick(index).stroke_width(2);
        chart
            .draw_series(LineSeries::new(curve.points.iter().copied(), color).point_size(3))?
            .label(&curve.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color));
    }
    chart.configure_series_labels().position(SeriesLabelPosition::UpperLeft).background_style(WHITE.mix(0.8)).draw()?;
    Ok(())
}

/// The least and the most.
fn span(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    (values.clone().fold(f64::INFINITY, f64::min), values.fold(0.0, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_gathered_by_curve() {
        let points = [("a", (1.0, 2.0)), ("b", (1.0, 3.0)), ("a", (10.0, 4.0))];
        let curves = curves(points.into_iter());
        let found: Vec<_> = curves.iter().map(|curve| (curve.name.as_str(), curve.points.len())).collect();
        assert_eq!(found, [("a", 2), ("b", 1)]);
    }

    #[test]
    fn a_span_is_from_the_least_to_the_most() {
        assert_eq!(span([3.0, 1.0, 2.0].into_iter()), (1.0, 3.0));
    }
}
