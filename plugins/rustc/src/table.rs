//! The options of rustc, by `rustc --help -v`. One that is not here is not cached.

use zccache_plugin_sdk::table::Shape::{EqualsOrSeparate, Flag, JoinedOrSeparate};
use zccache_plugin_sdk::table::{self, Group, Row, Table};

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

/// All options.
pub(crate) static TABLE: Table<Effect> = Table::of(&ROWS);

static ROWS: [Row<Effect>; table::count(GROUPS)] = table::sorted(GROUPS);

const GROUPS: &[Group<Effect>] = &[
    (EqualsOrSeparate, Effect::CrateName, "--crate-name"),
    (EqualsOrSeparate, Effect::CrateType, "--crate-type"),
    (EqualsOrSeparate, Effect::Emit, "--emit"),
    (JoinedOrSeparate, Effect::Output, "-o"),
    (EqualsOrSeparate, Effect::OutputFolder, "--out-dir"),
    (Flag, Effect::Test, "--test"),
    (EqualsOrSeparate, Effect::Target, "--target"),
    (EqualsOrSeparate, Effect::Extern, "--extern"),
    (JoinedOrSeparate, Effect::Search, "-L"),
    (JoinedOrSeparate, Effect::Library, "-l"),
    (EqualsOrSeparate, Effect::Sysroot, "--sysroot"),
    (JoinedOrSeparate, Effect::Codegen, "-C"),
    (EqualsOrSeparate, Effect::Codegen, "--codegen"),
    (EqualsOrSeparate, Effect::Json, "--json"),
    (EqualsOrSeparate, Effect::Colour, "--color"),
    (EqualsOrSeparate, Effect::ErrorFormat, "--error-format"),
    (EqualsOrSeparate, Keyed, "--cfg --check-cfg --edition --remap-path-prefix --remap-path-scope"),
    (EqualsOrSeparate, Keyed, "--cap-lints --force-warn --allow --warn --deny --forbid"),
    (JoinedOrSeparate, Keyed, "-A -W -D -F"),
    (EqualsOrSeparate, Effect::Width, "--diagnostic-width"),
    (Flag, Keyed, "-g -O -v --verbose"),
    (JoinedOrSeparate, Bypass("unstable-option"), "-Z"),
    (EqualsOrSeparate, Bypass("question"), "--print --explain"),
    (Flag, Bypass("question"), "-V -vV --version -h --help"),
];
