//! What a call writes, and where.

use zccache_plugin_sdk::contract::Output;
use zccache_plugin_sdk::path;
use zccache_plugin_sdk::stop::{Stop, bypass};

use crate::command::{Command, CrateType, Emit, Kind};

/// The role of the list of sources.
pub(crate) const DEP_INFO: &str = "dep-info";

/// All files.
pub(crate) fn outputs(command: &Command) -> Result<Vec<Output>, Stop> {
    let by_default = [Emit { kind: Kind::Link, path: None }];
    let emits = if command.emits.is_empty() { &by_default } else { command.emits.as_slice() };
    let unnamed = emits.iter().filter(|emit| emit.path.is_none()).count();
    if command.output.is_some() && unnamed > 1 {
        // The compiler warns, and makes up names.
        return bypass("output", "-o and several outputs");
    }
    let mut outputs = Vec::new();
    for Emit { kind, path } in emits {
        let types = if *kind == Kind::Link { command.types.as_slice() } else { &command.types[..1] };
        let said = path.clone().or_else(|| command.output.as_ref().map(|named| (named.path.clone(), named.index)));
        if said.is_some() && types.len() > 1 {
            return bypass("output", "one file for several kinds of crate");
        }
        for crate_type in types {
            let (path, named_by) = match (&said, &command.folder) {
                (Some((path, index)), _) => (path.clone(), Some(*index)),
                (None, Some(folder)) => {
                    (path::join(&folder.path, &name(command, *kind, *crate_type)), Some(folder.index))
                }
                (None, None) => (name(command, *kind, *crate_type), None),
            };
            outputs.push(Output { role: role(*kind, *crate_type), path, required: true, named_by, replaced: false });
        }
    }
    Ok(outputs)
}

fn role(kind: Kind, crate_type: CrateType) -> String {
    match kind {
        Kind::Link => format!("{crate_type:?}").to_lowercase(),
        Kind::Metadata => "metadata".to_owned(),
        Kind::DepInfo => DEP_INFO.to_owned(),
        Kind::Code(suffix) => suffix.to_owned(),
    }
}

/// The name that the compiler gives it.
fn name(command: &Command, kind: Kind, crate_type: CrateType) -> String {
    let stem = format!("{}{}", command.stem(), command.extra);
    let library = format!("lib{}{}", command.crate_name(), command.extra);
    match kind {
        Kind::Link => match crate_type {
            CrateType::Lib => format!("{library}.rlib"),
            CrateType::StaticLib => format!("{library}.a"),
            CrateType::Dylib | CrateType::Cdylib | CrateType::ProcMacro => format!("{library}.so"),
            CrateType::Bin => stem,
        },
        Kind::Metadata => format!("{library}.rmeta"),
        Kind::DepInfo => format!("{stem}.d"),
        Kind::Code(suffix) => format!("{stem}.{suffix}"),
    }
}
