//! The option-table engine: a table turns an argument list into typed items that know which arguments they came from. What
//! an option means is the plugin's; how it takes its value is decided here.

use crate::table::{Table, Value};

/// One argument as the tool sees it, after response files were taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The text.
    pub text: String,
    /// Index of the caller's own argument that it is, or that holds it.
    pub index: u32,
    /// It stood in a response file, so that the caller's argument is not this text.
    pub nested: bool,
}

/// An argument, or an option with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<'a, E> {
    /// A row's option.
    Option(Matched<'a, E>),
    /// No option: it does not begin with a dash, or is a dash alone.
    Operand(&'a Argument),
    /// An option that no row has.
    Unknown(&'a Argument),
    /// An option whose value is missing at the end of the list.
    Incomplete(&'a Argument),
}

/// An option of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched<'a, E> {
    /// The row's name.
    pub name: &'static str,
    /// The row's effect.
    pub effect: E,
    /// The argument that holds the name.
    pub argument: &'a Argument,
    /// The value, empty for a flag.
    pub value: &'a str,
    /// The argument that holds the value: the same, or the next.
    pub value_argument: &'a Argument,
}

impl<E> Matched<'_, E> {
    /// The value stands in an argument of its own.
    pub fn is_separate(&self) -> bool {
        !std::ptr::eq(self.argument, self.value_argument)
    }
}

/// Takes an argument list apart.
pub fn parse<'a, E: Copy>(table: &Table<E>, arguments: &'a [Argument]) -> Vec<Item<'a, E>> {
    let mut items = Vec::with_capacity(arguments.len());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument.text.len() < 2 || !argument.text.starts_with('-') {
            items.push(Item::Operand(argument));
            continue;
        }
        let Some((row, joined)) = table.find(&argument.text) else {
            items.push(Item::Unknown(argument));
            continue;
        };
        let (value, value_argument) = match joined {
            Value::Here(value) => (value, argument),
            Value::Next => match rest.next() {
                Some(next) => (next.text.as_str(), next),
                None => {
                    items.push(Item::Incomplete(argument));
                    continue;
                }
            },
        };
        items.push(Item::Option(Matched { name: row.name, effect: row.effect, argument, value, value_argument }));
    }
    items
}

/// The caller's own arguments, none of them nested.
pub fn plain(arguments: &[String]) -> Vec<Argument> {
    arguments
        .iter()
        .enumerate()
        .map(|(index, text)| Argument { text: text.clone(), index: index as u32, nested: false })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{self, Group, Row, Shape};

    const GROUPS: &[Group<char>] = &[
        (Shape::Flag, 'c', "-c"),
        (Shape::JoinedOrSeparate, 'o', "-o"),
        (Shape::Joined, 'f', "-f"),
        (Shape::Equals, 'l', "-flto"),
        (Shape::Separate, 'x', "-x"),
        (Shape::EqualsOrSeparate, 'O', "--out"),
    ];
    static ROWS: [Row<char>; table::count(GROUPS)] = table::sorted(GROUPS);
    static TABLE: Table<char> = Table::of(&ROWS);

    fn parsed(arguments: &[&str]) -> Vec<String> {
        let arguments = plain(&arguments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        parse(&TABLE, &arguments)
            .iter()
            .map(|item| match item {
                Item::Option(option) => {
                    format!("{} {:?} {} {}", option.effect, option.value, option.argument.index, option.is_separate())
                }
                Item::Operand(operand) => format!("operand {}", operand.text),
                Item::Unknown(unknown) => format!("unknown {}", unknown.text),
                Item::Incomplete(incomplete) => format!("incomplete {}", incomplete.text),
            })
            .collect()
    }

    #[test]
    fn options_take_their_values_by_shape_and_the_longest_name_wins() {
        assert_eq!(
            parsed(&["-c", "-ofile", "-o", "-c", "-flto=2", "-flto", "-x", "c", "--out=a", "--out", "b", "a.c", "-"]),
            [
                "c \"\" 0 false",
                "o \"file\" 1 false",
                "o \"-c\" 2 true",
                "l \"2\" 4 false",
                "f \"lto\" 5 false",
                "x \"c\" 6 true",
                "O \"a\" 8 false",
                "O \"b\" 9 true",
                "operand a.c",
                "operand -",
            ]
        );
        assert_eq!(parsed(&["-cc", "--out"]), ["unknown -cc", "incomplete --out"]);
    }
}
