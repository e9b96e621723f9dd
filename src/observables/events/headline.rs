//! What is being learned, in words: a few that stand out, and what there is to add to them.

use std::fmt;

/// One line of text in two parts, neither of which repeats the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headline {
    /// What happens: "learning feature 2". Empty before the first row.
    pub name: String,
    /// More of it: "strength 0.834 of 2". Empty where there is nothing to add.
    pub detail: String,
}

impl Headline {
    pub(super) fn new(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            detail: detail.into(),
        }
    }
}

/// "learning feature 2 (strength 0.834 of 2)".
impl fmt::Display for Headline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, detail } = self;
        if detail.is_empty() {
            f.write_str(name)
        } else {
            write!(f, "{name} ({detail})")
        }
    }
}
