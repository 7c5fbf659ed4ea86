//! Tables of options. A call has dozens of arguments, a compiler hundreds of options, and a plan begins in a fresh instance, so a
//! table is put in order when the plugin is compiled: holding each argument against each row took most of a plan's time.

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

/// Options that take their values the same way and mean the same: their names, with blanks between. A name has its dashes
/// and no `=`.
pub type Group<E> = (Shape, E, &'static str);

/// One option.
#[derive(Clone, Copy, Debug)]
pub struct Row<E> {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) effect: E,
}

/// Options by their names. A plugin has its table as two statics:
///
/// ```
/// use zccache_plugin_sdk::table::{self, Group, Row, Shape, Table};
///
/// const GROUPS: &[Group<char>] = &[(Shape::Flag, 'k', "-c -S"), (Shape::JoinedOrSeparate, 'o', "-o")];
/// static ROWS: [Row<char>; table::count(GROUPS)] = table::sorted(GROUPS);
/// static TABLE: Table<char> = Table::of(&ROWS);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Table<E: 'static> {
    /// By name; those of one name in the order of their groups.
    rows: &'static [Row<E>],
}

impl<E: Copy> Table<E> {
    /// Of rows as [`sorted`] gives them.
    ///
    /// # Panics
    /// With others, and where the table is a static, the plugin does not compile.
    pub const fn of(rows: &'static [Row<E>]) -> Table<E> {
        let mut index = 1;
        while index < rows.len() {
            assert!(!is_before(rows[index].name, rows[index - 1].name), "the rows are not sorted");
            index += 1;
        }
        Table { rows }
    }

    /// The row of an argument, and its value. Among the rows that fit, the one with the longest name wins, and of one name
    /// the last.
    pub(crate) fn find<'a>(&self, text: &'a str) -> Option<(&'static Row<E>, Value<'a>)> {
        let mut rest = text.as_bytes();
        loop {
            // Of all names up to here, the last has the most in common with the argument: whatever begins the argument begins that
            // part of it, too.
            let names = self.rows.partition_point(|row| row.name.as_bytes() <= rest);
            let rows = &self.rows[..names];
            let longest = rows.last()?.name;
            let common = longest.bytes().zip(rest).take_while(|(one, other)| one == *other).count();
            if common == longest.len() {
                let mut same = rows.iter().rev().take_while(|row| row.name == longest);
                if let Some(found) = same.find_map(|row| Some((row, row.fit(text)?))) {
                    return Some(found);
                }
                // A name that begins the argument and does not fit it leaves the shorter ones.
                rest = &rest[..common.checked_sub(1)?];
            } else {
                rest = &rest[..common];
            }
        }
    }
}

/// Where an option's value is.
pub(crate) enum Value<'a> {
    Here(&'a str),
    Next,
}

impl<E> Row<E> {
    fn fit<'a>(&self, text: &'a str) -> Option<Value<'a>> {
        let rest = text.strip_prefix(self.name)?;
        match self.shape {
            Shape::Flag => rest.is_empty().then_some(Value::Here("")),
            Shape::Joined => Some(Value::Here(rest)),
            Shape::Separate => rest.is_empty().then_some(Value::Next),
            Shape::JoinedOrSeparate => Some(if rest.is_empty() { Value::Next } else { Value::Here(rest) }),
            Shape::Equals => rest.strip_prefix('=').map(Value::Here),
            Shape::EqualsOrSeparate if rest.is_empty() => Some(Value::Next),
            Shape::EqualsOrSeparate => rest.strip_prefix('=').map(Value::Here),
        }
    }
}

/// How many names the groups have.
pub const fn count<E: Copy>(groups: &[Group<E>]) -> usize {
    let (mut count, mut group) = (0, 0);
    while group < groups.len() {
        let mut names = groups[group].2;
        while let Some((_, rest)) = first_word(names) {
            count += 1;
            names = rest;
        }
        group += 1;
    }
    count
}

/// The rows of the groups by name, of one name in the order of the groups. `N` is what [`count`] says.
pub const fn sorted<E: Copy, const N: usize>(groups: &[Group<E>]) -> [Row<E>; N] {
    let (shape, effect, _) = groups[0];
    let mut rows = [Row { name: "", shape, effect }; N];
    let (mut filled, mut group) = (0, 0);
    while group < groups.len() {
        let (shape, effect, mut names) = groups[group];
        while let Some((name, rest)) = first_word(names) {
            let place = place(&rows, filled, name);
            let mut index = filled;
            while index > place {
                rows[index] = rows[index - 1];
                index -= 1;
            }
            rows[place] = Row { name, shape, effect };
            filled += 1;
            names = rest;
        }
        group += 1;
    }
    rows
}

/// Where a name goes in the first rows: behind all that are not after it.
const fn place<E>(rows: &[Row<E>], filled: usize, name: &str) -> usize {
    let (mut low, mut high) = (0, filled);
    while low < high {
        let middle = (low + high) / 2;
        if is_before(name, rows[middle].name) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Whether a name comes before another: byte by byte, as `str` has it.
const fn is_before(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index < other.len() && (index == one.len() || one[index] < other[index])
}

/// The first word of a text, and what follows it.
const fn first_word(text: &'static str) -> Option<(&'static str, &'static str)> {
    let text = text.trim_ascii_start();
    let mut end = 0;
    while end < text.len() && !text.as_bytes()[end].is_ascii_whitespace() {
        end += 1;
    }
    if end == 0 { None } else { Some(text.split_at(end)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUPS: &[Group<u8>] = &[
        (Shape::Joined, 1, "-f -W\n  -m"),
        (Shape::Flag, 2, "-flto -fl -c"),
        (Shape::Equals, 3, "-flto -fa"),
        (Shape::JoinedOrSeparate, 4, " -fl"),
        (Shape::Flag, 5, "--é"),
    ];
    static ROWS: [Row<u8>; count(GROUPS)] = sorted(GROUPS);
    static TABLE: Table<u8> = Table::of(&ROWS);

    #[test]
    fn rows_are_in_the_order_of_their_names_and_then_of_their_groups() {
        let rows: Vec<_> = ROWS.iter().map(|row| (row.name, row.effect)).collect();
        let expected = [
            ("--é", 5),
            ("-W", 1),
            ("-c", 2),
            ("-f", 1),
            ("-fa", 3),
            ("-fl", 2),
            ("-fl", 4),
            ("-flto", 2),
            ("-flto", 3),
            ("-m", 1),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn what_is_found_is_what_holding_an_argument_against_each_row_finds() {
        let each = |text: &str| {
            let fitting = ROWS.iter().filter(|row| row.fit(text).is_some());
            fitting.max_by_key(|row| row.name.len()).map(|row| (row.name, row.effect))
        };
        let letters = ["", "-", "f", "l", "t", "o", "a", "=", "c", "W", "é", "x"];
        let mut texts = vec![String::new()];
        for _ in 0..6 {
            texts = texts.iter().flat_map(|text| letters.iter().map(move |more| format!("{text}{more}"))).collect();
            texts.sort();
            texts.dedup();
            texts.retain(|text| text.is_empty() || text.starts_with('-'));
        }
        for text in &texts {
            assert_eq!(TABLE.find(text).map(|(row, _)| (row.name, row.effect)), each(text), "{text:?}");
        }
    }
}
