//! Projects of C with makefiles, and configure scripts that run by the bare compiler, before the trees are copied.

use crate::survey::project::{LeftOut, Project, Source};

pub(crate) fn all() -> Vec<Project> {
    vec![nginx(), redis(), postgresql(), openssl(), cpython()]
}

fn nginx() -> Project {
    let prepare = "./configure --with-http_ssl_module --with-http_v2_module --with-stream --with-mail";
    let packages = &["libpcre2-dev", "libssl-dev", "zlib1g-dev"];
    Project { packages, ..Project::new("nginx", Source::Debian("nginx"), prepare, "make -j$JOBS") }
}

fn redis() -> Project {
    const REASON: &str = "holds the second in which it was built, from src/release.h";
    const STAMPED: &[LeftOut] = &[
        LeftOut { path: "src/release.h", reason: REASON },
        LeftOut { path: "src/release.o", reason: REASON },
        LeftOut { path: "src/redis-benchmark", reason: REASON },
        LeftOut { path: "src/redis-check-aof", reason: REASON },
        LeftOut { path: "src/redis-check-rdb", reason: REASON },
        LeftOut { path: "src/redis-cli", reason: REASON },
        LeftOut { path: "src/redis-sentinel", reason: REASON },
        LeftOut { path: "src/redis-server", reason: REASON },
    ];
    let project = Project::new("redis", Source::Debian("redis"), "true", "make -j$JOBS MALLOC=libc");
    Project { left_out: STAMPED, ..project }
}

fn postgresql() -> Project {
    let prepare = "./configure --without-readline --without-icu";
    let project = Project::new("postgresql", Source::Debian("postgresql-15"), prepare, "make -j$JOBS");
    Project { packages: &["bison", "flex", "zlib1g-dev"], ..project }
}

fn openssl() -> Project {
    const REASON: &str = "holds the second in which it was built, from crypto/buildinf.h";
    const STAMPED: &[LeftOut] = &[
        LeftOut { path: "crypto/buildinf.h", reason: REASON },
        LeftOut { path: "crypto/*-cversion.o", reason: REASON },
        LeftOut { path: "libcrypto.*", reason: REASON },
    ];
    let project = Project::new("openssl", Source::Debian("openssl"), "./config no-tests", "make -j$JOBS build_sw");
    Project { left_out: STAMPED, ..project }
}

fn cpython() -> Project {
    const REASON: &str = "holds the second in which it was built, from Modules/getbuildinfo.c";
    const STAMPED: &[LeftOut] = &[
        LeftOut { path: "Modules/getbuildinfo.o", reason: REASON },
        LeftOut { path: "libpython3.11.a", reason: REASON },
        LeftOut { path: "python", reason: REASON },
    ];
    let project = Project::new("cpython", Source::Debian("python3.11"), "./configure", "make -j$JOBS");
    Project { packages: &["libffi-dev", "libssl-dev", "zlib1g-dev"], left_out: STAMPED, ..project }
}
