//! What the WIT package says, in Rust. Generated; each type's contract is written down in `wit/plugin.wit`.
#![allow(missing_docs, unreachable_pub, clippy::all)]

wit_bindgen::generate!({
    path: "../../wit",
    world: "plugin",
    pub_export_macro: true,
    export_macro_name: "export_component",
    default_bindings_module: "zccache_plugin_sdk::bindings",
    additional_derives: [PartialEq, Eq, Hash],
});
