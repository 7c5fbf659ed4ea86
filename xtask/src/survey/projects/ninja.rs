//! Projects that CMake or Meson describes, built by Ninja. They are described by the bare compiler, before the trees are copied.

use crate::survey::project::{Project, Source};

pub(crate) fn all() -> Vec<Project> {
    vec![spdlog(), glib(), llvm(), kcoreaddons(), fmt()]
}

const BUILD: &str = "ninja -C build -j$JOBS";

fn spdlog() -> Project {
    let prepare = "cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DSPDLOG_BUILD_TESTS=ON \
                   -DSPDLOG_BUILD_EXAMPLE=ON -DSPDLOG_FMT_EXTERNAL=ON";
    let packages = &["cmake", "ninja-build", "libfmt-dev", "catch2"];
    Project { packages, ..Project::new("spdlog", Source::Debian("spdlog"), prepare, BUILD) }
}

fn glib() -> Project {
    let prepare = "meson setup build -Dtests=false -Dselinux=disabled -Dlibmount=disabled -Dman=false";
    let packages = &["gettext", "libffi-dev", "libpcre2-dev", "meson", "ninja-build", "pkg-config", "zlib1g-dev"];
    Project { packages, ..Project::new("glib", Source::Debian("glib2.0"), prepare, BUILD) }
}

/// The library that all others of LLVM use.
fn llvm() -> Project {
    let prepare = "cmake -S llvm -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DLLVM_TARGETS_TO_BUILD=X86 \
                   -DLLVM_INCLUDE_TESTS=OFF -DLLVM_INCLUDE_BENCHMARKS=OFF -DLLVM_INCLUDE_EXAMPLES=OFF";
    let build = "ninja -C build -j$JOBS LLVMSupport";
    let packages = &["cmake", "ninja-build", "zlib1g-dev"];
    Project { packages, ..Project::new("llvm-support", Source::Debian("llvm-toolchain-14"), prepare, build) }
}

/// A library of KDE with Qt, whose generator of code runs in the build.
fn kcoreaddons() -> Project {
    let prepare = "cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF";
    let packages = &["cmake", "extra-cmake-modules", "ninja-build", "qtbase5-dev", "qttools5-dev", "libudev-dev"];
    Project { packages, ..Project::new("kcoreaddons", Source::Debian("kcoreaddons"), prepare, BUILD) }
}

/// C++20, whose sources are scanned for modules before they are compiled; there are none.
fn fmt() -> Project {
    let prepare = "cmake -S . -B build -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_CXX_STANDARD=20 \
                   -DCMAKE_CXX_SCAN_FOR_MODULES=ON -DCMAKE_BUILD_TYPE=Release -DFMT_DOC=OFF";
    let project = Project::new("fmt-cxx20", Source::Debian("fmtlib"), prepare, BUILD);
    Project { packages: &["clang-19", "clang-tools-19", "ninja-build"], wheels: &["cmake==4.4.5"], ..project }
}
