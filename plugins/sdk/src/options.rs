//! The option-table engine: rows of name, shape and effect turn an argument list into typed items that know which
//! arguments they came from. What an option means is the plugin's; how it takes its value is decided here.

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

/// How an option takes its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// None: the argument is the name.
    Flag,
    /// The rest of the argument, which may be empty.
    Joined,
    /// The next argument.
    Separate,
    /// The rest of the argument, or the next one where nothing is left.
    JoinedOrSeparate,
    /// What follows `=` in the argument.
    Equals,
    /// What follows `=`, or the next argument where the argument is just the name.
    EqualsOrSeparate,
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row<E> {
    /// With its dashes, without `=`.
    pub name: &'static str,
    /// How it takes its value.
    pub shape: Shape,
    /// What it means.
    pub effect: E,
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

/// Takes an argument list apart. Among the rows that fit, the one with the longest name wins.
pub fn parse<'a, E: Copy>(table: &[Row<E>], arguments: &'a [Argument]) -> Vec<Item<'a, E>> {
    let mut items = Vec::with_capacity(arguments.len());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument.text.len() < 2 || !argument.text.starts_with('-') {
            items.push(Item::Operand(argument));
            continue;
        }
        let Some((row, joined)) = find(table, &argument.text) else {
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

enum Value<'a> {
    Here(&'a str),
    Next,
}

fn find<'t, 'a, E>(table: &'t [Row<E>], text: &'a str) -> Option<(&'t Row<E>, Value<'a>)> {
    table.iter().filter_map(|row| fit(row, text).map(|value| (row, value))).max_by_key(|(row, _)| row.name.len())
}

fn fit<'a, E>(row: &Row<E>, text: &'a str) -> Option<Value<'a>> {
    let rest = text.strip_prefix(row.name)?;
    match row.shape {
        Shape::Flag => rest.is_empty().then_some(Value::Here("")),
        Shape::Joined => Some(Value::Here(rest)),
        Shape::Separate => rest.is_empty().then_some(Value::Next),
        Shape::JoinedOrSeparate => Some(if rest.is_empty() { Value::Next } else { Value::Here(rest) }),
        Shape::Equals => rest.strip_prefix('=').map(Value::Here),
        Shape::EqualsOrSeparate if rest.is_empty() => Some(Value::Next),
        Shape::EqualsOrSeparate => rest.strip_prefix('=').map(Value::Here),
    }
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

    const TABLE: &[Row<char>] = &[
        Row { name: "-c", shape: Shape::Flag, effect: 'c' },
        Row { name: "-o", shape: Shape::JoinedOrSeparate, effect: 'o' },
        Row { name: "-f", shape: Shape::Joined, effect: 'f' },
        Row { name: "-flto", shape: Shape::Equals, effect: 'l' },
        Row { name: "-x", shape: Shape::Separate, effect: 'x' },
        Row { name: "--out", shape: Shape::EqualsOrSeparate, effect: 'O' },
    ];

    fn parsed(arguments: &[&str]) -> Vec<String> {
        let arguments = plain(&arguments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        parse(TABLE, &arguments)
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
