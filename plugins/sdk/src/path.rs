//! Paths as text, the way tools join and split them. Nothing is normalised, so links mean what they mean.

/// The folder that holds `path`: empty where it has no slash.
pub fn folder(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) => "/",
        Some(slash) => &path[..slash],
        None => "",
    }
}

/// The last component.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `name` in `folder`; an empty folder adds nothing, an absolute name stays.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() || name.starts_with('/') {
        name.to_owned()
    } else if folder.ends_with('/') {
        format!("{folder}{name}")
    } else {
        format!("{folder}/{name}")
    }
}

/// `name` without what follows its last dot, and that part without the dot; none: it has no dot.
pub fn split_suffix(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('.') {
        Some((stem, suffix)) => (stem, Some(suffix)),
        None => (name, None),
    }
}

/// An absolute path without `.` and `..`: where it leads if no folder on it is a link. A relative one stays.
pub fn without_detours(path: &str) -> String {
    if !path.starts_with('/') {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart_and_joined_as_tools_do() {
        assert_eq!((folder("a/b.c"), folder("b.c"), folder("/b.c")), ("a", "", "/"));
        assert_eq!(file_name("a/b.c"), "b.c");
        assert_eq!((join("", "x"), join("a/", "x"), join("a", "/x")), ("x".into(), "a/x".into(), "/x".into()));
        assert_eq!(split_suffix("x.y.c"), ("x.y", Some("c")));
        assert_eq!(split_suffix("x"), ("x", None));
        assert_eq!(without_detours("/a/./b/../../c/"), "/c");
        assert_eq!(without_detours("a/../b"), "a/../b");
    }
}
