//! Every setting is told to users.

use zccache_settings::TABLE;

use crate::text::{assert_none, below, project};

#[test]
fn every_setting_stands_in_the_documents() {
    let readme = std::fs::read_to_string(project().join("README.md")).expect("the project has a README");
    let documents: Vec<String> = below("docs").into_iter().map(|source| source.text).chain([readme]).collect();
    let mut breaches = Vec::new();
    for row in TABLE {
        for name in [row.variable(), row.key.to_owned()] {
            let quoted = format!("`{name}`");
            if !documents.iter().any(|text| text.contains(&quoted)) {
                breaches.push(format!("{quoted}: {}", row.about));
            }
        }
    }
    assert_none(&breaches, "these are not in README.md or docs/");
}
