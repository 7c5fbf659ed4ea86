//! The options of rustc, by `rustc --help -v`. One that is not here is not cached.

use zccache_plugin_sdk::options::{Row, Shape};

/// What an option means to the cache. That it is in the key goes without saying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing but that.
    Keyed,
    /// The crate's name.
    CrateName,
    /// What kinds of thing are made of the crate.
    CrateType,
    /// What is written.
    Emit,
    /// The file that is written.
    Output,
    /// The folder that is written into.
    OutputFolder,
    /// A program of tests is made.
    Test,
    /// The machine that it is made for.
    Target,
    /// A crate that is used.
    Extern,
    /// A folder that is searched.
    Search,
    /// A library that is used.
    Library,
    /// Where the compiler's own libraries are.
    Sysroot,
    /// An option for the making of code, with a table of its own.
    Codegen,
    /// How messages look.
    Json,
    /// How wide messages are.
    Width,
    /// Whether messages are coloured.
    Colour,
    /// How messages are given.
    ErrorFormat,
    /// Not cached, for this reason.
    Bypass(&'static str),
}

use Effect::{Bypass, Keyed};

const fn row(name: &'static str, shape: Shape, effect: Effect) -> Row<Effect> {
    Row { name, shape, effect }
}

/// All rows.
pub(crate) const TABLE: &[Row<Effect>] = &[
    row("--crate-name", Shape::EqualsOrSeparate, Effect::CrateName),
    row("--crate-type", Shape::EqualsOrSeparate, Effect::CrateType),
    row("--emit", Shape::EqualsOrSeparate, Effect::Emit),
    row("-o", Shape::JoinedOrSeparate, Effect::Output),
    row("--out-dir", Shape::EqualsOrSeparate, Effect::OutputFolder),
    row("--test", Shape::Flag, Effect::Test),
    row("--target", Shape::EqualsOrSeparate, Effect::Target),
    row("--extern", Shape::EqualsOrSeparate, Effect::Extern),
    row("-L", Shape::JoinedOrSeparate, Effect::Search),
    row("-l", Shape::JoinedOrSeparate, Effect::Library),
    row("--sysroot", Shape::EqualsOrSeparate, Effect::Sysroot),
    row("-C", Shape::JoinedOrSeparate, Effect::Codegen),
    row("--codegen", Shape::EqualsOrSeparate, Effect::Codegen),
    row("--json", Shape::EqualsOrSeparate, Effect::Json),
    row("--color", Shape::EqualsOrSeparate, Effect::Colour),
    row("--error-format", Shape::EqualsOrSeparate, Effect::ErrorFormat),
    row("--cfg", Shape::EqualsOrSeparate, Keyed),
    row("--check-cfg", Shape::EqualsOrSeparate, Keyed),
    row("--edition", Shape::EqualsOrSeparate, Keyed),
    row("--cap-lints", Shape::EqualsOrSeparate, Keyed),
    row("--force-warn", Shape::EqualsOrSeparate, Keyed),
    row("--allow", Shape::EqualsOrSeparate, Keyed),
    row("--warn", Shape::EqualsOrSeparate, Keyed),
    row("--deny", Shape::EqualsOrSeparate, Keyed),
    row("--forbid", Shape::EqualsOrSeparate, Keyed),
    row("-A", Shape::JoinedOrSeparate, Keyed),
    row("-W", Shape::JoinedOrSeparate, Keyed),
    row("-D", Shape::JoinedOrSeparate, Keyed),
    row("-F", Shape::JoinedOrSeparate, Keyed),
    row("--remap-path-prefix", Shape::EqualsOrSeparate, Keyed),
    row("--remap-path-scope", Shape::EqualsOrSeparate, Keyed),
    row("--diagnostic-width", Shape::EqualsOrSeparate, Effect::Width),
    row("-g", Shape::Flag, Keyed),
    row("-O", Shape::Flag, Keyed),
    row("-v", Shape::Flag, Keyed),
    row("--verbose", Shape::Flag, Keyed),
    row("-Z", Shape::JoinedOrSeparate, Bypass("unstable-option")),
    row("--print", Shape::EqualsOrSeparate, Bypass("question")),
    row("--explain", Shape::EqualsOrSeparate, Bypass("question")),
    row("-V", Shape::Flag, Bypass("question")),
    row("-vV", Shape::Flag, Bypass("question")),
    row("--version", Shape::Flag, Bypass("question")),
    row("-h", Shape::Flag, Bypass("question")),
    row("--help", Shape::Flag, Bypass("question")),
];
