//! The options of `-C`, by `rustc -C help`. One that is not here is not cached.

/// What such an option means to the cache. That it is in the key goes without saying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codegen {
    /// Nothing but that.
    Keyed,
    /// Where runs leave what spares later ones work. What is made with that need not be what is made without: lines in a
    /// message, comments in documentation and digests of sources stay as they were.
    Incremental,
    /// It is a part of the names of outputs.
    ExtraFilename,
    /// Which program links.
    Linker,
    /// A word for the linker, with whatever is in it.
    LinkArgument,
    /// Words for the linker, between white space.
    LinkArguments,
    /// Whether code of other crates is compiled anew for the whole program.
    Lto,
    /// The linker does so.
    LinkerLto,
    /// Where debug information goes.
    SplitDebugInfo,
    /// Which processor it is for.
    Processor,
    /// A file that is read.
    Reads,
    /// Not cached, for this reason.
    Bypass(&'static str),
}

use Codegen::{Bypass, Keyed};

/// What an option of `-C` means; none: it is not known.
pub(crate) fn find(name: &str) -> Option<Codegen> {
    // The compiler takes one for the other.
    let name = name.replace('_', "-");
    TABLE.iter().find(|(known, _)| *known == name).map(|(_, effect)| *effect)
}

const TABLE: &[(&str, Codegen)] = &[
    ("code-model", Keyed),
    ("codegen-units", Keyed),
    ("collapse-macro-debuginfo", Keyed),
    ("control-flow-guard", Keyed),
    ("debug-assertions", Keyed),
    ("debuginfo", Keyed),
    ("default-linker-libraries", Keyed),
    ("dwarf-version", Keyed),
    ("embed-bitcode", Keyed),
    ("extra-filename", Codegen::ExtraFilename),
    ("force-frame-pointers", Keyed),
    ("force-unwind-tables", Keyed),
    ("help", Bypass("question")),
    ("incremental", Codegen::Incremental),
    ("instrument-coverage", Keyed),
    ("jump-tables", Keyed),
    ("link-arg", Codegen::LinkArgument),
    ("link-args", Codegen::LinkArguments),
    ("link-dead-code", Keyed),
    ("link-self-contained", Bypass("linker")),
    ("linker", Codegen::Linker),
    ("linker-features", Bypass("linker")),
    ("linker-flavor", Bypass("linker")),
    ("linker-plugin-lto", Codegen::LinkerLto),
    // Some make LLVM write files.
    ("llvm-args", Bypass("llvm-arguments")),
    ("lto", Codegen::Lto),
    ("metadata", Keyed),
    ("no-prepopulate-passes", Keyed),
    ("no-redzone", Keyed),
    ("no-vectorize-loops", Keyed),
    ("no-vectorize-slp", Keyed),
    ("opt-level", Keyed),
    ("overflow-checks", Keyed),
    ("panic", Keyed),
    ("prefer-dynamic", Keyed),
    ("profile-generate", Keyed),
    ("profile-use", Codegen::Reads),
    ("relocation-model", Keyed),
    ("relro-level", Keyed),
    ("remark", Keyed),
    ("rpath", Keyed),
    ("save-temps", Bypass("save-temps")),
    ("soft-float", Keyed),
    ("split-debuginfo", Codegen::SplitDebugInfo),
    ("strip", Keyed),
    ("symbol-mangling-version", Keyed),
    ("target-cpu", Codegen::Processor),
    ("target-feature", Keyed),
];
