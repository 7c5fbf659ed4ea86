//! The context key: everything about a unit that is known before its inputs are.

use zccache_model::digest::{ContextKey, ToolIdentity};
use zccache_model::invocation::{ExitStatus, Invocation};
use zccache_model::key::KeyBuilder;
use zccache_model::plan::{Addition, Answer, FileKind, Role, Unit};
use zccache_model::plugin::{Description, GrantKind};

/// The key of a unit. Everything is in it unless the plugin takes it out for a reason of the closed list.
pub fn key(
    plugin: &Description,
    invocation: &Invocation,
    tool: &ToolIdentity,
    answers: &[Answer],
    unit: &Unit,
) -> ContextKey {
    let mut key = KeyBuilder::new("context v2");
    key.text("plugin", &plugin.id).number("key version", u64::from(plugin.key_version));
    key.digest("tool", &tool.0)
        .text("name", &invocation.tool.name)
        .text("path", &invocation.tool.path)
        .text("real", &invocation.tool.real);
    write_arguments(&mut key, invocation, unit);
    if unit.directory_in_key {
        key.text("directory", &invocation.directory);
    }
    for (name, value) in &invocation.environment {
        if !unit.irrelevant_environment.contains(name) {
            key.text("variable", name).text("value", value);
        }
    }
    for answer in answers {
        write_answer(&mut key, answer);
    }
    for (name, value) in &unit.key {
        key.text("property", name).text("value", value);
    }
    // Where messages look otherwise, only results with messages are others.
    let is_of_messages = |addition: &&Addition| {
        plugin.grant(&addition.grant).is_some_and(|grant| grant.kind == GrantKind::MessageAddition)
    };
    for addition in unit.additions.iter().filter(|addition| !is_of_messages(addition)) {
        key.text("addition", &addition.grant).number("before", u64::from(addition.before));
    }
    ContextKey(key.finish())
}

/// Arguments by role, and the outputs: a path that no argument in the key tells is told by itself, so that nothing stored
/// for one place is ever put in another that the plugin thinks up later.
fn write_arguments(key: &mut KeyBuilder, invocation: &Invocation, unit: &Unit) {
    for (argument, role) in invocation.arguments.iter().zip(&unit.roles) {
        match role {
            Role::Key => key.text("argument", argument),
            Role::OutputPath => key.part("output path", b""),
            // The same call without it leads to the same results.
            Role::Sometimes => &mut *key,
        };
    }
    for output in &unit.outputs {
        key.text("output", &output.role);
        let named_outright = output.named_by.is_some_and(|index| {
            let index = index as usize;
            unit.roles.get(index) == Some(&Role::OutputPath) && invocation.arguments[index].ends_with(&output.path)
        });
        if !named_outright {
            key.text("at", &output.path);
        }
    }
}

fn write_answer(key: &mut KeyBuilder, answer: &Answer) {
    match answer {
        Answer::Content(content) => {
            key.optional("content", content.as_deref());
        }
        Answer::Is(kind) => {
            let kind: &[u8] = match kind {
                FileKind::Absent => b"absent",
                FileKind::File => b"file",
                FileKind::Folder => b"folder",
                FileKind::Other => b"other",
            };
            key.part("is", kind);
        }
        Answer::Ran(ran) => {
            let (how, number) = match ran.status {
                ExitStatus::Exited(code) => ("exited", code),
                ExitStatus::Signalled(signal) => ("signalled", signal),
            };
            key.text("ran", how).part("status", &number.to_le_bytes());
            key.part("stdout", &ran.stdout).part("stderr", &ran.stderr);
        }
    }
}
