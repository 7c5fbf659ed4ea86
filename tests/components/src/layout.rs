//! Where things lie in the memory of a component that is being built: what hand-written code needs to know.

use wit_parser::{Resolve, SizeAlign, Type, TypeDefKind};

/// Where one function's canned answer lies, and where the fields of records are.
pub struct Layout<'a> {
    pub(crate) resolve: &'a Resolve,
    pub(crate) sizes: &'a SizeAlign,
    pub(crate) fields: &'a [(String, usize)],
    pub(crate) answer: usize,
}

impl Layout<'_> {
    /// The address of the answer: what the function gives back.
    pub fn answer(&self) -> usize {
        self.answer
    }

    /// The address of a record's field in the answer. A list or a string is an address and a length, 4 bytes each.
    ///
    /// # Panics
    /// If the answer has no field of the name, or several.
    pub fn field_address(&self, field: &str) -> usize {
        let found: Vec<usize> =
            self.fields.iter().filter(|(name, _)| name == field).map(|(_, address)| *address).collect();
        match found[..] {
            [address] => address,
            _ => panic!("the answer has {} fields '{field}'", found.len()),
        }
    }

    /// How far from a record's beginning a field is, in bytes.
    ///
    /// # Panics
    /// If the contract has no such record or field.
    pub fn field_offset(&self, record: &str, field: &str) -> usize {
        let fields = self.resolve.types.iter().find_map(|(_, definition)| match &definition.kind {
            TypeDefKind::Record(fields) if definition.name.as_deref() == Some(record) => Some(&fields.fields),
            _ => None,
        });
        let fields = fields.unwrap_or_else(|| panic!("the contract has no record '{record}'"));
        let place = fields.iter().position(|known| known.name == field);
        let place = place.unwrap_or_else(|| panic!("'{record}' has no field '{field}'"));
        self.sizes.field_offsets(fields.iter().map(|field| &field.ty))[place].0.size_wasm32()
    }

    /// Code that says whether a list of the record that the function is given has fewer items than this.
    pub fn fewer(&self, record: &str, list: &str, items: usize) -> String {
        let list = self.field_offset(record, list);
        format!("(i32.lt_u (i32.load offset={} (local.get 0)) (i32.const {items}))", list + 4)
    }

    /// How many bytes a value of a named type takes in a list.
    ///
    /// # Panics
    /// If the contract has no such type.
    pub fn size(&self, name: &str) -> usize {
        let named = self.resolve.types.iter().find(|(_, definition)| definition.name.as_deref() == Some(name));
        let (id, _) = named.unwrap_or_else(|| panic!("the contract has no type '{name}'"));
        self.sizes.size(&Type::Id(id)).size_wasm32()
    }
}
