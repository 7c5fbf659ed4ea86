//! The table of settings. Each row is a key of `config.toml`, and a variable of the same name after `ZCCACHE_`, which wins.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zccache_model::limits;

use crate::Folders;

/// What a user can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The folder that holds the cache, absolute.
    pub cache_folder: PathBuf,
    /// Most that the cache may grow to, bytes.
    pub cache_bytes: u64,
    /// Run every tool as if zccache were not there.
    pub disabled: bool,
    /// How outputs get from the cache to where they belong.
    pub copy: CopyMode,
    /// Have the system tell of changes to files, where it can, instead of looking at each for every compile.
    pub watch: bool,
    /// How long the daemon stays without a request.
    pub idle: Duration,
    /// What the daemon writes to its log, as `tracing` filters are written.
    pub log: String,
    /// How long before its compile a source is changed that may be removed right after it.
    pub soon: Duration,
}

/// How outputs get from the cache to where they belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyMode {
    /// Shared by the file system where it can, else copied.
    Auto,
    /// Always copied; some file systems share content even so, when the kernel is asked to copy.
    Copy,
    /// Shared by the file system (reflink), tried for every output anew; else copied.
    Reflink,
    /// Hard links of what is in the cache, read-only, where that can be; else as `Auto`.
    Link,
}

/// One setting.
pub struct Row {
    /// Its key in `config.toml`.
    pub key: &'static str,
    /// For people.
    pub about: &'static str,
    /// As it would be written.
    pub default: &'static str,
    set: fn(&mut Settings, &str) -> Result<(), &'static str>,
}

impl Row {
    /// Its variable.
    pub fn variable(&self) -> String {
        format!("ZCCACHE_{}", self.key.to_uppercase())
    }
}

/// All settings.
pub const TABLE: &[Row] = &[
    Row {
        key: "cache_dir",
        about: "the folder that holds the cache",
        default: "$XDG_CACHE_HOME/zccache",
        set: |settings, value| {
            let path = Path::new(value);
            if value.is_empty() {
                return Err("a path");
            }
            settings.cache_folder = std::path::absolute(path).map_err(|_| "a path")?;
            Ok(())
        },
    },
    Row {
        key: "cache_size",
        about: "most that the cache may grow to",
        default: "10GiB",
        set: |settings, value| {
            let size: bytesize::ByteSize = value.parse().map_err(|_| "a size such as 500MB or 10GiB")?;
            settings.cache_bytes = size.as_u64();
            Ok(())
        },
    },
    Row {
        key: "disable",
        about: "run every tool as if zccache were not there",
        default: "0",
        set: |settings, value| {
            settings.disabled = switch(value)?;
            Ok(())
        },
    },
    Row {
        key: "mode",
        about: "how outputs get out of the cache: AUTO shares them with it where the file system can and else copies; COPY; REFLINK tries for each anew; LINK: hard links, read-only",
        default: "AUTO",
        set: |settings, value| {
            settings.copy = match value.to_ascii_uppercase().as_str() {
                "AUTO" => CopyMode::Auto,
                "COPY" => CopyMode::Copy,
                "REFLINK" => CopyMode::Reflink,
                "LINK" => CopyMode::Link,
                _ => return Err("AUTO, COPY, REFLINK or LINK"),
            };
            Ok(())
        },
    },
    Row {
        key: "watch",
        about: "have the system tell of changes to files (Linux), instead of looking at each for every compile",
        default: "1",
        set: |settings, value| {
            settings.watch = switch(value)?;
            Ok(())
        },
    },
    Row {
        key: "idle_timeout",
        about: "how long the daemon stays without a request",
        default: "3h",
        set: |settings, value| {
            settings.idle = humantime::parse_duration(value).map_err(|_| "a time such as 30min or 3h")?;
            Ok(())
        },
    },
    Row {
        key: "log",
        about: "what the daemon writes to its log: error, warn, info, debug or trace",
        default: "info",
        set: |settings, value| {
            settings.log = value.to_owned();
            Ok(())
        },
    },
];

/// What only tests set, by its variable. A file's change time cannot be set, so that without this a test would have to wait
/// before each compile whose source is to be an old one.
const FOR_TESTS: &[Row] = &[Row {
    key: "soon",
    about: "how long before its compile a source is changed that may be removed right after it",
    default: "2s",
    set: |settings, value| {
        settings.soon = humantime::parse_duration(value).map_err(|_| "a time such as 0s or 2s")?;
        Ok(())
    },
}];

fn switch(value: &str) -> Result<bool, &'static str> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "" | "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("1 or 0"),
    }
}

/// Why settings could not be read. The wrapper then runs the tool as if zccache were not there.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// There is no home folder to put a cache into.
    #[error("HOME is not set, so there is no place for a cache; set ZCCACHE_CACHE_DIR and XDG_STATE_HOME, or HOME")]
    Homeless,
    /// A value makes no sense.
    #[error("{place}: '{value}' is not {expected}")]
    Value {
        /// The variable, or the file and key.
        place: String,
        /// As written.
        value: String,
        /// What would make sense.
        expected: &'static str,
    },
    /// The configuration file cannot be read.
    #[error("{} cannot be read: {source}", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The configuration file is not in its format.
    #[error("{}: {message}", file.display())]
    Format {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        message: String,
    },
}

impl Settings {
    /// Reads the settings of this process: the defaults, then the file, then the variables.
    pub fn read(folders: &Folders) -> Result<Settings, SettingsError> {
        Self::from_sources(folders, |variable| std::env::var_os(variable))
    }

    fn from_sources(folders: &Folders, variable: impl Fn(&str) -> Option<OsString>) -> Result<Settings, SettingsError> {
        let mut settings = Settings {
            cache_folder: folders.cache.clone(),
            cache_bytes: limits::CACHE_BYTES,
            disabled: false,
            copy: CopyMode::Auto,
            watch: true,
            idle: limits::IDLE,
            log: "info".to_owned(),
            soon: limits::SOON,
        };
        settings.read_file(&folders.configuration)?;
        for row in TABLE.iter().chain(FOR_TESTS) {
            let name = row.variable();
            if let Some(value) = variable(&name) {
                settings.set(row, &name, &value.to_string_lossy())?;
            }
        }
        Ok(settings)
    }

    fn set(&mut self, row: &Row, place: &str, value: &str) -> Result<(), SettingsError> {
        (row.set)(self, value).map_err(|expected| SettingsError::Value {
            place: place.to_owned(),
            value: value.to_owned(),
            expected,
        })
    }

    fn read_file(&mut self, file: &Path) -> Result<(), SettingsError> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(SettingsError::Unreadable { file: file.to_owned(), source }),
        };
        let format = |message: String| SettingsError::Format { file: file.to_owned(), message };
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| format(error.message().to_owned()))?;
        for (key, value) in table {
            let row = TABLE.iter().find(|row| row.key == key);
            let row = row.ok_or_else(|| format(format!("there is no setting '{key}'")))?;
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Boolean(flag) => flag.to_string(),
                toml::Value::Integer(number) => number.to_string(),
                _ => return Err(format(format!("'{key}' is not one value"))),
            };
            self.set(row, &format!("{}: {key}", file.display()), &value)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let home = tempfile::tempdir().unwrap();
        let folders = Folders {
            cache: "/home/cache".into(),
            configuration: home.path().join("config.toml"),
            state: "/home/state".into(),
            runtime: "/run/x".into(),
        };
        fs::write(&folders.configuration, file).unwrap();
        Settings::from_sources(&folders, |name| {
            variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| value.into())
        })
    }

    #[test]
    fn a_variable_wins_over_the_file_and_the_file_over_the_default() {
        let settings = read("cache_size = '1GB'\nmode = 'copy'\n", &[("ZCCACHE_CACHE_SIZE", "2GB")]).unwrap();
        assert_eq!(settings.cache_bytes, 2_000_000_000);
        assert_eq!(settings.copy, CopyMode::Copy);
        assert_eq!(settings.cache_folder, Path::new("/home/cache"));
    }

    #[test]
    fn the_defaults_of_the_table_are_the_defaults() {
        let written: String = TABLE
            .iter()
            .filter(|row| row.key != "cache_dir")
            .map(|row| format!("{} = '{}'\n", row.key, row.default))
            .collect();
        assert_eq!(read(&written, &[]).unwrap(), read("", &[]).unwrap());
    }

    #[test]
    fn what_is_for_tests_is_set_by_its_variable_only() {
        let [row] = FOR_TESTS else { panic!("there is one") };
        let as_by_default = read("", &[(row.variable().as_str(), row.default)]).unwrap();
        assert_eq!(as_by_default, read("", &[]).unwrap());
        assert_eq!(read("", &[("ZCCACHE_SOON", "0s")]).unwrap().soon, Duration::ZERO);
        assert!(read("soon = '0s'", &[]).is_err());
    }

    #[test]
    fn a_value_that_makes_no_sense_is_named_with_its_place() {
        let error = read("", &[("ZCCACHE_CACHE_SIZE", "much")]).unwrap_err();
        assert_eq!(error.to_string(), "ZCCACHE_CACHE_SIZE: 'much' is not a size such as 500MB or 10GiB");
        assert!(read("colour = 1", &[]).unwrap_err().to_string().contains("there is no setting 'colour'"));
    }
}
