//! Every option of gcc and clang that the plugin knows, with what it does to a cached compile. Of options that are in no row, `plain`
//! tells those that cannot name a file; a call with another one is not cached.
//!
//! The rows follow the manuals of gcc 12 to 15 and clang 14 to 20; what they write or read was tried with gcc 12 and
//! clang 14. Each group's reason code is what statistics count by.

use zccache_plugin_sdk::table::Shape::{Equals, EqualsOrSeparate, Flag, Joined, JoinedOrSeparate, Separate};
use zccache_plugin_sdk::table::{self, Group, Row, Table};

use crate::dates;
use crate::effect::Effect::{
    self, AssemblerWords, Bypass, Colour, DebugWord, Define, DiagnosticsFormat, FlagWord, ForcedInclude, InputFile,
    Key, Language, LlvmOption, MachineWord, Make, MakePrecompiledHeader, OtherMode, Output, PrecompiledHeader,
    PreprocessedText, ProfileUse, ProperWord, Query, RandomSeed, RecordsCommand, Sanitize, ShowsOutput, SideNamed,
    Undefine,
};
use crate::effect::{Depend, Listed, Mode, Said, Search, Side};

/// All options.
pub(crate) static TABLE: Table<Effect> = Table::of(&ROWS);

static ROWS: [Row<Effect>; table::count(GROUPS)] = table::sorted(GROUPS);

const GROUPS: &[Group<Effect>] = &[
    // What the driver does at all.
    (Flag, Make(Mode::Object), "-c --compile"),
    (Flag, Make(Mode::Assembly), "-S --assemble"),
    (Flag, Make(Mode::Text), "-E --preprocess"),
    (JoinedOrSeparate, Output, "-o"),
    (EqualsOrSeparate, Output, "--output"),
    (JoinedOrSeparate, Language, "-x"),
    (EqualsOrSeparate, Language, "--language"),
    (
        Joined,
        Query,
        "--version --help --target-help -print- --print- -### -dumpversion -dumpfullversion -dumpmachine -dumpspecs",
    ),
    (Flag, Query, "-v --verbose -fversion -help"),
    (Flag, Make(Mode::Check), "-fsyntax-only"),
    (Flag, Make(Mode::List(Listed::All)), "-M --dependencies"),
    (Flag, Make(Mode::List(Listed::User)), "-MM --user-dependencies"),
    (Flag, OtherMode("not-a-driver-call"), "-cc1 -cc1as -cc1gen-reproducer"),
    (Flag, OtherMode("analysis"), "--analyze -analyze"),
    (Flag, OtherMode("emit-llvm"), "-emit-llvm -emit-ast"),
    // Dependency files.
    (Flag, Effect::Depend(Depend::All), "-MD --write-dependencies"),
    (Flag, Effect::Depend(Depend::User), "-MMD --write-user-dependencies"),
    (JoinedOrSeparate, Effect::Depend(Depend::File), "-MF"),
    (JoinedOrSeparate, Effect::Depend(Depend::Target), "-MT -MQ"),
    (Flag, Effect::Depend(Depend::Phony), "-MP"),
    (Flag, Bypass("dependencies"), "-MG -MV --print-missing-file-dependencies"),
    (JoinedOrSeparate, Bypass("dependencies"), "-MJ"),
    // Macros and search folders.
    (JoinedOrSeparate, Define, "-D"),
    (EqualsOrSeparate, Define, "--define-macro"),
    (JoinedOrSeparate, Undefine, "-U"),
    (EqualsOrSeparate, Undefine, "--undefine-macro"),
    (JoinedOrSeparate, Key, "-A"),
    (JoinedOrSeparate, ForcedInclude, "-include -imacros"),
    (EqualsOrSeparate, ForcedInclude, "--include --imacros"),
    (JoinedOrSeparate, Effect::Search(Search::IncludeFolder), "-I"),
    (EqualsOrSeparate, Effect::Search(Search::IncludeFolder), "--include-directory"),
    (EqualsOrSeparate, Effect::Search(Search::Folder), "--include-directory-after"),
    (JoinedOrSeparate, Effect::Search(Search::QuoteFolder), "-iquote"),
    (
        JoinedOrSeparate,
        Effect::Search(Search::Folder),
        "-isystem -idirafter -isystem-after -cxx-isystem -stdlib++-isystem",
    ),
    (JoinedOrSeparate, Effect::Search(Search::Choice), "-iprefix -iwithprefix -iwithprefixbefore -iwithsysroot"),
    (JoinedOrSeparate, Effect::Search(Search::Root), "-isysroot"),
    (EqualsOrSeparate, Effect::Search(Search::Root), "--sysroot"),
    (Separate, Effect::Search(Search::Choice), "-imultilib -imultiarch -target"),
    (Equals, Effect::Search(Search::Choice), "--target -stdlib"),
    (Equals, Effect::Standard, "-std --std"),
    (Flag, Effect::Standard, "-ansi --ansi"),
    (
        Flag,
        Effect::Search(Search::Choice),
        "-nostdinc -nostdinc++ --no-standard-includes -nostdlibinc -nobuiltininc -no-canonical-prefixes -canonical-prefixes -EB -EL \
         -static -shared -pie -no-pie -nopie -static-pie -pthread -pthreads --no-default-config --static --shared \
         -enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang",
    ),
    (Flag, Bypass("search-path"), "-I-"),
    (
        Joined,
        Bypass("search-path"),
        "-iframework -F -ivfsoverlay -embed-dir --embed-dir -imsvc \
         -iapinotes-modules -resource-dir -remap",
    ),
    (Joined, Bypass("gcc-toolchain"), "--gcc-toolchain --gcc-install-dir --gcc-triple -gcc-toolchain"),
    (Equals, Effect::Search(Search::Toolchain), "--gcc-toolchain"),
    (Separate, PrecompiledHeader, "-include-pch"),
    (Flag, MakePrecompiledHeader, "-emit-pch"),
    (Joined, Bypass("precompiled-header"), "-include-pth -fpch -fno-pch -relocatable-pch"),
    (Flag, Effect::Timeless, "-fno-pch-timestamp"),
    (Flag, Key, "-fpch-instantiate-templates -fno-pch-instantiate-templates"),
    // Warnings, optimisation, debug information, machine.
    (Flag, Effect::Trigraphs, "-trigraphs --trigraphs"),
    (Joined, Key, "-W --warn-"),
    (
        Flag,
        Key,
        "-w -pedantic -pedantic-errors -undef -traditional -traditional-cpp -p -pg -H -P --no-line-commands \
         --no-warnings --all-warnings --extra-warnings --pedantic --pedantic-errors --traditional \
         --traditional-cpp --signed-char --unsigned-char",
    ),
    (Flag, Effect::Pipe, "-pipe --pipe"),
    (Flag, PreprocessedText, "-C -CC -dM -dD -dN -dI -dU -fdirectives-only -frewrite-includes"),
    (Flag, Key, "-pass-exit-codes -integrated-as -fintegrated-as -Qunused-arguments -Qn -Qy"),
    (Joined, Key, "-Rpass -Rno-pass"),
    (Joined, Effect::Search(Search::Choice), "-O"),
    (Flag, Effect::Search(Search::Choice), "--optimize"),
    (Equals, Effect::Search(Search::Choice), "--optimize"),
    (Joined, DebugWord, "-g"),
    (Flag, DebugWord, "--debug"),
    (Equals, DebugWord, "--debug"),
    (Joined, MachineWord, "-m"),
    (Flag, Effect::Search(Search::Multilib), "-m32 -m64 -mx32 -m16"),
    (EqualsOrSeparate, Key, "--param"),
    (JoinedOrSeparate, Key, "-G"),
    (EqualsOrSeparate, Effect::Specs, "-specs --specs"),
    (Joined, Bypass("specs"), "-mmcu -mdevices-csv-loc"),
    (Equals, Effect::DeviceSpecs, "-mmcu"),
    (Joined, Effect::PreprocessorWords, "-Wp,"),
    (Separate, Effect::PreprocessorWords, "-Xpreprocessor"),
    (Joined, AssemblerWords, "-Wa,"),
    (Separate, AssemblerWords, "-Xassembler"),
    (Separate, ProperWord, "-Xclang"),
    (Separate, LlvmOption, "-mllvm"),
    (Joined, Bypass("compiler-options"), "-mmlir -Xarch_ -Xanalyzer -Xcuda -Xopenmp"),
    (Joined, Bypass("several-architectures"), "-arch"),
    (JoinedOrSeparate, Effect::Search(Search::PartsFolder), "-B"),
    (Joined, Bypass("compiler-parts"), "-wrapper --driver-mode -ccc- -fuse-cc1 -no-integrated-as -fno-integrated-as"),
    (Joined, Bypass("config-file"), "--config"),
    (Joined, Bypass("working-directory"), "-working-directory"),
    (Joined, Bypass("ms-compatibility"), "-fms-compatibility -fms-runtime-lib -fms-volatile"),
    (Joined, Bypass("objective-c"), "-ObjC -objcmt -object -fobjc-runtime"),
    // Only the linker reads these.
    (JoinedOrSeparate, Key, "-l -L -u -z -T"),
    (Separate, Key, "-Xlinker -e"),
    (Joined, Key, "-Wl, -static-lib -shared-lib"),
    (
        Flag,
        Key,
        "-s -r -rdynamic -symbolic --start-no-unused-arguments --end-no-unused-arguments -nostdlib -nodefaultlibs -nostartfiles -nolibc -nostdlib++",
    ),
    (Equals, Key, "-fuse-ld --ld-path -rtlib --rtlib -unwindlib --unwindlib"),
    (Flag, Effect::QuotesSource, "-fverbose-asm"),
    (Equals, RandomSeed, "-frandom-seed"),
    // Words after -f: without a value, or with one that cannot name a file; the others have rows.
    (Joined, FlagWord, "-f"),
    (Flag, Colour, "-fdiagnostics-color -fno-diagnostics-color -fcolor-diagnostics -fno-color-diagnostics"),
    (Equals, Colour, "-fdiagnostics-color"),
    (Equals, DiagnosticsFormat, "-fdiagnostics-format"),
    (Flag, Bypass("diagnostics-format"), "-fno-show-source-location -fno-show-column -fdiagnostics-absolute-paths"),
    (EqualsOrSeparate, SideNamed, "--serialize-diagnostics -serialize-diagnostics"),
    (Equals, Sanitize, "-fsanitize"),
    (
        Equals,
        Effect::Search(Search::Choice),
        "-fno-sanitize -fsanitize-recover -fno-sanitize-recover -fsanitize-trap -fno-sanitize-trap \
         -fsanitize-coverage -fno-sanitize-coverage -fvisibility -fcf-protection -ffp-contract -ffp-model -ftls-model \
         -fabi-version -fabi-compat-version -fopenmp -ftrivial-auto-var-init -fzero-call-used-regs -fvect-cost-model \
         -fsimd-cost-model -ftree-parallelize-loops -fexcess-precision -falign-functions -falign-loops -falign-jumps \
         -falign-labels -fpatchable-function-entry -fpack-struct -finline-limit -fira-algorithm -fira-region \
         -freorder-blocks-algorithm -fconstexpr-depth -fconstexpr-loop-limit -fconstexpr-ops-limit \
         -fconstexpr-cache-depth -fconstexpr-steps -ftemplate-depth -fbracket-depth -fstrict-flex-arrays \
         -fmin-function-alignment -fdenormal-fp-math -fdenormal-fp-math-f32 -fveclib -flax-vector-conversions \
         -fstack-limit-register -fstack-limit-symbol -fgnuc-version -fdebug-default-version -fprofile-update \
         -flto-compression-level -flto-partition -ffp-exception-behavior -ffp-eval-method -fcomplex-arithmetic \
         -fexec-charset -fwide-exec-charset -fclang-abi-compat -faligned-new \
         -fstack-check -fstack-reuse -flifetime-dse -fzero-init-padding-bits -fsanitize-memory-track-origins \
         -fsanitize-address-use-after-return -fsanitize-undefined-strip-path-components -fasan-shadow-offset \
         -finstrument-functions-exclude-file-list -finstrument-functions-exclude-function-list -fstrub \
         -fxray-instruction-threshold -fpermitted-flt-eval-methods -fprofile-function-groups \
         -fprofile-selected-function-group",
    ),
    (
        Equals,
        Key,
        "-fmessage-length -fmax-errors -ferror-limit -ftemplate-backtrace-limit -fmacro-backtrace-limit \
         -fconstexpr-backtrace-limit -fspell-checking-limit -fcaret-diagnostics-max-lines -ftabstop \
         -fdiagnostics-show-location -fdiagnostics-show-category -fdiagnostics-urls -fdiagnostics-column-unit \
         -fdiagnostics-column-origin -fdiagnostics-path-format -fdiagnostics-minimum-margin-width \
         -fdiagnostics-hotness-threshold -ftrack-macro-expansion -fconcepts-diagnostics-depth \
         -fdiagnostics-escape-format -fdiagnostics-text-art-charset -fdiagnostics-show-context \
         -ffile-prefix-map -fdebug-prefix-map -fmacro-prefix-map -fcoverage-prefix-map \
         -fprofile-prefix-map -fcrash-diagnostics -fcrash-diagnostics-dir",
    ),
    (EqualsOrSeparate, Key, "-fdebug-compilation-dir -ffile-compilation-dir -fcoverage-compilation-dir"),
    (Flag, Effect::LinkTime, "-flto"),
    (Equals, Effect::LinkTime, "-flto"),
    (Flag, ShowsOutput, "-fprofile-generate -fprofile-instr-generate -fcs-profile-generate -fcoverage-mapping"),
    (
        Equals,
        ShowsOutput,
        "-fprofile-generate -fprofile-instr-generate -fcs-profile-generate -fprofile-prefix-path -fprofile-filter-files \
         -fprofile-exclude-files",
    ),
    (Equals, Effect::ProfileFolder, "-fprofile-dir"),
    (Flag, RecordsCommand, "-frecord-gcc-switches -frecord-command-line -grecord-gcc-switches -grecord-command-line"),
    // Words that read or write more files.
    (Flag, Effect::Side(Side::Coverage), "--coverage -coverage -ftest-coverage"),
    (Flag, ShowsOutput, "-fprofile-arcs -fcondition-coverage -fpath-coverage"),
    (Flag, Effect::Side(Side::SplitDwarf), "-gsplit-dwarf"),
    (Equals, Effect::Side(Side::SplitDwarf), "-gsplit-dwarf"),
    (Flag, Effect::Side(Side::StackUsage), "-fstack-usage"),
    (Flag, Effect::Side(Side::CallGraph), "-fcallgraph-info"),
    (Equals, Effect::Side(Side::CallGraph), "-fcallgraph-info"),
    (Flag, Effect::Side(Side::TimeTrace), "-ftime-trace"),
    (Equals, Key, "-ftime-trace-granularity"),
    (Flag, Effect::Side(Side::Temporaries), "-save-temps --save-temps"),
    (Equals, Effect::Side(Side::Temporaries), "-save-temps --save-temps"),
    (
        Equals,
        InputFile,
        "-fsanitize-ignorelist -fsanitize-blacklist -fsanitize-system-ignorelist -fsanitize-coverage-allowlist \
         -fsanitize-coverage-ignorelist -fprofile-list -fxray-always-instrument -fxray-never-instrument \
         -fxray-attr-list -fprofile-sample-use -fauto-profile -fprofile-remapping-file -fmemory-profile-use",
    ),
    (Flag, ProfileUse, "-fprofile-use -fprofile-instr-use -fbranch-probabilities"),
    (Equals, ProfileUse, "-fprofile-use -fprofile-instr-use"),
    (Flag, Bypass("profile-use"), "-fauto-profile -fprofile-sample-use"),
    (Joined, Bypass("profile-use"), "-fprofile-note -fbasic-block-sections -fthinlto-index"),
    (
        Joined,
        Bypass("modules"),
        "-fmodule -fcxx-modules -fimplicit-module -fbuiltin-module -fprebuilt -fbuild-session -fapinotes -gmodules \
         -fmodules -fheader-unit",
    ),
    (Flag, Effect::Modules, "-fmodules -fmodules-ts"),
    (Equals, Effect::ModuleMapper, "-fmodule-mapper"),
    (Equals, Effect::ModuleDepends(Said::Format), "-fdeps-format"),
    (Equals, Effect::ModuleDepends(Said::File), "-fdeps-file"),
    (Equals, Effect::ModuleDepends(Said::Target), "-fdeps-target"),
    (Joined, Bypass("compiler-plugin"), "-fplugin -fpass-plugin -load -fselftest"),
    (Equals, Bypass("time-trace"), "-ftime-trace"),
    (
        Joined,
        Bypass("dump"),
        "-d -dumpbase -dumpdir -fdump- -fsave-optimization-record -foptimization-record -fdebug-dump -fproc-stat-report -fopt-info= \
         -frewrite-map -fdepfile-entry",
    ),
    (
        Joined,
        Bypass("report"),
        "-Q -time -ftime-report -fmem-report -fpre-ipa-mem-report -fpost-ipa-mem-report -fstats -print-stats \
         -fdump-statistics",
    ),
    (Joined, Bypass("compare-debug"), "-fcompare-debug"),
    (Joined, Bypass("embed-bitcode"), "-fembed-bitcode -fembed-offload"),
    (Joined, Bypass("offload"), "-foffload -fopenmp-targets --offload --cuda --hip -fgpu"),
    (Equals, Effect::Only("disable"), "-foffload"),
    (Equals, Effect::InputCharset, "-finput-charset"),
    (Flag, Bypass("preprocessed"), "-fpreprocessed"),
];

/// What a macro of the command line may not stand for, besides dates: the host looks for these in files only.
const HIDDEN_IN_MACROS: &[&str] =
    &["__has_include", "__has_embed", "_Pragma", "incbin", "INCBIN", ".include", ".INCLUDE"];

/// Whether a macro's definition would hide something from the tokens.
pub(crate) fn hides(definition: &str) -> bool {
    dates::hides(definition) || HIDDEN_IN_MACROS.iter().any(|hidden| definition.contains(hidden))
}

/// Beginnings of words behind `-f` with which a result may hold the working directory, and not only with `-g`.
const DIRECTORY_WORDS: &[&str] =
    &["profile", "coverage", "debug", "working-directory", "lto", "module", "record", "var-tracking"];

/// Whether a result may hold the working directory for this word behind `-f`.
pub(crate) fn may_show_directory(word: &str) -> bool {
    DIRECTORY_WORDS.iter().any(|known| word.starts_with(known))
}

/// Beginnings of words behind `-f` with which gcc writes down for the link how it was called: where that makes the code (`-flto`),
/// and where there is some for other machines (`omp target`). Both were tried with gcc 12.
const LINK_WORDS: &[&str] = &["lto", "fat-lto", "openmp", "openacc", "offload", "wpa", "whole-program"];

/// Whether a result may hold the words for the assembler for this word behind `-f`.
pub(crate) fn may_show_assembler_words(word: &str) -> bool {
    LINK_WORDS.iter().any(|known| word.starts_with(known))
}

/// Words behind `-g` that only choose what debug information there is.
const DEBUG_WORDS: &[&str] = &[
    "gdb",
    "lldb",
    "dwarf",
    "no-",
    "column-info",
    "line",
    "z",
    "strict-dwarf",
    "variable-location-views",
    "as-",
    "inline",
    "statement-frontiers",
    "describe-dies",
    "pubnames",
    "gnu-pubnames",
    "toggle",
    "embed-source",
    "simple-template-names",
    "sce",
    "dbx",
    "stabs",
    "xcoff",
    "vms",
    "full",
    "used",
    "btf",
    "ctf",
    "codeview",
    "key-instructions",
    "internal-reset",
    "mlt",
];

/// Whether what follows `-g` is known.
pub(crate) fn is_debug_word(word: &str) -> bool {
    word.chars().all(|each| each.is_ascii_digit()) || DEBUG_WORDS.iter().any(|known| word.starts_with(known))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_option_has_two_rows_of_one_shape() {
        let mut seen = HashSet::new();
        for (shape, _, names) in GROUPS {
            for name in names.split_whitespace() {
                assert!(seen.insert((name, format!("{shape:?}"))), "{name} stands in the table twice");
            }
        }
    }

    #[test]
    fn every_name_begins_with_a_dash() {
        let mut names = GROUPS.iter().flat_map(|(_, _, names)| names.split_whitespace());
        assert!(names.all(|name| name.starts_with('-') && name.len() > 1));
    }
}
