//! The words and variables that this process was started with, where the kernel put them: they are copied once, into the
//! request.

use std::ffi::OsStr;

/// What this process was started with.
pub struct Words {
    /// The name that it was called by, then its arguments.
    pub arguments: Vec<&'static OsStr>,
    /// Names and values, in order.
    pub environment: Vec<(&'static OsStr, &'static OsStr)>,
}

impl Words {
    #[cfg(all(target_os = "linux", target_env = "gnu", not(test)))]
    #[allow(unsafe_code, reason = "how long a list of C is only its end tells")]
    /// What the C library passes to `main`.
    ///
    /// # Safety
    ///
    /// SAFETY: sound where both are lists of strings that end with a null pointer, and stay as they are as long as this
    /// process lives.
    pub unsafe fn of_main(arguments: List, environment: List) -> Words {
        // SAFETY: as the caller promises.
        let (arguments, environment) = unsafe { (strings(arguments), strings(environment)) };
        Words { arguments: arguments.collect(), environment: environment.filter_map(variable).collect() }
    }

    /// The same where `main` is not passed them.
    #[cfg(not(all(target_os = "linux", target_env = "gnu", not(test))))]
    pub fn of_process() -> Words {
        let kept = |word: std::ffi::OsString| -> &'static OsStr { word.leak() };
        Words {
            arguments: std::env::args_os().map(kept).collect(),
            environment: std::env::vars_os().map(|(name, value)| (kept(name), kept(value))).collect(),
        }
    }
}

/// A list of strings as C has it.
#[cfg(all(target_os = "linux", target_env = "gnu", not(test)))]
pub type List = *const *const std::ffi::c_char;

#[cfg(all(target_os = "linux", target_env = "gnu", not(test)))]
#[allow(unsafe_code, reason = "how long a list of C is only its end tells")]
/// # Safety
///
/// SAFETY: sound where [`Words::of_main`] is.
unsafe fn strings(list: List) -> impl Iterator<Item = &'static OsStr> {
    use std::ffi::CStr;
    use std::os::unix::ffi::OsStrExt;

    (0..).map_while(move |index| {
        // SAFETY: no index is past the null pointer, which ends the iteration.
        let string = unsafe { *list.add(index) };
        // SAFETY: every pointer before it is a string that stays.
        (!string.is_null()).then(|| OsStr::from_bytes(unsafe { CStr::from_ptr(string) }.to_bytes()))
    })
}

/// `NAME=value`. The first character is part of the name, whatever it is.
#[cfg(all(target_os = "linux", target_env = "gnu", not(test)))]
fn variable(entry: &'static OsStr) -> Option<(&'static OsStr, &'static OsStr)> {
    use std::os::unix::ffi::OsStrExt;

    let bytes = entry.as_bytes();
    let equals = 1 + bytes.get(1..)?.iter().position(|byte| *byte == b'=')?;
    Some((OsStr::from_bytes(&bytes[..equals]), OsStr::from_bytes(&bytes[equals + 1..])))
}
