//! Includes whose name is the value of a macro. The name is not in the text, but the file that was read is in the
//! depfile: the name is what is left of its path behind a folder of the search.

use zccache_plugin_sdk::answer;
use zccache_plugin_sdk::contract::Refusal;
use zccache_plugin_sdk::path;

use super::findings::Found;
use super::reading::{Place, Reading};

/// Most lookups that computed names may add; each is walked by the host.
const MOST: usize = 20_000;

/// Adds a lookup for every name by which a computed include may have meant a file that was read. Also for files that a
/// literal name explains: both may have meant it.
pub(super) fn explain(reading: &mut Reading<'_>, paths: &[String], found: &mut Found) -> Result<(), Refusal> {
    let mut names: Vec<&str> = Vec::new();
    let folders = reading.context.quote.iter().chain(&found.computing_folders);
    let folders: std::collections::HashSet<&str> = folders.map(String::as_str).collect();
    for path in paths {
        names.push(path);
        for folder in &folders {
            let behind = if folder.is_empty() {
                None
            } else {
                path.strip_prefix(folder)
                    .and_then(|rest| if folder.ends_with('/') { Some(rest) } else { rest.strip_prefix('/') })
            };
            names.extend(behind);
        }
    }
    names.sort_unstable();
    names.dedup();
    if names.len() * found.computing_folders.len() > MOST {
        return Err(answer::refusal("computed-include", "too many names are possible"));
    }
    let source_folder = path::folder(&reading.context.source).to_owned();
    for name in names {
        for folder in &found.computing_folders {
            // It can also come from `#include_next`, which goes on behind a folder that has the name.
            reading.look(name, Place::Quote(folder.clone()), true);
        }
        if found.source_computes {
            found.direct.push((name.to_owned(), Place::Quote(source_folder.clone())));
        }
    }
    Ok(())
}
