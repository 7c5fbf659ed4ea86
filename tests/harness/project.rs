//! A small C project with headers, and its description for three build tools.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::world::World;

/// How many sources a project has.
pub const UNITS: u64 = 20;

/// A C project in a world's working folder. Every source includes a header of all and one of its own.
pub struct Project<'a> {
    world: &'a World,
}

impl<'a> Project<'a> {
    /// Writes the sources, and descriptions for make, ninja and CMake.
    pub fn write(world: &'a World) -> Project<'a> {
        world.write_many(Self::files());
        Project { world }
    }

    fn files() -> Vec<(String, String)> {
        let mut files = vec![("include/common.h".to_owned(), "#define COMMON 3\nint total(void);\n".to_owned())];
        let mut calls = String::new();
        for unit in 1..UNITS {
            files.push((format!("include/unit{unit}.h"), format!("#include \"common.h\"\nint unit{unit}(int n);\n")));
            let source = format!(
                "#include <stddef.h>\n#include <unit{unit}.h>\nint unit{unit}(int n) {{\n  int sum = COMMON;\n  \
                 for (int i = 0; i < n; i++) sum += i * {unit};\n  return sum;\n}}\n"
            );
            files.push((format!("unit{unit}.c"), source));
            calls += &format!("  sum += unit{unit}({unit});\n");
        }
        let includes: String = (1..UNITS).map(|unit| format!("#include <unit{unit}.h>\n")).collect();
        let main = format!("{includes}int main(void) {{\n  int sum = 0;\n{calls}  return sum == 0;\n}}\n");
        files.push(("unit0.c".to_owned(), main));
        files.push(("Makefile".to_owned(), makefile()));
        files.push(("build.ninja".to_owned(), ninja()));
        files.push(("CMakeLists.txt".to_owned(), cmake()));
        files
    }

    /// The paths of the objects that make and ninja write.
    pub fn objects() -> Vec<String> {
        (0..UNITS).map(|unit| format!("unit{unit}.o")).collect()
    }

    /// The objects that are there, whole or not.
    pub fn built(&self) -> BTreeMap<String, Vec<u8>> {
        Self::objects().into_iter().filter_map(|path| Some((path.clone(), self.world.read(&path)?))).collect()
    }

    /// Objects and depfiles as make writes them without the cache. Nothing of that build is left.
    #[track_caller]
    pub fn bare(&self) -> BTreeMap<String, Vec<u8>> {
        self.make("gcc", &["objects"]);
        let built = self.built();
        assert_eq!(built.len() as u64, UNITS);
        self.clean();
        built
    }

    /// Runs `make -j2` with this compiler, well.
    #[track_caller]
    pub fn make(&self, compiler: &str, targets: &[&str]) {
        let mut command = self.world.make_command(compiler);
        crate::run(command.arg("-j2").args(targets)).expect_success();
    }

    /// Removes everything that was built.
    #[track_caller]
    pub fn clean(&self) {
        crate::run(self.world.make_command("gcc").arg("clean")).expect_success();
        assert!(self.built().is_empty());
    }
}

fn makefile() -> String {
    let objects = Project::objects().join(" ");
    format!(
        "CC = gcc\nOBJECTS = {objects}\nDEPENDS = $(OBJECTS:.o=.d)\nprogram: $(OBJECTS)\n\t$(CC) -o $@ $(OBJECTS)\n\
         objects: $(OBJECTS)\n%.o: %.c\n\t$(CC) -O1 -g -Wall -MMD -MP -Iinclude -c $< -o $@\n\
         clean:\n\trm -f program $(OBJECTS) $(OBJECTS:.o=.d)\n-include $(DEPENDS)\n.PHONY: objects clean\n"
    )
}

fn ninja() -> String {
    let objects = Project::objects();
    let mut text = "rule cc\n  command = $cc -O1 -g -MMD -MF $out.d -Iinclude -c $in -o $out\n  depfile = $out.d\n  \
                    deps = gcc\nrule link\n  command = gcc -o $out $in\ninclude compiler.ninja\n"
        .to_owned();
    for object in &objects {
        let source = object.replace(".o", ".c");
        writeln!(text, "build {object}: cc {source}").expect("text grows");
    }
    writeln!(text, "build program: link {}\nbuild objects: phony {}", objects.join(" "), objects.join(" "))
        .expect("text grows");
    text
}

fn cmake() -> String {
    let sources: Vec<String> = (0..UNITS).map(|unit| format!("unit{unit}.c")).collect();
    format!(
        "cmake_minimum_required(VERSION 3.13)\nproject(units C)\ninclude_directories(include)\n\
         add_executable(program {})\n",
        sources.join(" ")
    )
}
