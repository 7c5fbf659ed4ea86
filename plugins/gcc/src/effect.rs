//! What options do to a cached compile.

/// What an option does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It is in the key and cannot lead to a file.
    Key,
    /// It is in the key, and the driver may choose folders, parts or the target by it, so the search probe is given it.
    Search(Search),
    /// A word after `-f`: the key and the search probe, if its value is none or no more than a setting.
    FlagWord,
    /// A macro: the key, if its value is nothing that the tokens look for in files.
    Define,
    /// A macro is taken away.
    Undefine,
    /// Words for the preprocessor, if all of them are known.
    PreprocessorWords,
    /// A word after `-m`: the key and the search probe, which says what the machine's own processor is where the word
    /// asks for that.
    MachineWord,
    /// A word after `-g`: the key, if it is a known one, or cannot name a file.
    DebugWord,
    /// The object may show the name of the output (profile data, random names).
    ShowsOutput,
    /// The same, and the driver takes other options only with it (`-flto`).
    LinkTime,
    /// Where counts of the program's runs are to lie.
    ProfileFolder,
    /// Only one value is known.
    Only(&'static str),
    /// Modules of C++ are on.
    Modules,
    /// The file that lists modules.
    ModuleMapper,
    /// The compiler also writes which modules a source makes and imports.
    ModuleDepends(Said),
    /// In which characters sources are written: only what is taken for granted anyway.
    InputCharset,
    /// One more file is written, named like the output.
    Side(Side),
    /// One more file is written, which the value names.
    SideNamed,
    /// The value is the name of a file that is read.
    InputFile,
    /// A profile of earlier runs is read.
    ProfileUse,
    /// A file of specs is read.
    Specs,
    /// One for a device is.
    DeviceSpecs,
    /// `-include-pch`.
    PrecompiledHeader,
    /// Assembler text quotes lines of the source, and of files that a `#line` directive names.
    QuotesSource,
    /// `-frandom-seed`: what would be random is not.
    RandomSeed,
    /// `-emit-pch`, to clang's compiler proper.
    MakePrecompiledHeader,
    /// `-fno-pch-timestamp`, to clang's compiler proper.
    Timeless,
    /// What preprocessed text shows besides: the key, if that is what is made.
    PreprocessedText,
    /// Words for the assembler, if all of them are known.
    AssemblerWords,
    /// A word for clang's compiler proper; together they are a command line of their own.
    ProperWord,
    /// An option of LLVM's own: the key, if it is no more than a number or a choice.
    LlvmOption,
    /// Something is said of dependency files.
    Depend(Depend),
    /// clang stores its whole command line in the object, additions too.
    RecordsCommand,
    /// Sanitizers: clang reads lists of what not to check.
    Sanitize,
    /// How diagnostics are written: only the formats whose places can be read.
    DiagnosticsFormat,
    /// `-pipe`.
    Pipe,
    /// `-trigraphs`.
    Trigraphs,
    /// `-std=`, `-ansi`: a standard, with trigraphs where it is one without extensions; the search probe is given it.
    Standard,
    /// Colours are asked for or not, or as the terminal is.
    Colour,
    /// What is made: `-c`, `-S`, `-E`.
    Make(Mode),
    /// `-o`.
    Output,
    /// `-include`, `-imacros`.
    ForcedInclude,
    /// `-x`.
    Language,
    /// The driver only answers a question.
    Query,
    /// It makes the driver do something else than compile; weighs more than [`Effect::Bypass`].
    OtherMode(&'static str),
    /// Not cached, for this reason.
    Bypass(&'static str),
}

/// How an option steers the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Search {
    /// It chooses among what the driver knows.
    Choice,
    /// Its value is a folder of headers.
    Folder,
    /// The same, not of the system (`-iquote`).
    QuoteFolder,
    /// The same; the assembler looks there too (`-I`).
    IncludeFolder,
    /// Its value stands for `/` (`--sysroot`, `-isysroot`).
    Root,
    /// Below its value clang looks for gcc (`--gcc-toolchain`).
    Toolchain,
    /// gcc looks for its parts in other folders (`-m32`).
    Multilib,
    /// `-B`: a folder with parts of the compiler, and headers.
    PartsFolder,
}

/// What is said of the list of modules that a source makes and imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Its format, and by that, that there is one.
    Format,
    /// Its name.
    File,
    /// What it says is made.
    Target,
}

/// What is said of dependency files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depend {
    /// `-MD`.
    All,
    /// `-MMD`.
    User,
    /// The preprocessor is asked itself: `-Wp,-MD,file`.
    AllWord,
    /// The same without headers of the system: `-Wp,-MMD,file`.
    UserWord,
    /// The preprocessor is told the file: `-Wp,-MF,file`.
    FileWord,
    /// The preprocessor is told a target, besides those of the driver: `-Wp,-MT,target`.
    TargetWord,
    /// `-MF`.
    File,
    /// `-MT`, `-MQ`.
    Target,
    /// `-MP`.
    Phony,
}

/// What a driver makes of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    /// An object, or a precompiled header.
    Object,
    /// Assembler text.
    Assembly,
    /// Nothing: the source is only checked.
    Check,
    /// Preprocessed text.
    Text,
    /// A list of what the source includes, as a dependency file has it.
    List(Listed),
}

/// What a list of includes holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Listed {
    /// Every header (`-M`).
    All,
    /// Headers that are not of the system (`-MM`).
    User,
}

/// A file that is written beside the output and named like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// What coverage counters count (`.gcno`).
    Coverage,
    /// Debug information (`.dwo`).
    SplitDwarf,
    /// How much stack each function takes (`.su`).
    StackUsage,
    /// Who calls whom (`.ci`).
    CallGraph,
    /// Where the compiler's time went (`.json`).
    TimeTrace,
    /// Preprocessed and assembler text; clang: bitcode too.
    Temporaries,
    /// Which modules it makes and imports (`.ddi`).
    ModuleDepends,
}
