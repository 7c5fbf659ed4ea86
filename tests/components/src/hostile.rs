//! Components that misbehave, each in one way, and in `plan` unless it cannot be loaded at all. Each claims the program
//! name `victim` and has the id that its function's name says.

use crate::canned::Canned;
use crate::layout::Layout;

/// Id `trapping`: `plan` executes `unreachable`.
pub fn trapping() -> Vec<u8> {
    Canned::new("trapping").plan_code(|_| "unreachable".into()).build()
}

/// Id `looping`: `plan` never returns.
pub fn looping() -> Vec<u8> {
    Canned::new("looping").plan_code(|_| "(loop $again (br $again)) unreachable".into()).build()
}

/// Id `hungry`: `plan` asks for memory, 1 MiB at a time, until it is given no more, and then starts again.
pub fn hungry() -> Vec<u8> {
    Canned::new("hungry")
        .plan_code(|_| "(loop $again (drop (memory.grow (i32.const 16))) (br $again)) unreachable".into())
        .build()
}

/// Id `outside-output`: plans an output at `/etc/zccache-outside`, which no argument names.
pub fn outside_output() -> Vec<u8> {
    let outputs = r#"outputs: [{role: "object", path: "/etc/zccache-outside", required: true, replaced: false}]"#;
    one_unit("outside-output", outputs, "additions: []")
}

/// Id `ungranted-addition`: plans to add `not-granted` to the command, which its description does not hold.
pub fn ungranted_addition() -> Vec<u8> {
    one_unit("ungranted-addition", "outputs: []", r#"additions: [("not-granted", 0)]"#)
}

/// Id `ungranted-probe`: asks for the probe `not-granted`, which its description does not hold.
pub fn ungranted_probe() -> Vec<u8> {
    Canned::new("ungranted-probe").plan(r#"need([probe({grant: "not-granted", user: []})])"#).build()
}

/// Id `with-wasi-import`: asks for the environment.
pub fn with_wasi_import() -> Vec<u8> {
    Canned::new("with-wasi-import")
        .wit(|wit| {
            let world = wit.replace("world plugin {", "world plugin {\n  import wasi:cli/environment@0.2.6;");
            let wasi = "interface environment { get-environment: func() -> list<tuple<string, string>>; }";
            format!("{world}\npackage wasi:cli@0.2.6 {{ {wasi} }}\n")
        })
        .import(r#"(import "wasi:cli/environment@0.2.6" "get-environment" (func (param i32)))"#)
        .build()
}

/// A WebAssembly module that nobody made a component of.
pub fn core_module() -> Vec<u8> {
    wat::parse_str(r#"(module (func (export "describe") (result i32) (i32.const 0)))"#).expect("the text is valid")
}

/// Id `wrong-interface`: exports version 0.9.0 of the interface.
pub fn wrong_interface() -> Vec<u8> {
    Canned::new("wrong-interface")
        .wit(|wit| wit.replace("package zccache:plugin@0.1.0;", "package zccache:plugin@0.9.0;"))
        .build()
}

/// Most arguments of a call that the planning components have roles for.
const ROLES: usize = 1024;

/// A component that plans one unit in which every argument is in the key, however many there are.
fn one_unit(id: &str, outputs: &str, additions: &str) -> Vec<u8> {
    let roles = vec!["key"; ROLES].join(", ");
    let plan = format!(
        "run({{chains: [], unit: {{roles: [{roles}], key: [], sometimes: [], directory-in-key: true, irrelevant-environment: [], \
         inputs: [], lookups: [], {outputs}, {additions}, dependencies: [], failures: forget, ahead: none, earlier: [], state: [], more: []}}, assumptions: [], \
         more: []}})"
    );
    Canned::new(id).plan(&plan).plan_code(as_many_roles_as_arguments).build()
}

/// Code for `plan` that gives the canned answer with its list of roles cut to the number of the call's arguments.
fn as_many_roles_as_arguments(layout: &Layout<'_>) -> String {
    let roles = layout.field_address("roles");
    let arguments = layout.field_offset("invocation", "arguments");
    format!(
        "(i32.store offset=4 (i32.const {roles}) (i32.load offset=4 (i32.add (local.get 0) (i32.const {arguments})))) \
         (i32.const {})",
        layout.answer()
    )
}
