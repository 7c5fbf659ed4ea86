//! The types that decisions and readings share, from the contract to the model; and the one that goes the other way.

use zccache_model::plan::{Absence, Chain, FileKind, Input, Lookup, Observe, Refusal};

use crate::bindings::wire;
use crate::text;

pub(super) fn refusal(given: wire::Refusal) -> Refusal {
    // The reason becomes a name in the statistics, the detail a line of the log.
    Refusal { reason: text::code(&given.reason), detail: text::line(&given.detail) }
}

pub(super) fn input(given: wire::Input) -> Input {
    let absence = match given.absence {
        wire::Absence::MustExist => Absence::MustExist,
        wire::Absence::MayBeAbsent => Absence::MayBeAbsent,
    };
    Input { path: given.path, observe: observe(given.observe), absence }
}

pub(super) fn lookup(given: wire::Lookup) -> Lookup {
    let chain = match given.chain {
        wire::Chain::Listed(list) => Chain::Listed(list),
        wire::Chain::Beside((folder, list)) => Chain::Beside(folder, list),
        wire::Chain::Programs => Chain::Programs,
    };
    Lookup { name: given.name, chain, observe: observe(given.observe), all: given.all }
}

fn observe(given: wire::Observe) -> Observe {
    match given {
        wire::Observe::Content => Observe::Content,
        wire::Observe::ContentAndTime => Observe::ContentAndTime,
        wire::Observe::Kind => Observe::Kind,
        wire::Observe::Identity => Observe::Identity,
        wire::Observe::Listing => Observe::Listing,
        wire::Observe::Tree => Observe::Tree,
        wire::Observe::Program => Observe::Program,
        wire::Observe::ProgramInPath => Observe::ProgramInPath,
        wire::Observe::Made => Observe::Made,
    }
}

pub(super) fn file_kind(kind: FileKind) -> wire::FileKind {
    match kind {
        FileKind::Absent => wire::FileKind::Absent,
        FileKind::File => wire::FileKind::File,
        FileKind::Folder => wire::FileKind::Folder,
        FileKind::Other => wire::FileKind::Other,
    }
}
