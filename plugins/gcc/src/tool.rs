//! Which program a call is of, as far as names tell. Whether it is gcc or clang, its own output tells (`search`): `cc` can
//! be either.

use zccache_plugin_sdk::contract::{ProgramKind, Tool};
use zccache_plugin_sdk::path;

use zccache_plugin_sdk::stop::{Stop, bypass};

/// Names of drivers, without a target before and a version behind them.
const DRIVERS: &[&str] = &["gcc", "g++", "cc", "c++", "clang", "clang++"];

/// How names of compilers for Windows end, by the threads that their libraries have.
const THREADS: &[&str] = &["-posix", "-win32"];

/// All names by which a driver is called, as patterns: also for a target and with a version, and for a target with its threads.
pub(crate) fn patterns() -> Vec<String> {
    let named = |driver: &&str| [(*driver).to_owned(), format!("*-{driver}")];
    let versioned = |name: String| [name.clone(), format!("{name}-#"), format!("{name}#")];
    let of_target = |driver: &&str| [format!("*-{driver}"), format!("*-{driver}-#")];
    let threaded = |name: String| THREADS.iter().map(move |threads| format!("{name}{threads}"));
    let gccs = DRIVERS.iter().filter(|driver| !driver.starts_with("clang"));
    let plain = DRIVERS.iter().flat_map(named).flat_map(versioned);
    plain.chain(gccs.flat_map(of_target).flat_map(threaded)).collect()
}

/// Ends the plan for what is no compiler driver itself: a script, or a link to another cache.
pub(crate) fn check(tool: &Tool) -> Result<(), Stop> {
    if tool.what == ProgramKind::Script {
        return bypass("script-wrapper", format!("{} is a script", tool.path));
    }
    let real = path::file_name(&tool.real);
    if driver(real).is_none() {
        return bypass("not-a-compiler", format!("{} is {}", tool.path, tool.real));
    }
    Ok(())
}

/// Whether the driver compiles C sources as C++. gcc and g++ are two programs; clang is one and goes by its name.
pub(crate) fn is_cpp_driver(tool: &Tool) -> bool {
    let real = driver(path::file_name(&tool.real)).unwrap_or_default();
    let by_name = real.starts_with("clang") || real == "cc";
    let name = if by_name { driver(&tool.name).unwrap_or(&tool.name) } else { real };
    name.ends_with("++")
}

/// Whether the driver is clang, as far as its names tell.
pub(crate) fn is_clang(tool: &Tool) -> bool {
    [tool.real.as_str(), tool.name.as_str()].iter().any(|name| path::file_name(name).contains("clang"))
}

/// The driver's plain name in `x86_64-linux-gnu-g++-12`, `gcc12` and `x86_64-w64-mingw32-gcc-posix`.
fn driver(name: &str) -> Option<&str> {
    let name = THREADS.iter().find_map(|threads| name.strip_suffix(threads)).unwrap_or(name);
    let unversioned = name.trim_end_matches(|each: char| each.is_ascii_digit() || each == '.');
    let version = &name[unversioned.len()..];
    let plain = match version.starts_with(|first: char| first.is_ascii_digit()) {
        true => unversioned.strip_suffix('-').unwrap_or(unversioned),
        false => name,
    };
    DRIVERS
        .iter()
        .copied()
        .find(|driver| plain.strip_suffix(driver).is_some_and(|before| before.is_empty() || before.ends_with('-')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(name: &str, real: &str) -> Tool {
        Tool { name: name.into(), path: format!("/usr/bin/{name}"), real: real.into(), what: ProgramKind::Binary }
    }

    #[test]
    fn drivers_are_told_from_tools_of_similar_names() {
        for name in [
            "gcc",
            "x86_64-linux-gnu-gcc-12",
            "clang-14",
            "clang++-14.0.6",
            "arm-none-eabi-g++",
            "c++",
            "gcc12",
            "g++12",
            "clang18",
            "gcc4.9",
            "x86_64-w64-mingw32-gcc-posix",
            "x86_64-w64-mingw32-g++-12-win32",
            "x86_64-pc-linux-gnu-gcc-13.2.0",
        ] {
            assert!(driver(name).is_some(), "{name}");
        }
        for name in [
            "ccache",
            "distcc",
            "gcc-ar",
            "x86_64-linux-gnu-gcc-nm-12",
            "clang-cpp-14",
            "clang-cl",
            "zig",
            "gcc-",
            "xgcc",
            "mpicc",
            "gcc-12-x",
            "gcc-posix-12",
            "12",
            "-12",
        ] {
            assert!(driver(name).is_none(), "{name}");
        }
    }

    #[test]
    fn gcc_goes_by_its_file_and_clang_by_its_name() {
        assert!(is_cpp_driver(&tool("c++", "/usr/bin/x86_64-linux-gnu-g++-12")));
        assert!(!is_cpp_driver(&tool("c++", "/usr/bin/x86_64-linux-gnu-gcc-12")));
        assert!(is_cpp_driver(&tool("clang++", "/usr/lib/llvm-14/bin/clang")));
        assert!(is_cpp_driver(&tool("c++", "/usr/lib/llvm-14/bin/clang-14")));
        assert!(!is_cpp_driver(&tool("clang-14", "/usr/lib/llvm-14/bin/clang")));
    }

    #[test]
    fn scripts_and_other_caches_are_bypassed() {
        let script = Tool { what: ProgramKind::Script, ..tool("c99", "/usr/bin/c99-gcc") };
        assert!(matches!(check(&script), Err(Stop::Bypass(refusal)) if refusal.reason == "script-wrapper"));
        let cache = tool("gcc", "/usr/bin/ccache");
        assert!(matches!(check(&cache), Err(Stop::Bypass(refusal)) if refusal.reason == "not-a-compiler"));
    }
}
