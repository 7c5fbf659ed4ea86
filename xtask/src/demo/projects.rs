//! The projects of the demo.

use crate::demo::project::{Build, Origin, Project, Random, Sources, Touched};
use crate::demo::rust;
use crate::tool::{BOOST, CLANG, CMAKE, EIGEN, GOOGLETEST, GXX, NINJA};

/// Those that are compiled when nothing else is said.
pub(crate) fn default() -> Vec<Project> {
    vec![lua(), zstd()]
}

/// All of them.
pub(crate) fn all() -> Vec<Project> {
    let mut projects = default();
    projects.extend([sqlite(), googletest(), headers(), pch_gcc(), pch_clang(), coverage()]);
    projects.extend(rust::all());
    projects
}

fn lua() -> Project {
    Project {
        name: "lua",
        needs: vec![],
        sources: vec![Sources { origin: Origin::Crate("lua-src", "551.1.0"), folder: "lua-5.4.9", name: "" }],
        build: Build::Make { compiled: &["."], besides: &[], flags: vec!["-O2", "-Isrc"] },
        proof: "",
        headerless: 0,
        random: None,
        touched: Touched::Hits,
    }
}

/// The flags are those of the crate's own build script. The assembly file is for one processor only.
pub(crate) fn zstd() -> Project {
    let mut flags = vec!["-O3", "-Isrc", "-Isrc/common", "-Isrc/legacy", "-DZSTD_LEGACY_SUPPORT=1"];
    flags.extend(["-ffunction-sections", "-fdata-sections", "-fmerge-all-constants", "-fvisibility=hidden"]);
    flags.extend(["-DZSTD_LIB_DEPRECATED=0", "-DXXH_PRIVATE_API=", "-DZSTDLIB_VISIBILITY="]);
    flags.extend(["-DZDICTLIB_VISIBILITY=", "-DZSTDERRORLIB_VISIBILITY="]);
    let besides: &[&str] = if cfg!(target_arch = "x86_64") {
        &["decompress/huf_decompress_amd64.S"]
    } else {
        flags.push("-DZSTD_DISABLE_ASM");
        &[]
    };
    let compiled = &["common", "compress", "decompress", "dictBuilder", "legacy"];
    Project {
        name: "zstd",
        needs: vec![],
        sources: vec![Sources { origin: Origin::Crate("zstd-sys", "2.1.2"), folder: "zstd/lib", name: "" }],
        build: Build::Make { compiled, besides, flags },
        proof: "",
        headerless: 0,
        random: None,
        touched: Touched::Hits,
    }
}

/// The whole library is one unit, which includes no header of its own.
fn sqlite() -> Project {
    Project {
        name: "sqlite",
        needs: vec![&CMAKE, &NINJA],
        sources: vec![
            Sources { origin: Origin::Workspace, folder: "tests/projects/sources/sqlite", name: "" },
            Sources { origin: Origin::Crate("libsqlite3-sys", "0.39.1"), folder: "sqlite3", name: "sqlite3" },
        ],
        build: Build::CMake { definitions: &["CMAKE_C_COMPILER=gcc"] },
        proof: "./query",
        headerless: 1,
        random: None,
        touched: Touched::Hits,
    }
}

/// With its own tests, but without those of googlemock, which take four times as long to compile as all the rest.
fn googletest() -> Project {
    Project {
        name: "googletest",
        needs: vec![&GXX, &CMAKE, &NINJA, &GOOGLETEST],
        sources: vec![Sources { origin: Origin::System, folder: "usr/src/googletest", name: "" }],
        build: Build::CMake {
            definitions: &[
                "CMAKE_CXX_COMPILER=g++",
                "CMAKE_C_COMPILER=gcc",
                "CMAKE_BUILD_TYPE=Debug",
                "gtest_build_tests=ON",
                "gtest_build_samples=ON",
            ],
        },
        proof: "ctest --quiet --parallel 2",
        headerless: 0,
        random: None,
        touched: Touched::Hits,
    }
}

/// Only the library and its samples: a minute of one processor, for those who build it many times.
pub(crate) fn googletest_library() -> Project {
    let definitions = &[
        "CMAKE_CXX_COMPILER=g++",
        "CMAKE_C_COMPILER=gcc",
        "CMAKE_BUILD_TYPE=Debug",
        "BUILD_GMOCK=OFF",
        "gtest_build_samples=ON",
    ];
    Project { build: Build::CMake { definitions }, proof: "", ..googletest() }
}

/// Units that include a thousand headers each, by names that the preprocessor computes, too.
fn headers() -> Project {
    Project {
        name: "headers",
        needs: vec![&GXX, &CMAKE, &NINJA, &EIGEN, &BOOST],
        sources: vec![
            Sources { origin: Origin::Workspace, folder: "tests/projects/sources/headers", name: "" },
            Sources { origin: Origin::System, folder: "usr/include/eigen3", name: "eigen" },
        ],
        build: Build::CMake { definitions: &["CMAKE_CXX_COMPILER=g++", "CMAKE_BUILD_TYPE=Release"] },
        proof: "./headers",
        headerless: 0,
        random: None,
        touched: Touched::Hits,
    }
}

fn pch_gcc() -> Project {
    let reason = "gcc makes a different precompiled header each time";
    Project {
        name: "pch-gcc",
        needs: vec![&GXX, &CMAKE, &NINJA],
        sources: pch_sources(),
        build: Build::CMake { definitions: &["CMAKE_CXX_COMPILER=g++", "CMAKE_BUILD_TYPE=Debug"] },
        proof: "./words",
        headerless: 0,
        random: Some(Random { suffix: "gch", reason }),
        touched: Touched::Hits,
    }
}

fn pch_clang() -> Project {
    let reason = "clang's precompiled header holds the times of what it includes, and clang refuses it if they changed";
    Project {
        name: "pch-clang",
        needs: vec![&CLANG, &CMAKE, &NINJA],
        sources: pch_sources(),
        build: Build::CMake { definitions: &["CMAKE_CXX_COMPILER=clang++", "CMAKE_BUILD_TYPE=Debug"] },
        proof: "./words",
        headerless: 0,
        random: None,
        touched: Touched::Misses(Random { suffix: "pch", reason }),
    }
}

fn pch_sources() -> Vec<Sources> {
    vec![Sources { origin: Origin::Workspace, folder: "tests/projects/sources/pch", name: "" }]
}

fn coverage() -> Project {
    Project {
        name: "coverage",
        needs: vec![&GXX, &CMAKE, &NINJA],
        sources: vec![Sources { origin: Origin::Workspace, folder: "tests/projects/sources/coverage", name: "" }],
        build: Build::CMake { definitions: &["CMAKE_CXX_COMPILER=g++"] },
        proof: "./primes && gcov --stdout CMakeFiles/primes.dir/*.gcno",
        headerless: 0,
        random: None,
        touched: Touched::Hits,
    }
}
