//! The WIT contract as wasmtime's macro writes it in Rust. Nothing else stands here, and only `convert` and `plugin` use it.
#![allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    elided_lifetimes_in_paths,
    clippy::all,
    reason = "written by the macro"
)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "plugin",
    // What the host hands over is borrowed: streams and files of a run can be long.
    ownership: Borrowing { duplicate_if_necessary: true },
});

/// The types of the contract.
pub(crate) use exports::zccache::plugin::tool_plugin as wire;
