//! What the plugin takes to say what a command line is, in the sandbox, in a fresh instance each time.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::bench::figures::quantile;
use crate::bench::world::World;
use crate::{process, tool};

/// What was measured.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Plan {
    /// Of the call.
    pub(crate) arguments: usize,
    /// The plugin's component.
    pub(crate) component_kb: f64,
    /// The call is made once for each round of answers to what the plugin asks back, the last with all of them.
    pub(crate) calls: Vec<PlanCall>,
}

/// With so many rounds of answers.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct PlanCall {
    pub(crate) answers: usize,
    pub(crate) median_us: f64,
    pub(crate) p90_us: f64,
}

/// A call as a large project's build makes it.
const ARGUMENTS: &str = "-DNDEBUG -DPROJECT_VERSION=\"1.2.3\" -D_GNU_SOURCE -DHAVE_CONFIG_H -DWITH_THREADS=1 \
    -Iinclude -Isource -Isource/detail -Igenerated -Ithird_party/one/include -Ithird_party/two/include \
    -isystem /usr/include -O2 -g -std=gnu++17 -fPIC -fno-exceptions -fvisibility=hidden -fdata-sections \
    -ffunction-sections -fno-strict-aliasing -Wall -Wextra -Wshadow -Wno-unused-parameter -Wpedantic -Wconversion -Wcast-align -pthread -pipe \
    -MD -MT source/unit.cpp.o -MF source/unit.cpp.o.d -o source/unit.cpp.o -c source/unit.cpp";

pub(crate) fn measure(world: &World) -> Result<Plan> {
    let folder = world.folder("plan")?;
    let folders = ["include", "source/detail", "generated", "third_party/one/include", "third_party/two/include"];
    for name in folders {
        fs::create_dir_all(folder.join(name)).context(name)?;
    }
    fs::write(folder.join("source/unit.cpp"), "int main() {}\n").context("unit.cpp")?;
    let compiler = tool::find("g++").context("g++ is not installed")?;
    let arguments: Vec<&str> = ARGUMENTS.split_whitespace().collect();
    let call = format!("g++\n{}\n{}\n{}\n", compiler.display(), folder.display(), arguments.join("\n"));
    let file = folder.join("call");
    fs::write(&file, call).context("call")?;
    let programs = &world.programs;
    let mut command = Command::new(&programs.plan);
    command.arg(&programs.component).arg(&file).arg(world.scale.plans.to_string());
    let said = String::from_utf8(process::output(&mut command)?).context("what the plugin took")?;
    let component = fs::metadata(&programs.component).context("the component")?.len();
    Ok(Plan {
        arguments: arguments.len(),
        component_kb: component as f64 / 1e3,
        calls: said.lines().enumerate().map(|(answers, line)| of_line(answers, line)).collect::<Result<_>>()?,
    })
}

/// A line of nanoseconds.
fn of_line(answers: usize, line: &str) -> Result<PlanCall> {
    let microseconds = line.split(' ').map(|time| Ok(time.parse::<f64>()? / 1e3)).collect::<Result<Vec<f64>>>();
    let microseconds = microseconds.context("what the plugin took")?;
    Ok(PlanCall { answers, median_us: quantile(&microseconds, 0.5), p90_us: quantile(&microseconds, 0.9) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_is_as_long_as_real_ones_are() {
        assert_eq!(ARGUMENTS.split_whitespace().count(), 40);
    }

    #[test]
    fn a_line_holds_nanoseconds() {
        let call = of_line(1, "3000 1000 2000").unwrap();
        assert_eq!((call.answers, call.median_us, call.p90_us), (1, 2.0, 3.0));
        assert!(of_line(0, "none").is_err());
    }
}
