//! Command lines in, plans as text out. Where a change is meant: `UPDATE_GOLDEN=1 cargo test -p zccache-plugin-gcc`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use zccache_plugin_gcc::Gcc;
use zccache_plugin_sdk::contract::{Answer, Decision, FileKind, Invocation, Observe, Question, Ran, Role, Status};
use zccache_plugin_sdk::{Plugin, golden};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn gcc(arguments: &[&str]) -> Invocation {
    golden::invocation("/usr/bin/gcc", "/usr/bin/x86_64-linux-gnu-gcc-12", arguments)
}

fn clang(arguments: &[&str]) -> Invocation {
    golden::invocation("/usr/bin/clang", "/usr/lib/llvm-14/bin/clang", arguments)
}

/// Answers questions from kept answers of real compilers until there is a decision; `texts` are files that can be read.
fn decide(invocation: &mut Invocation, texts: &[(&str, &str)]) -> (String, Decision) {
    golden::decide::<Gcc>(invocation, |invocation, question| match question {
        Question::Read(name) => {
            let text = texts.iter().find(|(known, _)| known == name);
            Answer::Content(text.map(|(_, text)| text.as_bytes().to_vec()))
        }
        Question::StandardInput => Answer::Content(Some(b"int x;\n".to_vec())),
        Question::Look(name) => {
            let there = texts.iter().any(|(known, _)| known == name);
            Answer::Is(if there { FileKind::File } else { FileKind::Absent })
        }
        Question::Probe(probe) => Answer::Ran(probe_answer(invocation, &probe.grant)),
    })
}

fn probe_answer(invocation: &Invocation, grant: &str) -> Ran {
    let is_clang = invocation.tool.real.contains("clang");
    let (stdout, stderr): (&[u8], &[u8]) = match (grant, is_clang) {
        ("rehearsal", _) => (b"", b""),
        ("folders", _) => (include_bytes!("probes/gcc-folders.txt"), b""),
        ("assembler", _) => (include_bytes!("probes/gcc-assembler.txt"), b""),
        (_, false) => (b"", include_bytes!("probes/gcc-search.txt")),
        (_, true) => (b"", include_bytes!("probes/clang-search.txt")),
    };
    Ran { status: Status::Exited(0), stdout: stdout.to_vec(), stderr: stderr.to_vec() }
}

fn check(name: &str, mut invocation: Invocation, texts: &[(&str, &str)]) {
    let (asked, decision) = decide(&mut invocation, texts);
    golden::check(&file(name), &golden::dialogue(&invocation, &asked, &decision));
}

#[test]
fn the_description_changes_only_on_purpose() {
    golden::check(&file("description.txt"), &golden::description(&Gcc::describe()));
}

#[test]
fn a_plain_compile() {
    check("plain.txt", gcc(&["-O2", "-Iinc", "-c", "a.c", "-o", "out/a.o"]), &[]);
}

#[test]
fn a_plain_compile_by_clang() {
    check("plain-clang.txt", clang(&["-O2", "-fsanitize=address", "-Iinc", "-c", "a.c", "-o", "out/a.o"]), &[]);
}

#[test]
fn the_users_own_depfile() {
    check("depfile.txt", gcc(&["-MD", "-MT", "x.o", "-MF", "x.d", "-c", "a.cc", "-ox.o"]), &[]);
}

#[test]
fn the_users_own_depfile_without_system_headers() {
    let texts = [("config.h", "")];
    check("depfile-user.txt", gcc(&["-MMD", "-include", "config.h", "-c", "dir/a.c"]), &texts);
}

#[test]
fn response_files() {
    let texts = [("args", "-Iinc @more"), ("more", "\"-DNAME=a b\" -isystem sys")];
    check("response.txt", gcc(&["@args", "-c", "a.c"]), &texts);
}

#[test]
fn several_sources_are_a_call_each_that_keeps_all_else() {
    let texts = [("a.c", ""), ("b.cc", ""), ("sub/c.C", "")];
    check("several.txt", gcc(&["-c", "a.c", "-x", "c++", "b.cc", "-O2", "sub/c.C", "-MD"]), &texts);
}

#[test]
fn everything_that_may_be_written_besides() {
    let all = ["-c", "a.c", "-o", "out/x.o", "--coverage", "-gsplit-dwarf", "-fstack-usage", "-fcallgraph-info=su"];
    check("besides.txt", gcc(&[&all[..], &["-save-temps", "-MMD", "-MF", "x.d"]].concat()), &[]);
    let all = ["-S", "src/a.cc", "-ftime-trace", "-save-temps=obj", "--serialize-diagnostics", "out/x.dia"];
    check("besides-clang.txt", clang(&all), &[]);
}

#[test]
fn precompiled_headers_are_inputs_or_outputs() {
    check("precompile.txt", gcc(&["-x", "c++-header", "sub/p.h", "-g"]), &[]);
    let texts = [("p.h", ""), ("p.h.gch", "")];
    check("precompiled.txt", gcc(&["-include", "p.h", "-c", "a.c"]), &texts);
    let words = "-Xclang -include-pch -Xclang p.h.pch -Xclang -include -Xclang p.h -c a.c";
    check("precompiled-clang.txt", clang(&words.split(' ').collect::<Vec<_>>()), &[("p.h", "")]);
}

#[test]
fn an_assembler_that_cannot_list_what_it_includes_is_not_told_to() {
    let adds = |words: &str, help: &'static [u8]| {
        let mut invocation = gcc(&words.split(' ').collect::<Vec<_>>());
        let (_, decision) = golden::decide::<Gcc>(&mut invocation, |invocation, question| match question {
            Question::Probe(probe) if probe.grant == "assembler" => {
                Answer::Ran(Ran { stdout: help.to_vec(), ..probe_answer(invocation, "rehearsal") })
            }
            Question::Probe(probe) => Answer::Ran(probe_answer(invocation, &probe.grant)),
            Question::Look(_) => Answer::Is(FileKind::Folder),
            Question::Read(_) | Question::StandardInput => Answer::Content(None),
        });
        let Decision::Run(run) = decision else { panic!("{words}") };
        let assumed = run.assumptions.iter().any(|input| input.path == "as");
        (run.unit.additions.iter().any(|(addition, _)| addition == "assembled"), assumed)
    };
    const KNOWS: &[u8] = include_bytes!("probes/gcc-assembler.txt");
    for words in ["-c a.c", "-c a.S", "-c a.s", "-B/parts -c a.S"] {
        assert_eq!(adds(words, KNOWS), (true, true), "{words}");
        assert_eq!(adds(words, b"Usage: as\n"), (false, true), "{words}");
    }
    for words in ["-S a.c", "-B/parts -c a.c", "-Bparts -c a.S", "-flto -c a.c", "-c a.i", "-x c-header -c a.h"] {
        assert_eq!(adds(words, KNOWS), (false, false), "{words}");
    }
}

#[test]
fn the_machines_own_processor_is_what_the_compiler_says_it_is() {
    let decided = |words: &[&str]| {
        let mut invocation = gcc(words);
        decide(&mut invocation, &[]).0
    };
    let asked = decided(&["-march=native", "-mcpu=native+crc", "-c", "a.c"]);
    assert!(asked.starts_with("need probe search-c with [-march=native -mcpu=native+crc]\n"), "{asked}");
}

#[test]
fn the_working_directory_is_in_the_key_exactly_where_a_result_can_hold_it() {
    for (words, held) in [
        ("-c a.c", false),
        ("-O2 -Wall -MMD -c a.c -o x.o", false),
        ("-S a.c", false),
        ("-E a.c -o a.i", false),
        ("-c a.S", true),
        ("-c a.m", true),
        ("-g -c a.c", true),
        ("-g -g0 -c a.c", false),
        ("-g0 -g -c a.c", true),
        ("-gz -c a.c", false),
        ("-g -gz -c a.c", true),
        ("-gunheard-of -c a.c", true),
        ("-funheard-of=1 -c a.c", true),
        ("-fzero-init-padding-bits=all -c a.c", false),
        ("-Wp,-DA,-w -c a.c", false),
        ("-fprofile-dir=x -c a.c", true),
        ("-ggdb3 -E a.c -o a.i", true),
        ("-flto -c a.c", true),
        ("-fsanitize=address -c a.c", true),
        ("-fworking-directory -E a.c -o a.i", true),
        ("--coverage -c a.c", true),
        ("-Wa,--gdwarf-5 -c a.S", true),
        ("-x c-header a.h", true),
        ("-include-pch p.pch -c a.c", true),
        ("-fprofile-use=p -c a.c", true),
        ("-frecord-gcc-switches -c a.c", true),
    ] {
        // The folders that the kept answer of the compiler speaks of.
        let folders = ["-iquote", "quoted", "-Iinc", "-I", "missing", "-I./inc"];
        let mut invocation = gcc(&folders.into_iter().chain(words.split(' ')).collect::<Vec<_>>());
        let Decision::Run(run) = decide(&mut invocation, &[]).1 else { panic!("{words}") };
        assert_eq!(run.unit.directory_in_key, held, "{words}");
        assert_eq!(!run.unit.irrelevant_environment.contains(&"PWD".to_owned()), held, "{words}");
    }
    let mut from_elsewhere = gcc(&["-c", "a.c"]);
    let Decision::Run(run) = decide(&mut from_elsewhere, &[]).1 else { panic!("not planned") };
    assert!(run.unit.directory_in_key, "a folder of the system that is named from the directory");
}

#[test]
fn colours_on_a_terminal() {
    let mut invocation = gcc(&["-c", "a.S"]);
    invocation.streams.stderr_is_terminal = true;
    invocation.environment.push(("TERM".to_owned(), "xterm".to_owned()));
    check("colours.txt", invocation, &[]);
}

#[test]
fn modules_are_on_and_none_is_listed() {
    let texts = [("a.modmap", "$root .\n")];
    let words =
        "-MD -MT x.o -MF x.d -fmodules-ts -fmodule-mapper=a.modmap -fdeps-format=p1689r5 -x c++ -o x.o -c s/a.cc";
    check("modules.txt", gcc(&words.split(' ').collect::<Vec<_>>()), &texts);
    let words =
        "-E -x c++ a.cc -MD -MF x.d -fmodules-ts -fdeps-file=x.ddi -fdeps-target=x.o -fdeps-format=p1689r5 -o x.i";
    check("modules-scan.txt", gcc(&words.split(' ').collect::<Vec<_>>()), &[]);
}

#[test]
fn bypasses() {
    let lines: &[&str] = &[
        "a.c -o a",
        "-c",
        "-c -",
        "--version",
        "-v",
        "-dumpmachine",
        "-print-prog-name=cc1",
        "-### -c a.c",
        "-c a.o",
        "-c a",
        "-c -x cuda a.cu",
        "-c -xyzzy a.c",
        "-c a.c --unknown",
        "-c a.c -o",
        "-c a.c -MF a.d",
        "-c a.c -MP",
        "-c a.c -MT x",
        "-c a.c -MD -MG",
        "-c a.c -MD -MF /dev/stdout",
        "-c a.c -MD -MF -",
        "-c a.c -o -",
        "-c a.c -o a.c",
        "-c a.c -MD -MF a.o",
        "-c a.c -o a.o -o b.o",
        "-c .a.c",
        "-c a.c -Wa,-a",
        "-c a.c -Xclang -x",
        "-c a.c -mllvm -stats",
        "-c a.c -B dir",
        "-c a.c -specs=x",
        "-c a.c -fplugin=x.so",
        "-c a.c -fmodules",
        "-c a.c -fmodules-ts",
        "-c a.c -fmodules-ts -fmodule-mapper=absent",
        "-c a.c -fmodules-ts -fmodule-mapper=lists",
        "-c a.c -fmodules-ts -fmodule-mapper=|program",
        "-c a.c -fmodules-ts -fmodule-mapper=root",
        "-c a.c -fmodule-mapper=lists",
        "-c a.c -fdeps-format=p1689r5",
        "-c a.c -MD -fdeps-format=other",
        "-E a.c -MD -MF x.d -o x.i -fdeps-format=p1689r5",
        "-c a.c -fdump-tree-all",
        "-c a.c -dD",
        "-c a.c -ftime-report",
        "-c a.c -fcompare-debug",
        "-c a.c -finput-charset=utf-16",
        "-c a.c -fdiagnostics-format=json",
        "-c a.c -I-",
        "-c a.c -fpch-preprocess",
        "-c a.c -arch arm64",
        "-c a.c --config=x",
        "-c a.c -fopt-info-vec=x",
        "-c a.c -DBUILT=__DATE__",
        "-c a.c -D H=__has_include(x)",
        "-c a.c b.c -o x.o",
        "-c a.c b.c -MD -MF x.d",
        "-c a.c absent.c",
        "-c a/x.c b/x.c",
        "-c a.c b.S",
        "-c a.c b.h",
        "-S -fverbose-asm a.c",
        "-c a.c --coverage -frandom-seed=1",
        "-c a.c -mllvm -info-output-file=5",
        "-S a.s",
        "-S a.S",
        "-E a.i -o x",
        "-E -MD a.c -o x.i",
        "-c a.c -save-temps=else",
        "-c a.c -save-temps @both",
        "-c a.c -fauto-profile",
        "-c a.c -ftime-trace=x",
        "-c a.c -Xclang -emit-pch",
        "-c a.c -Xassembler -al=x",
        "-c a.c -Wa,-g",
        "-c a.c -Wa,--noexecstack,--gdwarf-5",
        "-c a.i -Xassembler --gstabs",
        "-c a.c -fno-show-column",
        "-c a.c -mllvm -cgscc-inline-replay=1",
        "-c a.c -fname=a/b",
        "-c a.c -fsave-thing=x",
        "-c a.c -gen-cdb-fragment-path x",
        "-c a.c -module-thing",
        "-c a.c -mname=/x",
        "-c -C a.c",
        "-c a.c -Wp,-MD,/dev/stdout",
        "-c a.c -Wp,-MD,x,-Iinc",
        "-c a.c -Wp,-MT,x",
        "-c a.c -Wp,-v",
        "-c a.c -Wp,@x",
        "-c a.c -Wp,-I-",
        "-c a.c -Wp,-DNOW=__TIME__",
        "-c a.c -Xpreprocessor -dD",
        "-c a.c -D__DATE__=__TIMESTAMP__",
        "-c a.c -D__DATE__(x)=1",
        "-c a.c -finput-charset=latin1",
        "-c a.c -foffload=nvptx-none",
        "-c a.c -fprofile-use -fprofile-dir=x",
        "-c a.c --coverage -frandom-seed=1 -fprofile-dir=x",
        "-c a.c --gcc-install-dir=x",
        "-c -- a.c -O2",
        "-c a.c -include-pth p",
        "a.c b.h",
        "-c @absent",
        "-c @twisted",
        "-c @mixed",
        "-c a.c -MMD -include absent.h",
    ];
    let texts = [
        ("twisted", "'a\\b'"),
        ("both", "-O2"),
        ("mixed", "-Iinc a.c"),
        ("a.c", ""),
        ("a/x.c", ""),
        ("b/x.c", ""),
        ("a.gcda", ""),
        ("lists", "m m.gcm\n"),
        ("root", "$root out\n"),
        ("out/usr", ""),
    ];
    let mut report = String::new();
    for line in lines {
        let mut invocation = gcc(&line.split(' ').collect::<Vec<_>>());
        let (_, decision) = decide(&mut invocation, &texts);
        let said = golden::decision(&invocation, &decision);
        assert!(said.starts_with("bypass "), "{line}: {said}");
        writeln!(report, "{line:40} {}", said.trim_end()).unwrap();
    }
    golden::check(&file("bypasses.txt"), &report);
}

#[test]
fn variables_that_redirect_the_compiler_are_bypassed() {
    for name in [
        "GCC_EXEC_PREFIX",
        "COMPILER_PATH",
        "DEPENDENCIES_OUTPUT",
        "CCC_OVERRIDE_OPTIONS",
        "CC_PRINT_HEADERS",
        "G++_ROOT",
        "BINUTILS_ROOT",
        "LPATH",
    ] {
        let mut invocation = gcc(&["-c", "a.c"]);
        invocation.environment.push((name.to_owned(), "x".to_owned()));
        let decision = Gcc::plan(&invocation);
        assert!(matches!(&decision, Decision::Bypass(refusal) if refusal.reason == "environment"), "{name}");
    }
}

/// What a plan of a call with these variables assumes of a path.
fn assumed(mut invocation: Invocation, variables: &[(&str, &str)], path: &str) -> Vec<Observe> {
    let set = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    invocation.environment.extend(set);
    let Decision::Run(run) = decide(&mut invocation, &[]).1 else { panic!("not planned") };
    let there = run.assumptions.iter().filter(|input| input.path == path);
    there.map(|input| input.observe).collect()
}

#[test]
fn what_variables_and_roots_name_as_folders_is_assumed_also_where_it_is_none() {
    for name in ["CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "OBJC_INCLUDE_PATH", "OBJCPLUS_INCLUDE_PATH"] {
        let variables = [(name, "/k:cp::/l")];
        for path in ["/k", "cp", ".", "/l"] {
            assert_eq!(assumed(gcc(&["-c", "a.c"]), &variables, path), [Observe::Identity], "{name} {path}");
        }
    }
    let below = assumed(gcc(&["--sysroot=r/", "-c", "a.c"]), &[], "r/usr/local/include");
    assert_eq!(below, [Observe::Identity]);
}

#[test]
fn what_clang_may_take_for_a_header_map_is_assumed_by_content() {
    let call = || clang(&["-Im.hmap", "-Iinc", "-c", "a.c"]);
    assert_eq!(assumed(call(), &[], "m.hmap"), [Observe::Identity, Observe::Content]);
    assert_eq!(assumed(call(), &[("CPATH", "n.hmap")], "n.hmap"), [Observe::Identity, Observe::Content]);
    assert_eq!(assumed(call(), &[], "inc"), [Observe::Identity], "a folder that is searched");
    assert_eq!(assumed(gcc(&["-Im.hmap", "-c", "a.c"]), &[], "m.hmap"), [Observe::Identity]);
}

fn out_of_the_key(mut invocation: Invocation) -> Vec<String> {
    let (_, decision) = decide(&mut invocation, &[("rsp", "-o a.o")]);
    let Decision::Run(run) = decision else { panic!("{}", golden::decision(&invocation, &decision)) };
    let roles = run.unit.roles.iter().zip(&invocation.arguments);
    roles.filter(|(role, _)| **role != Role::Key).map(|(_, argument)| argument.clone()).collect()
}

#[test]
fn a_name_of_an_output_leaves_the_key_only_where_no_output_can_show_it() {
    assert_eq!(out_of_the_key(gcc(&["-c", "a.c", "-o", "x.o"])), ["x.o"]);
    assert_eq!(out_of_the_key(gcc(&["-c", "a.c", "-ox.o", "-g"])), ["-ox.o"]);
    assert_eq!(out_of_the_key(gcc(&["-c", "a.c", "--output=x.o"])), ["--output=x.o"]);
    assert_eq!(out_of_the_key(gcc(&["-c", "a.c", "-o", "x.o", "-MD", "-MT", "t", "-MF", "x.d"])), ["x.o", "x.d"]);
    let none: [&str; 0] = [];
    assert_eq!(out_of_the_key(gcc(&["-c", "a.c", "-o", "x.o", "-MD"])), none);
    assert_eq!(out_of_the_key(gcc(&["-c", "a.c", "-o", "x.o", "-MMD", "-MF", "x.d"])), ["x.d"]);
    assert_eq!(out_of_the_key(gcc(&["-c", "a.c", "-o", "x.o", "-flto"])), none);
    assert_eq!(out_of_the_key(gcc(&["-c", "a.c", "-o", "x.o", "-frecord-gcc-switches"])), none);
    assert_eq!(out_of_the_key(gcc(&["-c", "a.c", "@rsp"])), none);
}

#[test]
fn clang_storing_its_command_line_is_bypassed() {
    for option in ["-grecord-command-line", "-frecord-gcc-switches"] {
        let mut invocation = clang(&["-c", "a.c", option]);
        let (_, decision) = decide(&mut invocation, &[]);
        assert!(matches!(&decision, Decision::Bypass(refusal) if refusal.reason == "records-command-line"));
    }
}

#[test]
fn the_language_says_which_folders_and_programs_are_asked_for() {
    for (arguments, grant) in [
        (&["-c", "a.c"][..], "search-c"),
        (&["-c", "a.C"], "search-c++"),
        (&["-c", "-x", "c++", "a.c"], "search-c++"),
        (&["-c", "a.c", "-x", "c++"], "search-c"),
        (&["-c", "-xc", "-x", "none", "a.cc"], "search-c++"),
        (&["-c", "a.S"], "search-assembler-with-cpp"),
        (&["-c", "a.mm"], "search-objective-c++"),
        (&["p.h"], "search-c"),
    ] {
        let invocation = gcc(arguments);
        let asked = golden::decision(&invocation, &Gcc::plan(&invocation));
        assert!(asked.starts_with(&format!("need probe {grant} with")), "{arguments:?}: {asked}");
    }
}
