//! The projects of the demo: where their sources are in the crates that carry them, and how they are compiled.

/// C sources inside a crate.
pub(crate) struct Project {
    /// For people, and the folder in `target/demo`.
    pub(crate) name: &'static str,
    /// The crate that carries the sources.
    pub(crate) package: &'static str,
    /// Its exact version: another has other files.
    pub(crate) version: &'static str,
    /// The folder in the crate that is copied to `src`.
    pub(crate) folder: &'static str,
    /// The folders in `src` whose `.c` files are compiled.
    pub(crate) compiled: &'static [&'static str],
    /// Files in `src` that are compiled besides.
    pub(crate) besides: &'static [&'static str],
    /// Compiler flags.
    pub(crate) flags: Vec<&'static str>,
}

/// All projects.
pub(crate) fn all() -> [Project; 2] {
    [lua(), zstd()]
}

fn lua() -> Project {
    Project {
        name: "lua",
        package: "lua-src",
        version: "551.1.0",
        folder: "lua-5.4.9",
        compiled: &["."],
        besides: &[],
        flags: vec!["-O2", "-Isrc"],
    }
}

/// The flags are those of the crate's own build script. The assembly file is for one processor only.
fn zstd() -> Project {
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
    Project {
        name: "zstd",
        package: "zstd-sys",
        version: "2.1.2",
        folder: "zstd/lib",
        compiled: &["common", "compress", "decompress", "dictBuilder", "legacy"],
        besides,
        flags,
    }
}
