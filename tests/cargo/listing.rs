//! Files that are written down as one text. A line `//- path` begins each, and empty lines before the next are no part of it.

/// What begins a file.
const MARK: &str = "//- ";

/// The files of a listing.
pub fn files(listing: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in listing.lines() {
        if let Some(path) = line.strip_prefix(MARK) {
            files.push((path.to_owned(), String::new()));
        } else if let Some((_, content)) = files.last_mut() {
            *content += line;
            content.push('\n');
        }
    }
    for (_, content) in &mut files {
        let end = content.trim_end_matches('\n').len();
        content.truncate(end + 1);
    }
    files
}

#[test]
fn a_listing_is_split_at_its_marks() {
    let files = files("\n//- a/b.rs\nmod c;\n\nmod d;\n\n//- c\n//- d\nd\n");
    let expected = [("a/b.rs", "mod c;\n\nmod d;\n"), ("c", ""), ("d", "d\n")];
    assert_eq!(files, expected.map(|(path, content)| (path.to_owned(), content.to_owned())));
}
