//! Who depends on whom, as Cargo sees it.

use std::collections::{BTreeSet, HashMap};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};

use crate::text::{assert_none, below, project};

/// The floors of the host. A crate may depend on crates of lower floors only.
const FLOORS: &[&[&str]] = &[
    &["zccache-model"],
    &["zccache-protocol", "zccache-settings", "zccache-files", "zccache-store", "zccache-sandbox"],
    &["zccache", "zccached"],
];

/// What the client must not carry along: it starts for every compile.
const TOO_HEAVY_FOR_THE_CLIENT: &[&str] = &["tokio", "wasmtime", "redb", "rayon", "wasmparser"];

fn metadata() -> Metadata {
    let mut command = MetadataCommand::new();
    // Only what this machine builds: what other systems need may not even be downloaded.
    let options = ["--filter-platform", "host-tuple"].map(str::to_owned);
    command.manifest_path(project().join("Cargo.toml")).other_options(options);
    command.exec().unwrap_or_else(|error| panic!("cannot ask cargo about the workspace: {error}"))
}

/// The folder of a workspace crate: `host`, `plugins`, ...
fn folder(package: &Package) -> Option<&str> {
    let path = package.manifest_path.strip_prefix(project()).ok()?;
    path.components().next().map(|first| first.as_str())
}

fn floor(package: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&package))
}

#[test]
fn host_crates_depend_on_lower_floors_only() {
    let metadata = metadata();
    let mut breaches = Vec::new();
    for package in metadata.workspace_packages().into_iter().filter(|package| folder(package) == Some("host")) {
        let Some(own) = floor(&package.name) else {
            breaches.push(format!("{} has no floor", package.name));
            continue;
        };
        for dependency in &package.dependencies {
            if let Some(theirs) = floor(&dependency.name)
                && theirs >= own
            {
                breaches.push(format!("{} depends on {}", package.name, dependency.name));
            }
        }
    }
    assert_none(&breaches, "imports go downward only");
}

#[test]
fn host_and_plugins_do_not_depend_on_each_other() {
    let metadata = metadata();
    let packages = metadata.workspace_packages();
    let folders: HashMap<&str, &str> =
        packages.iter().filter_map(|package| Some((package.name.as_str(), folder(package)?))).collect();
    let mut breaches = Vec::new();
    for package in &packages {
        let other = match folder(package) {
            Some("host") => "plugins",
            Some("plugins") => "host",
            _ => continue,
        };
        let theirs = package.dependencies.iter().filter(|each| folders.get(each.name.as_str()) == Some(&other));
        breaches.extend(theirs.map(|dependency| format!("{} depends on {}", package.name, dependency.name)));
    }
    assert_none(&breaches, "host and plugins share the contract and nothing else");
}

#[test]
fn the_client_stays_light() {
    let metadata = metadata();
    let linked = linked_into(&metadata, "zccache");
    let heavy: Vec<String> =
        TOO_HEAVY_FOR_THE_CLIENT.iter().filter(|name| linked.contains(**name)).map(|name| (*name).to_owned()).collect();
    assert_none(&heavy, "the client starts for every compile and must not link these");
    assert!(linked.contains("clap"), "the graph was read: {linked:?}");
}

#[test]
fn only_the_sandbox_names_wasmtime() {
    let metadata = metadata();
    let mut breaches = Vec::new();
    for package in metadata.workspace_packages() {
        let names = package.dependencies.iter().any(|dependency| dependency.name == "wasmtime");
        if names && package.name.as_str() != "zccache-sandbox" {
            breaches.push(format!("{} depends on wasmtime", package.name));
        }
    }
    let uses = |line: &str| line.contains("wasmtime::");
    for source in below("host").iter().filter(|source| !source.path.starts_with("host/sandbox/")) {
        let lines = source.lines().filter(|(_, line)| uses(line));
        breaches.extend(lines.map(|(number, line)| format!("{}:{number}: {}", source.path, line.trim())));
    }
    assert_none(&breaches, "one crate names wasmtime");
}

/// The names of all packages that are linked into a workspace crate.
fn linked_into(metadata: &Metadata, package: &str) -> BTreeSet<String> {
    let resolve = metadata.resolve.as_ref().expect("cargo was asked for the graph");
    let nodes: HashMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let root = metadata.workspace_packages().into_iter().find(|each| each.name.as_str() == package);
    let mut waiting = vec![&root.expect("the crate is there").id];
    let mut seen: BTreeSet<&PackageId> = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            let linked = nodes[id]
                .deps
                .iter()
                .filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
            waiting.extend(linked.map(|dependency| &dependency.pkg));
        }
    }
    seen.into_iter().map(|id| metadata[id].name.to_string()).collect()
}
