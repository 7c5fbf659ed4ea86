//! Which program a call is of, as far as names tell. Whether it is gcc or clang, its own output tells (`search`): `cc` can
//! be either.

use zccache_plugin_sdk::contract::{ProgramKind, Tool};
use zccache_plugin_sdk::path;

use zccache_plugin_sdk::stop::{Stop, bypass};

/// Names of drivers, without a target before and a version behind them.
const DRIVERS: &[&str] = &["gcc", "g++", "cc", "c++", "clang", "clang++"];

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

/// The driver's plain name in `x86_64-linux-gnu-g++-12`.
fn driver(name: &str) -> Option<&str> {
    let versioned = name.rsplit_once('-').filter(|(_, version)| {
        version.starts_with(|first: char| first.is_ascii_digit())
            && version.chars().all(|each| each.is_ascii_digit() || each == '.')
    });
    let plain = versioned.map_or(name, |(plain, _)| plain);
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
        for name in ["gcc", "x86_64-linux-gnu-gcc-12", "clang-14", "clang++-14.0.6", "arm-none-eabi-g++", "c++"] {
            assert!(driver(name).is_some(), "{name}");
        }
        for name in ["ccache", "distcc", "gcc-ar", "x86_64-linux-gnu-gcc-nm-12", "clang-cpp-14", "clang-cl", "zig"] {
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
