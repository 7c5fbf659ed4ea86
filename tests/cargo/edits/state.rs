//! One state of the workspace, and of the command by which it is built.

use fastrand::Rng;

/// Values go up to this.
const VALUES: u8 = 3;

/// Everything that changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// What a function of the library does.
    pub body: u8,
    /// Its parameter is a wide number.
    pub wide: bool,
    /// The program gives it one.
    pub wide_call: bool,
    /// A file that the library includes.
    pub words: u8,
    /// A file that the library's build script reads.
    pub table: u8,
    /// A variable that it reads.
    pub rows: Option<u8>,
    /// A source in C that it compiles.
    pub native: u8,
    /// What a macro expands to.
    pub number: u8,
    /// A variable that the macro reads, of which only the cache is told.
    pub mood: Option<u8>,
    /// A variable that the library reads while it is compiled.
    pub flavour: Option<u8>,
    /// Where the file of a module is.
    pub module: Module,
    /// The library has that module.
    pub declared: bool,
    /// An error in a source.
    pub fault: Option<Fault>,
    /// It is in the library, not in the program.
    pub fault_in_library: bool,
    /// A feature of both.
    pub feature: bool,
    /// A setting by RUSTFLAGS.
    pub flag: bool,
    /// Of cargo's profile for developing.
    pub optimised: bool,
    /// The same.
    pub debug_lines: bool,
    /// cargo's profile for releasing is used.
    pub release: bool,
    /// What cargo is to do.
    pub task: Task,
}

/// Where the file of a module is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Module {
    /// Nowhere.
    #[default]
    Nowhere,
    /// `extra.rs`
    File,
    /// `extra/mod.rs`
    Folder,
    /// In both places.
    Both,
}

/// An error in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Of types.
    Type,
    /// A name that is not there.
    Name,
    /// No sentence of the language.
    Syntax,
    /// A warning that is denied.
    Lint,
    /// A file that is not there is included.
    Inclusion,
}

/// What cargo is to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Task {
    /// `cargo build`
    #[default]
    Build,
    /// `cargo check`
    Check,
    /// `cargo build` with tests
    Tests,
}

impl State {
    /// Something changes; it may be to what it was.
    pub fn change(&mut self, random: &mut Rng) {
        let value = random.u8(0..VALUES);
        let maybe = random.bool().then_some(value);
        match random.u32(0..24) {
            0 | 1 => self.body = value,
            2 => {
                self.wide = !self.wide;
                self.wide_call = self.wide;
            }
            3 => self.wide_call = !self.wide_call,
            4 | 5 => self.words = value,
            6 => self.table = value,
            7 => self.rows = maybe,
            8 | 9 => self.native = value,
            10 => self.number = value,
            11 => self.mood = maybe,
            12 | 13 => self.flavour = maybe,
            14 | 15 => {
                self.module = random.choice([Module::Nowhere, Module::File, Module::Folder, Module::Both]).unwrap();
            }
            16 => self.declared = !self.declared,
            17 => {
                let faults = [Fault::Type, Fault::Name, Fault::Syntax, Fault::Lint, Fault::Inclusion];
                self.fault = random.choice(faults);
                self.fault_in_library = random.bool();
            }
            18 => self.feature = !self.feature,
            19 => self.flag = !self.flag,
            20 => self.optimised = !self.optimised,
            21 => self.debug_lines = !self.debug_lines,
            22 => self.release = !self.release,
            _ => self.task = random.choice([Task::Build, Task::Check, Task::Tests]).unwrap(),
        }
    }

    /// Whether nothing of it is known to be an error.
    pub fn is_sound(&self) -> bool {
        let module = !self.declared || matches!(self.module, Module::File | Module::Folder);
        self.fault.is_none() && module && self.wide == self.wide_call
    }

    /// Makes it sound.
    pub fn mend(&mut self) {
        self.fault = None;
        self.wide_call = self.wide;
        if self.declared && !matches!(self.module, Module::File | Module::Folder) {
            self.module = Module::File;
        }
    }

    /// The words for cargo.
    pub fn words(&self) -> String {
        let task = match self.task {
            Task::Build => "build --workspace",
            Task::Check => "check --workspace",
            Task::Tests => "build --workspace --all-targets",
        };
        let release = if self.release { "--release" } else { "" };
        let feature = if self.feature { "--features app/loud" } else { "" };
        // Which units are still begun after a failure is a matter of time otherwise.
        format!("{task} --keep-going {release} {feature}")
    }

    /// The variables for cargo.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let flags = self.flag.then(|| "--cfg tall".to_owned());
        let values = [("FLAVOUR", self.flavour), ("MOOD", self.mood), ("ROWS", self.rows)];
        let values = values.into_iter().filter_map(|(name, value)| Some((name, value?.to_string())));
        values.chain(flags.map(|flags| ("RUSTFLAGS", flags))).collect()
    }

    /// The folder of what is built, below the target folder.
    pub fn profile(&self) -> &'static str {
        if self.release { "release" } else { "debug" }
    }
}
