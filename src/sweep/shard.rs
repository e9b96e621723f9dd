//! Which part of a sweep one process computes: the cells whose id falls into part `I` of `N`.
//!
//! | scheduler | `--shard` | part | number of parts |
//! |---|---|---|---|
//! | Slurm job array | `auto` | `(SLURM_ARRAY_TASK_ID - SLURM_ARRAY_TASK_MIN) / SLURM_ARRAY_TASK_STEP + 1` | `SLURM_ARRAY_TASK_COUNT` |
//! | Slurm, some tasks of an array `1-N` | `auto/N` | `SLURM_ARRAY_TASK_ID` | `N` |
//! | Kubernetes indexed job | `auto/N` | `JOB_COMPLETION_INDEX + 1` | `N` |
//! | HyperQueue task array `1-N` | `auto/N` | `HQ_TASK_ID` | `N` |
//! | GNU parallel, or by hand | `I/N` | `I` | `N` |

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Most shards of a sweep.
const MOST: u64 = 1_000_000;

/// Why there is no such shard.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ShardError {
    /// The text is no shard.
    #[error("--shard {text}: write I/N with I from 1 to N, or auto, or auto/N")]
    Text {
        /// As given.
        text: String,
    },
    /// No scheduler says which part this is.
    #[error(
        "--shard {text}: no scheduler says which shard this is; auto asks SLURM_ARRAY_TASK_ID, auto/N also \
         JOB_COMPLETION_INDEX and HQ_TASK_ID"
    )]
    NoScheduler {
        /// As given.
        text: String,
    },
    /// A scheduler's variable does not fit.
    #[error("--shard {text}: {name} = {value} is no task of {expected}")]
    Variable {
        /// As given.
        text: String,
        /// The variable.
        name: &'static str,
        /// What it says.
        value: String,
        /// What it should be one of.
        expected: String,
    },
}

/// Part `index` of `count`, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

impl Default for Shard {
    fn default() -> Self {
        Self { index: 1, count: 1 }
    }
}

impl Shard {
    /// Part `index` of `count`, where `1 <= index <= count`.
    pub fn new(index: u64, count: u64) -> Option<Self> {
        ((1..=count).contains(&index) && count <= MOST).then_some(Self { index, count })
    }

    /// The part that `text` or, where it says `auto`, the scheduler's variables name. `variable` gives the value of an
    /// environment variable.
    ///
    /// # Errors
    /// [`ShardError`], one line.
    pub fn parse(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, ShardError> {
        let wrong = || ShardError::Text {
            text: text.to_owned(),
        };
        let number = |text: &str| text.trim().parse::<u64>().ok();
        let Some(rest) = text.strip_prefix("auto") else {
            let (index, count) = text.split_once('/').ok_or_else(wrong)?;
            let shard = number(index).zip(number(count));
            return shard
                .and_then(|(index, count)| Self::new(index, count))
                .ok_or_else(wrong);
        };
        let given = match rest.strip_prefix('/') {
            Some(count) => Some(
                number(count)
                    .filter(|&n| (1..=MOST).contains(&n))
                    .ok_or_else(wrong)?,
            ),
            None if rest.is_empty() => None,
            None => return Err(wrong()),
        };
        Self::of_scheduler(text, given, variable)
    }

    fn of_scheduler(
        text: &str,
        given: Option<u64>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ShardError> {
        let number = |name: &str| variable(name)?.trim().parse::<u64>().ok();
        let outside = |name: &'static str, expected: String| ShardError::Variable {
            text: text.to_owned(),
            name,
            value: variable(name).unwrap_or_default(),
            expected,
        };
        let Some(count) = given else {
            let name = "SLURM_ARRAY_TASK_ID";
            if variable(name).is_none() {
                return Err(ShardError::NoScheduler {
                    text: text.to_owned(),
                });
            }
            let least = number("SLURM_ARRAY_TASK_MIN").unwrap_or(0);
            let stride = number("SLURM_ARRAY_TASK_STEP").unwrap_or(1).max(1);
            let count = number("SLURM_ARRAY_TASK_COUNT").unwrap_or(0);
            let index = number(name)
                .and_then(|id| id.checked_sub(least))
                .map(|k| k / stride + 1);
            return index
                .and_then(|index| Self::new(index, count))
                .ok_or_else(|| outside(name, format!("a job array of {count} from {least}")));
        };
        // Kubernetes counts from 0; arrays whose number of tasks is given are numbered from 1.
        for (name, first) in [
            ("SLURM_ARRAY_TASK_ID", 1),
            ("JOB_COMPLETION_INDEX", 0),
            ("HQ_TASK_ID", 1),
        ] {
            if variable(name).is_some() {
                let index = number(name).and_then(|id| id.checked_sub(first)).map(|k| k + 1);
                return index
                    .and_then(|index| Self::new(index, count))
                    .ok_or_else(|| outside(name, format!("{count} from {first}")));
            }
        }
        Err(ShardError::NoScheduler {
            text: text.to_owned(),
        })
    }

    /// Whether a cell belongs to it.
    pub fn holds(self, id: super::CellId) -> bool {
        id.part(self.count) == self.index - 1
    }

    /// How its files are named, without the extension.
    pub(super) fn name(self) -> String {
        format!("shard-{}-of-{}", self.index, self.count)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    /// As [`Self::parse`], from the environment of this process.
    fn from_str(text: &str) -> Result<Self, ShardError> {
        Self::parse(text, |name| std::env::var(name).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, variables: &[(&str, &str)]) -> Result<(u64, u64), ShardError> {
        let variable = |wanted: &str| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        };
        Shard::parse(text, variable).map(|shard| (shard.index, shard.count))
    }

    #[test]
    fn every_scheduler_says_its_part() {
        assert_eq!(parse("3/8", &[]), Ok((3, 8)));
        let slurm = |id| {
            [
                ("SLURM_ARRAY_TASK_ID", id),
                ("SLURM_ARRAY_TASK_COUNT", "4"),
                ("SLURM_ARRAY_TASK_MIN", "10"),
                ("SLURM_ARRAY_TASK_STEP", "5"),
            ]
        };
        assert_eq!(parse("auto", &slurm("10")), Ok((1, 4)));
        assert_eq!(parse("auto", &slurm("25")), Ok((4, 4)));
        assert!(parse("auto", &slurm("30")).is_err() && parse("auto", &slurm("5")).is_err());
        // A task sent again alone.
        let alone = [("SLURM_ARRAY_TASK_ID", "5"), ("SLURM_ARRAY_TASK_COUNT", "1")];
        assert_eq!(parse("auto/8", &alone), Ok((5, 8)));
        assert_eq!(parse("auto/8", &[("JOB_COMPLETION_INDEX", "7")]), Ok((8, 8)));
        assert_eq!(parse("auto/8", &[("HQ_TASK_ID", "8")]), Ok((8, 8)));
    }

    #[test]
    fn what_names_no_part_is_refused() {
        for text in [
            "",
            "0/8",
            "9/8",
            "1/0",
            "1",
            "a/b",
            "auto8",
            "auto/0",
            "auto/x",
            "-1/2",
            "1/2000000",
        ] {
            let error = parse(text, &[("HQ_TASK_ID", "1")]).err();
            assert!(matches!(error, Some(ShardError::Text { .. })), "{text} {error:?}");
        }
        assert!(matches!(parse("auto", &[]), Err(ShardError::NoScheduler { .. })));
        assert!(matches!(
            parse("auto/4", &[]),
            Err(ShardError::NoScheduler { .. })
        ));
        for wrong in [
            ("JOB_COMPLETION_INDEX", "8"),
            ("HQ_TASK_ID", "0"),
            ("HQ_TASK_ID", "x"),
        ] {
            assert!(
                matches!(parse("auto/8", &[wrong]), Err(ShardError::Variable { .. })),
                "{wrong:?}"
            );
        }
    }
}
