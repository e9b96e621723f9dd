//! The line of a key in a TOML text.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The line, from 1, of the value at `path`, as in `caption[2].at.mode`, or of what stands nearest above it in the tree.
pub(super) fn line_of(text: &str, path: &str) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let mut value: Option<&Spanned<DeValue<'_>>> = None;
    for part in path.split(['.', '[']).filter(|part| !part.is_empty()) {
        let index = part
            .strip_suffix(']')
            .and_then(|index| index.parse::<usize>().ok());
        let inner = match (index, value.map(Spanned::get_ref)) {
            (None, None) => document.get_ref().get(part),
            (None, Some(value)) => value.as_table().and_then(|table| table.get(part)),
            (Some(index), Some(value)) => value.as_array().and_then(|list| list.get(index)),
            (Some(_), None) => None,
        };
        let Some(inner) = inner else { break };
        value = Some(inner);
    }
    let start = value.map_or(0, |value| value.span().start);
    Some(text.get(..start)?.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found() {
        let text = "id = 1\n[a]\nb.c = 2\nd = [\n 1,\n 2]\n[[e]]\nf = 1\n[[e]]\nf = 2\n";
        let lines =
            ["id", "a.b.c", "a.d[1]", "e[0].f", "e[1].f", "e[1].none"].map(|path| line_of(text, path));
        assert_eq!(lines, [1, 3, 6, 8, 10, 9].map(Some));
    }
}
