use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;
use crate::clock::tests::next_tick;
use crate::place::tests::place;
use crate::unix;

/// A dynamic program that every system has.
const DYNAMIC: &str = "/bin/sh";

/// Long after everything, so that what the test has just written counts as quiet.
fn files() -> Files {
    Files::with_clock(|| unix::now() + 3_600_000_000_000)
}

fn put(path: &Path, content: impl AsRef<[u8]>, mode: u32) {
    // Always a new file: one that is written again might keep its stamp where stamps are coarse.
    let fresh = path.with_extension("fresh");
    fs::write(&fresh, content).unwrap();
    fs::set_permissions(&fresh, PermissionsExt::from_mode(mode)).unwrap();
    fs::rename(fresh, path).unwrap();
}

fn needed_by(path: &Path) -> Vec<String> {
    match Image::read(&mut fs::File::open(path).unwrap()).unwrap() {
        Image::Object(object) => object.needed,
        other => panic!("{other:?}"),
    }
}

/// Some shared object of the system, by a name that `DYNAMIC` loads.
fn object_of(name: &str) -> PathBuf {
    let cache = LoaderCache::of(&fs::read("/etc/ld.so.cache").unwrap_or_default());
    let folders = ["/lib", "/usr/lib", "/lib64"].map(|folder| Path::new(folder).join(name));
    cache.paths(name).iter().cloned().chain(folders).find(|path| path.exists()).expect("the object is somewhere")
}

#[test]
fn a_program_is_told_by_its_content_behind_all_links() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    fs::copy(DYNAMIC, root.join("tool")).unwrap();
    symlink("tool", root.join("other")).unwrap();
    let files = files();
    let place = place(&root);
    let tool = files.program(&place, Path::new("other")).unwrap();
    assert_eq!((tool.real.as_path(), tool.kind), (root.join("tool").as_path(), ProgramKind::Binary));
    assert_eq!(files.program(&place, Path::new(DYNAMIC)).unwrap().digest, tool.digest);
    let changed = [fs::read(DYNAMIC).unwrap(), vec![0]].concat();
    put(&root.join("tool"), changed, 0o755);
    assert_ne!(files.program(&place, Path::new("other")).unwrap().digest, tool.digest);
    assert!(files.program(&place, Path::new("gone")).is_err());
}

#[test]
fn a_link_that_leads_elsewhere_changes_the_real_path_though_the_file_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    put(&root.join("one"), "text", 0o755);
    fs::hard_link(root.join("one"), root.join("two")).unwrap();
    symlink("one", root.join("tool")).unwrap();
    let files = files();
    let real = || files.program(&place(&root), Path::new("tool")).unwrap().real;
    assert_eq!(real(), root.join("one"));
    symlink("two", root.join("new")).unwrap();
    fs::rename(root.join("new"), root.join("tool")).unwrap();
    assert_eq!(real(), root.join("two"));
}

#[test]
fn an_object_that_comes_first_in_the_callers_library_path_is_another_program() {
    let folder = tempfile::tempdir().unwrap();
    let name = needed_by(Path::new(DYNAMIC)).pop().expect("it loads something");
    let files = files();
    let bare = place(folder.path());
    let place = Place { library_path: Some(OsStr::new("gone:libraries")), ..bare };
    let digest = |place: &Place<'_>| files.program(place, Path::new(DYNAMIC)).unwrap().digest;
    let before = digest(&bare);
    assert_eq!(digest(&place), before, "a folder that is not there");
    fs::create_dir(folder.path().join("libraries")).unwrap();
    assert_eq!(digest(&place), before, "an empty folder");
    fs::write(folder.path().join("libraries").join(&name), "no object").unwrap();
    assert_eq!(digest(&place), before, "the loader passes over what does not fit");
    let changed = [fs::read(object_of(&name)).unwrap(), vec![0]].concat();
    put(&folder.path().join("libraries").join(&name), changed, 0o644);
    let shadowed = digest(&place);
    assert_ne!(shadowed, before);
    assert_eq!(digest(&bare), before);
    let variants = folder.path().join("libraries/glibc-hwcaps/some-processor");
    fs::create_dir_all(&variants).unwrap();
    fs::copy(object_of(&name), variants.join(&name)).unwrap();
    assert_ne!(digest(&place), shadowed, "a variant for some processor");
}

#[test]
fn what_the_caller_wants_preloaded_is_part_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let files = files();
    let bare = place(folder.path());
    let preload = folder.path().join("extra").display().to_string();
    let place = Place { preload: Some(OsStr::new(&preload)), ..bare };
    let digest = |place: &Place<'_>| files.program(place, Path::new(DYNAMIC)).unwrap().digest;
    let missing = digest(&place);
    assert_ne!(missing, digest(&bare));
    fs::copy(object_of(&needed_by(Path::new(DYNAMIC))[0]), folder.path().join("extra")).unwrap();
    assert_ne!(digest(&place), missing);
}

#[test]
fn a_script_is_told_by_its_interpreter_too() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    put(&at("inner"), "text", 0o755);
    put(&at("outer"), format!("#!{}\n", at("inner").display()), 0o755);
    put(&at("tool"), format!("#! {} -x\n", at("outer").display()), 0o755);
    let files = files();
    let program = || files.program(&place(folder.path()), Path::new("tool")).unwrap();
    let before = program();
    assert_eq!(before.kind, ProgramKind::Script);
    put(&at("inner"), "other text", 0o755);
    assert_ne!(program().digest, before.digest);
}

#[test]
fn a_script_that_asks_for_its_interpreter_by_name_depends_on_every_folder_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for sub in ["a", "b", "c"] {
        fs::create_dir(at(sub)).unwrap();
    }
    put(&at("env"), "text", 0o755);
    put(&at("tool"), format!("#!{} name\n", at("env").display()), 0o755);
    put(&at("c/name"), "one", 0o755);
    let cache = at("a/name");
    let passed_over = |path: &Path| path == cache;
    let place = Place { path: Some(OsStr::new("a:b:c")), passed_over: &passed_over, ..place(folder.path()) };
    let files = files();
    let digest = || files.program(&place, Path::new("tool")).unwrap().digest;
    let before = digest();
    put(&at("a/name"), "the cache itself", 0o755);
    assert_eq!(digest(), before);
    put(&at("b/name"), "two", 0o644);
    assert_eq!(digest(), before, "it may not be executed");
    next_tick();
    fs::set_permissions(at("b/name"), PermissionsExt::from_mode(0o755)).unwrap();
    assert_ne!(digest(), before);
}

#[test]
fn a_program_that_may_be_executed_differs_from_one_that_may_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tool");
    put(&path, "text", 0o644);
    let files = files();
    let digest = || files.program(&place(folder.path()), Path::new("tool")).unwrap().digest;
    let before = digest();
    next_tick();
    fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    assert_ne!(digest(), before);
}

#[test]
fn a_circle_of_interpreters_and_a_broken_program_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let tool = folder.path().join("tool");
    put(&tool, format!("#!{}\n", tool.display()), 0o755);
    assert!(files().program(&place(folder.path()), Path::new("tool")).is_err());
    put(&tool, b"\x7fELF\x02\x01\x01", 0o755);
    assert!(files().program(&place(folder.path()), Path::new("tool")).is_err());
}

#[test]
fn a_program_is_remembered_only_if_all_of_it_was_quiet() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("tool"), "text", 0o755);
    let ctime = unix::stat(&folder.path().join("tool")).unwrap().ctime;
    let place = place(folder.path());
    for (age, remembered) in [(4_000_000, false), (3_000_000_000, true)] {
        let files = Files::with_clock(move || ctime + age);
        files.program(&place, Path::new("tool")).unwrap();
        let key = caller_key(&place, &folder.path().join("tool"));
        assert_eq!(files.programs.get(&key).is_some(), remembered, "{age} ns after the write");
    }
}
