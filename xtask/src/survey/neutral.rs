//! Paths as they stand in the document: nothing of them tells of the machine.

use std::path::{Component, Path, PathBuf};

/// What a project's paths are told by.
pub(crate) struct Names {
    tree: PathBuf,
}

impl Names {
    /// Of a project that is built in this tree.
    pub(crate) fn of(tree: &Path) -> Names {
        Names { tree: tree.to_owned() }
    }

    /// A file by its path from the tree on; one that lies elsewhere by its name and that of its folder.
    pub(crate) fn file(&self, directory: &Path, name: &str) -> String {
        if name.is_empty() || name == "-" || name.starts_with("/dev/") {
            return name.to_owned();
        }
        let path = normal(&directory.join(name));
        match path.strip_prefix(&self.tree) {
            Ok(below) => below.display().to_string(),
            Err(_) => {
                let parts: Vec<_> = path.components().rev().take(2).collect();
                parts.into_iter().rev().collect::<PathBuf>().display().to_string()
            }
        }
    }

    /// A text in which paths of the machine are shortened: those of the tree to what follows it, those of folders of a user to
    /// the last two parts.
    pub(crate) fn text(&self, text: &str) -> String {
        let tree = self.tree.display().to_string();
        let text = text.replace(&format!("{tree}/"), "").replace(&tree, ".");
        text.split_inclusive(|letter: char| " '\"=,:;()`".contains(letter)).map(shortened).collect()
    }
}

/// Where what every machine of a system has is kept.
const OF_SYSTEM: [&str; 3] = ["/usr/", "/dev/", "/bin/"];

fn shortened(piece: &str) -> String {
    let start = piece.find('/').filter(|at| *at == 0 || ["-I", "-L"].contains(&&piece[..*at]));
    let Some(start) = start else { return piece.to_owned() };
    let (before, path) = piece.split_at(start);
    let parts: Vec<&str> = path.split('/').collect();
    if parts.len() < 4 || OF_SYSTEM.iter().any(|known| path.starts_with(known)) {
        return piece.to_owned();
    }
    format!("{before}.../{}", parts[parts.len() - 2..].join("/"))
}

/// Without `.` and `..`, by text.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_tree_on_and_another_by_its_last_parts() {
        let names = Names::of(Path::new("/home/a/t/tree"));
        assert_eq!(names.file(Path::new("/home/a/t/tree/build"), "../src/x.c"), "src/x.c");
        assert_eq!(names.file(Path::new("/home/a/registry/z-1.0/y"), "x.c"), "y/x.c");
        assert_eq!(names.file(Path::new("/home/a"), "/dev/null"), "/dev/null");
    }

    #[test]
    fn no_path_of_a_user_is_left_in_a_text() {
        let names = Names::of(Path::new("/home/a/t/tree"));
        let text =
            names.text("'/home/a/t/tree/objs/src/core' changed -I/home/a/registry/z-1.0/y -I/usr/include/x ./b/c");
        assert_eq!(text, "'objs/src/core' changed -I.../z-1.0/y -I/usr/include/x ./b/c");
    }
}
