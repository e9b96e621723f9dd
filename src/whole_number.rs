//! Reads a whole number from a configuration value and says what is allowed where it is not one.

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// Largest number accepted, 2^53; above it, counts would no longer be exact as floating-point numbers.
const LARGEST: u64 = 1 << 53;

/// Deserializes a whole number from 0 to 2^53, also when written as `1e6` or `32.0`.
///
/// # Errors
/// The deserializer's error, naming the value and what was expected.
pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64>,
{
    struct WholeNumber;

    impl Visitor<'_> for WholeNumber {
        type Value = u64;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a whole number from 0 to 2^53")
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<u64, E> {
            if value <= LARGEST {
                Ok(value)
            } else {
                Err(E::invalid_value(serde::de::Unexpected::Unsigned(value), &self))
            }
        }

        fn visit_i64<E: Error>(self, value: i64) -> Result<u64, E> {
            let refused = || E::invalid_value(serde::de::Unexpected::Signed(value), &self);
            u64::try_from(value)
                .map_err(|_| refused())
                .and_then(|value| self.visit_u64(value))
        }

        fn visit_f64<E: Error>(self, value: f64) -> Result<u64, E> {
            if value.fract() == 0.0 && (0.0..=LARGEST as f64).contains(&value) {
                Ok(value as u64)
            } else {
                Err(E::invalid_value(serde::de::Unexpected::Float(value), &self))
            }
        }
    }

    let value = deserializer.deserialize_any(WholeNumber)?;
    T::try_from(value).map_err(|_| D::Error::custom("the number is too large for this machine"))
}

/// Deserializes a list of whole numbers.
///
/// # Errors
/// As [`deserialize`].
pub(crate) fn deserialize_list<'de, D>(deserializer: D) -> Result<Vec<usize>, D::Error>
where
    D: Deserializer<'de>,
{
    #[derive(serde::Deserialize)]
    struct Item(#[serde(deserialize_with = "deserialize")] usize);
    let items: Vec<Item> = serde::Deserialize::deserialize(deserializer)?;
    Ok(items.into_iter().map(|item| item.0).collect())
}
