//! The figures of this run beside those of an earlier one.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// What tells the elements of a list apart, and is no figure.
const LABELS: [&str; 6] = ["name", "project", "jobs", "headers", "clients", "results"];
/// Numbers of how a figure was made, which are no figures either.
const NO_FIGURES: [&str; 8] = ["runs", "hits", "asked", "rounds", "answers", "units", "arguments", "cpp_headers"];

/// The JSON of an earlier run.
pub(crate) fn read(file: &Path) -> Result<Value> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    serde_json::from_str(&text).with_context(|| file.display().to_string())
}

/// A line for each figure that both runs have.
pub(crate) fn text(earlier: &Value, now: &Value) -> String {
    let (earlier, now) = (figures(earlier), figures(now));
    let width = now.keys().map(String::len).max().unwrap_or_default();
    let mut text = format!("{:width$}{:>12}{:>12}{:>8}\n", "against an earlier run", "earlier", "now", "ratio");
    for (name, now) in &now {
        if let Some(earlier) = earlier.get(name) {
            let ratio = now / earlier;
            // Writing to a string does not fail.
            let _written = writeln!(text, "{name:width$}{earlier:>12.3}{now:>12.3}{ratio:>8.2}");
        }
    }
    text
}

/// All figures below a value, by where they stand.
fn figures(value: &Value) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    collect("", value, &mut found);
    found
}

fn collect(place: &str, value: &Value, found: &mut BTreeMap<String, f64>) {
    let below = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place} / {name}") };
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, value)| *name != "runs" || value.is_number()) {
                let known = LABELS.iter().chain(&NO_FIGURES).any(|other| other == name);
                if !known || value.is_object() || value.is_array() {
                    collect(&below(name), value, found);
                }
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect(&below(&label(element).unwrap_or_else(|| index.to_string())), element, found);
            }
        }
        Value::Number(number) => found.extend(number.as_f64().map(|number| (place.to_owned(), number))),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// What an element of a list is called.
fn label(element: &Value) -> Option<String> {
    let labels: Vec<String> = LABELS
        .iter()
        .filter_map(|label| match element.get(label)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(format!("{number} {label}")),
            _ => None,
        })
        .collect();
    if labels.is_empty() { None } else { Some(labels.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn figures_are_known_by_where_they_stand_and_not_by_their_order() {
        let run = |first: f64, second: f64| {
            json!({
                "runs": [{"cores": 2}],
                "clients": [
                    {"clients": 8, "rounds": 5, "entries": [{"name": "floor", "ratio": first}]},
                    {"clients": 64, "rounds": 5, "entries": [{"name": "floor", "ratio": second}]},
                ],
                "plan": null,
            })
        };
        let found = figures(&run(1.0, 2.0));
        let names: Vec<&str> = found.keys().map(String::as_str).collect();
        let expected =
            ["clients / 64 clients / entries / floor / ratio", "clients / 8 clients / entries / floor / ratio"];
        assert_eq!(names, expected);
        let text = text(&run(1.0, 2.0), &run(1.0, 3.0));
        assert!(text.lines().any(|line| line.contains("64 clients") && line.ends_with("1.50")), "{text}");
    }

    #[test]
    fn what_only_one_run_has_is_left_out() {
        let text = text(&json!({"one": 1.0, "both": 2.0}), &json!({"both": 2.0, "other": 3.0}));
        assert_eq!(text.lines().count(), 2, "{text}");
    }
}
