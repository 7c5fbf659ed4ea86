//! `#[derive(Columns)]`: the names of a struct's fields, in order, as `COLUMNS`.

use proc_macro::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, parse_macro_input};

/// Adds the constant.
#[proc_macro_derive(Columns)]
pub fn columns(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let Data::Struct(data) = &input.data else {
        return Error::new_spanned(&input, "only a struct has columns").to_compile_error().into();
    };
    let columns = data.fields.iter().filter_map(|field| field.ident.as_ref()).map(ToString::to_string);
    let name = &input.ident;
    quote! {
        impl #name {
            /// The names of all fields, in order.
            pub const COLUMNS: &'static [&'static str] = &[#(#columns),*];
        }
    }
    .into()
}
