//! Lays out values in memory as the component model's canonical ABI wants them: numbers and tags at aligned offsets,
//! strings and lists as an address and a length. Only what the contract uses is known here.

use std::borrow::Cow;

use wasm_wave::value::{Value, resolve_wit_type};
use wasm_wave::wasm::WasmValue;
use wit_parser::{Int, Resolve, SizeAlign, Type, TypeDefKind, TypeId};

use crate::layout::Layout;

/// The data of a component's memory.
pub(crate) struct Memory<'a> {
    resolve: &'a Resolve,
    sizes: SizeAlign,
    bytes: Vec<u8>,
    /// Fields of records in the answer laid out last, by name, with their addresses.
    fields: Vec<(String, usize)>,
}

impl<'a> Memory<'a> {
    /// The address of the first byte: low addresses stay free, so that none is taken for zero.
    pub(crate) const START: usize = 1024;

    pub(crate) fn new(resolve: &'a Resolve) -> Memory<'a> {
        let mut sizes = SizeAlign::default();
        sizes.fill(resolve);
        Memory { resolve, sizes, bytes: Vec::new(), fields: Vec::new() }
    }

    /// Lays out a value, given as WAVE text, of a function's answer.
    pub(crate) fn lay_out(&mut self, answer: Type, text: &str) -> Layout<'_> {
        let Type::Id(id) = answer else { panic!("answers have types of their own") };
        let kind = resolve_wit_type(self.resolve, id).unwrap_or_else(|error| panic!("{error}"));
        let value: Value = wasm_wave::from_str(&kind, text).unwrap_or_else(|error| panic!("{error} in {text}"));
        self.fields.clear();
        let address = self.allocate(self.size(&answer), self.sizes.align(&answer).align_wasm32());
        self.store(&answer, &value, address);
        Layout { resolve: self.resolve, sizes: &self.sizes, fields: &self.fields, answer: address }
    }

    /// The first address behind all data, aligned for everything.
    pub(crate) fn end(&self) -> usize {
        (Memory::START + self.bytes.len()).next_multiple_of(16)
    }

    /// The data as WebAssembly text.
    pub(crate) fn text(&self) -> String {
        self.bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
    }

    fn size(&self, kind: &Type) -> usize {
        self.sizes.size(kind).size_wasm32()
    }

    fn allocate(&mut self, size: usize, align: usize) -> usize {
        let address = (Memory::START + self.bytes.len()).next_multiple_of(align);
        self.bytes.resize(address - Memory::START + size, 0);
        address
    }

    fn put(&mut self, address: usize, bytes: &[u8]) {
        let at = address - Memory::START;
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn put_number(&mut self, address: usize, number: usize) {
        let number = u32::try_from(number).expect("addresses and lengths have 32 bits");
        self.put(address, &number.to_le_bytes());
    }

    fn store(&mut self, kind: &Type, value: &Value, address: usize) {
        match kind {
            Type::Bool => self.put(address, &[u8::from(value.unwrap_bool())]),
            Type::U8 => self.put(address, &[value.unwrap_u8()]),
            Type::U32 => self.put(address, &value.unwrap_u32().to_le_bytes()),
            Type::U64 => self.put(address, &value.unwrap_u64().to_le_bytes()),
            Type::String => {
                let text = value.unwrap_string();
                let at = self.allocate(text.len(), 1);
                self.put(at, text.as_bytes());
                self.put_number(address, at);
                self.put_number(address + 4, text.len());
            }
            Type::Id(id) => self.store_defined(*id, value, address),
            other => panic!("the contract uses no {other:?}"),
        }
    }

    fn store_defined(&mut self, id: TypeId, value: &Value, address: usize) {
        let resolve = self.resolve;
        match &resolve.types[id].kind {
            TypeDefKind::Type(kind) => self.store(kind, value, address),
            TypeDefKind::List(element) => {
                let values: Vec<Cow<'_, Value>> = value.unwrap_list().collect();
                let size = self.size(element);
                let at = self.allocate(size * values.len(), self.sizes.align(element).align_wasm32());
                for (index, value) in values.iter().enumerate() {
                    self.store(element, value, at + index * size);
                }
                self.put_number(address, at);
                self.put_number(address + 4, values.len());
            }
            TypeDefKind::Record(record) => {
                let kinds: Vec<Type> = record.fields.iter().map(|field| field.ty).collect();
                let values: Vec<Cow<'_, Value>> = value.unwrap_record().map(|(_, value)| value).collect();
                let addresses = self.store_fields(&kinds, &values, address);
                self.fields.extend(record.fields.iter().map(|field| field.name.clone()).zip(addresses));
            }
            TypeDefKind::Tuple(tuple) => {
                let values: Vec<Cow<'_, Value>> = value.unwrap_tuple().collect();
                self.store_fields(&tuple.types, &values, address);
            }
            TypeDefKind::Enum(cases) => {
                let name = value.unwrap_enum();
                let case = cases.cases.iter().position(|case| case.name == *name).expect("the value was checked");
                self.store_tag(cases.tag(), case, address);
            }
            TypeDefKind::Variant(cases) => {
                let (name, payload) = value.unwrap_variant();
                let case = cases.cases.iter().position(|case| case.name == *name).expect("the value was checked");
                let kinds: Vec<Option<Type>> = cases.cases.iter().map(|case| case.ty).collect();
                self.store_case(cases.tag(), &kinds, case, payload.as_deref(), address);
            }
            TypeDefKind::Option(kind) => {
                let payload = value.unwrap_option();
                let case = usize::from(payload.is_some());
                self.store_case(Int::U8, &[None, Some(*kind)], case, payload.as_deref(), address);
            }
            TypeDefKind::Result(kinds) => {
                let (case, payload) = match value.unwrap_result() {
                    Ok(payload) => (0, payload),
                    Err(payload) => (1, payload),
                };
                self.store_case(Int::U8, &[kinds.ok, kinds.err], case, payload.as_deref(), address);
            }
            other => panic!("the contract uses no {}", other.as_str()),
        }
    }

    fn store_fields(&mut self, kinds: &[Type], values: &[Cow<'_, Value>], address: usize) -> Vec<usize> {
        let offsets = self.sizes.field_offsets(kinds);
        let addresses: Vec<usize> = offsets.iter().map(|(offset, _)| address + offset.size_wasm32()).collect();
        for ((kind, value), address) in kinds.iter().zip(values).zip(&addresses) {
            self.store(kind, value, *address);
        }
        addresses
    }

    fn store_case(&mut self, tag: Int, kinds: &[Option<Type>], case: usize, payload: Option<&Value>, address: usize) {
        self.store_tag(tag, case, address);
        if let (Some(kind), Some(payload)) = (kinds[case], payload) {
            let offset = self.sizes.payload_offset(tag, kinds.iter().map(Option::as_ref)).size_wasm32();
            self.store(&kind, payload, address + offset);
        }
    }

    fn store_tag(&mut self, tag: Int, case: usize, address: usize) {
        let case = u32::try_from(case).expect("types have few cases").to_le_bytes();
        match tag {
            Int::U8 => self.put(address, &case[..1]),
            Int::U16 => self.put(address, &case[..2]),
            Int::U32 | Int::U64 => self.put(address, &case),
        }
    }
}
