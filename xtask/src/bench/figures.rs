//! The figures that contestants are compared by. Absolute times are good for a day; medians and their ratios last longer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Times of one contestant.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Entry {
    /// For people.
    pub(crate) name: String,
    /// How often it was measured.
    pub(crate) runs: usize,
    pub(crate) median_ms: f64,
    pub(crate) p90_ms: f64,
    /// Its median in medians of the first contestant, or the median of the ratios of each round.
    pub(crate) ratio: f64,
    /// How many of these runs were hits, where it is a cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hits: Option<u64>,
    /// Of how many compiles, where that is not plain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) asked: Option<u64>,
}

/// Contestants that were measured in turn. The first is what the others are held against.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Race {
    pub(crate) entries: Vec<Entry>,
}

impl Race {
    /// The figures of these times: ratios are of medians.
    pub(crate) fn of(times: &[(String, Vec<Duration>)]) -> Race {
        let medians = |all: &[f64], first: &[f64]| quantile(all, 0.5) / quantile(first, 0.5);
        Race::with(times, medians)
    }

    /// The figures of contestants that each took part in every round: ratios are the median of those in each round. Where a
    /// round takes minutes, the machine is another in the next one.
    pub(crate) fn of_rounds(times: &[(String, Vec<Duration>)]) -> Race {
        let in_rounds = |all: &[f64], first: &[f64]| {
            let ratios: Vec<f64> = all.iter().zip(first).map(|(time, first)| time / first).collect();
            quantile(&ratios, 0.5)
        };
        Race::with(times, in_rounds)
    }

    /// The figures of contestants that each did the same parts again and again: of each part its median, and the sums of those.
    pub(crate) fn of_parts(times: &[(String, Vec<Vec<Duration>>)]) -> Race {
        let sum = |parts: &[Vec<Duration>], share: f64| -> f64 {
            let of_part = |times: &Vec<Duration>| quantile(&milliseconds(times), share);
            parts.iter().map(of_part).sum()
        };
        let first = times.first().map_or(f64::NAN, |(_, parts)| sum(parts, 0.5));
        let entry = |(name, parts): &(String, Vec<Vec<Duration>>)| Entry {
            name: name.clone(),
            runs: parts.first().map_or(0, Vec::len),
            median_ms: sum(parts, 0.5),
            p90_ms: sum(parts, 0.9),
            ratio: sum(parts, 0.5) / first,
            hits: None,
            asked: None,
        };
        Race { entries: times.iter().map(entry).collect() }
    }

    /// `ratio`: of all times of a contestant and all of the first.
    fn with(times: &[(String, Vec<Duration>)], ratio: impl Fn(&[f64], &[f64]) -> f64) -> Race {
        let first = times.first().map(|(_, times)| milliseconds(times)).unwrap_or_default();
        let entry = |(name, times): &(String, Vec<Duration>)| {
            let times = milliseconds(times);
            Entry {
                name: name.clone(),
                runs: times.len(),
                median_ms: quantile(&times, 0.5),
                p90_ms: quantile(&times, 0.9),
                ratio: ratio(&times, &first),
                hits: None,
                asked: None,
            }
        };
        Race { entries: times.iter().map(entry).collect() }
    }

    /// The contestant of that name, if it was there.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// Notes how often a contestant hit.
    pub(crate) fn note_hits(&mut self, name: &str, hits: u64) {
        for entry in self.entries.iter_mut().filter(|entry| entry.name == name) {
            entry.hits = Some(hits);
        }
    }

    /// Notes of how many compiles those are.
    pub(crate) fn note_asked(&mut self, name: &str, asked: u64) {
        for entry in self.entries.iter_mut().filter(|entry| entry.name == name) {
            entry.asked = Some(asked);
        }
    }
}

/// Times as numbers.
pub(crate) fn milliseconds(times: &[Duration]) -> Vec<f64> {
    times.iter().map(|time| time.as_secs_f64() * 1e3).collect()
}

/// The value that this share of all does not exceed: `0.5` is the median. Of none it is not a number.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_values_whatever_their_order() {
        let values = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!([0.0, 0.5, 0.9, 1.0].map(|share| quantile(&values, share)), [1.0, 3.0, 5.0, 5.0]);
        assert_eq!(quantile(&[7.0], 0.9), 7.0);
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn ratios_are_to_the_median_of_the_first() {
        let times = |milliseconds: &[u64]| milliseconds.iter().map(|time| Duration::from_millis(*time)).collect();
        let race = Race::of(&[("floor".to_owned(), times(&[2, 2, 50])), ("hit".to_owned(), times(&[3, 90, 1]))]);
        assert_eq!(race.entries.iter().map(|entry| entry.ratio).collect::<Vec<_>>(), [1.0, 1.5]);
        assert_eq!(race.entry("hit").map(|entry| (entry.runs, entry.p90_ms)), Some((3, 90.0)));
        assert!(race.entry("miss").is_none());
    }

    #[test]
    fn a_part_that_was_slow_once_does_not_count_and_a_long_part_counts_more() {
        let times = |seconds: &[u64]| seconds.iter().map(|time| Duration::from_secs(*time)).collect::<Vec<_>>();
        let race = Race::of_parts(&[
            ("bare".to_owned(), vec![times(&[90, 90, 90]), times(&[10, 10, 10])]),
            ("cold".to_owned(), vec![times(&[90, 300, 89]), times(&[20, 20, 20])]),
        ]);
        assert_eq!(race.entries.iter().map(|entry| entry.ratio).collect::<Vec<_>>(), [1.0, 1.1]);
        assert_eq!(race.entry("cold").map(|entry| entry.median_ms), Some(110_000.0));
    }

    #[test]
    fn ratios_of_rounds_do_not_tell_that_the_machine_became_slower() {
        let times = |seconds: &[u64]| seconds.iter().map(|time| Duration::from_secs(*time)).collect();
        let race =
            Race::of_rounds(&[("bare".to_owned(), times(&[10, 20, 40])), ("cold".to_owned(), times(&[11, 22, 50]))]);
        assert_eq!(race.entries.iter().map(|entry| entry.ratio).collect::<Vec<_>>(), [1.0, 1.1]);
    }
}
