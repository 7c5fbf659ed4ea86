//! Unsafe code: forbidden but for a few crates, and there each place is marked and gives its reason.

use crate::text::{assert_none, below};

/// Crates that cannot forbid it, with the reason. They deny it, so that every place must say that it is one.
const MARKED: &[(&str, &str)] = &[
    ("host/sandbox", "native images of plugins are loaded as they were kept"),
    ("host/client", "a jobserver's pipe is named by its number in a variable; it starts without Rust's own start"),
    ("host/daemon", "descriptors that a build left open are closed by number"),
    ("plugins/gcc", "the exports of a component are generated code"),
    ("plugins/rustc", "the exports of a component are generated code"),
    ("plugins/sdk", "the bindings of the contract are generated code"),
];

#[test]
fn crates_forbid_unsafe_code() {
    let mut breaches = Vec::new();
    for folder in ["host", "plugins"] {
        for source in below(folder) {
            let Some(root) = source.path.strip_suffix("/src/lib.rs").or(source.path.strip_suffix("/src/main.rs"))
            else {
                continue;
            };
            let expected = if MARKED.iter().any(|(marked, _)| *marked == root) {
                "#![deny(unsafe_code)]"
            } else {
                "#![forbid(unsafe_code)]"
            };
            if !source.text.lines().any(|line| line == expected) {
                breaches.push(format!("{} does not say {expected}", source.path));
            }
        }
    }
    assert_none(&breaches, "unsafe code is forbidden, or denied in the crates that have a reason");
}

#[test]
fn every_unsafe_block_says_why_it_is_sound() {
    let mut breaches = Vec::new();
    for folder in ["host", "plugins"] {
        for source in below(folder).iter().filter(|source| source.is_rust()) {
            let lines: Vec<&str> = source.text.lines().collect();
            for (index, line) in lines.iter().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                if !code.contains("unsafe {") && !code.contains("unsafe fn") && !code.contains("unsafe impl") {
                    continue;
                }
                let comment = lines[..index].iter().rev().take_while(|line| line.trim_start().starts_with("//"));
                if !comment.into_iter().any(|line| line.contains("SAFETY: ")) {
                    breaches.push(format!("{}:{}: {}", source.path, index + 1, line.trim()));
                }
            }
        }
    }
    assert_none(&breaches, "a comment that begins with SAFETY stands before unsafe code");
}
