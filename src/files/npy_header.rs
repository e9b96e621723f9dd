//! The header of an array in the NPY format, looked at before it is read: the library for it takes whatever length a header claims, and
//! for types inside types a time that doubles with each.

use std::io::{self, Read};

/// Longest header of a plain array.
const LONGEST_TEXT: usize = 1024;
/// Digits of a length.
const MOST_DIGITS: usize = 9;

/// Reads a header from `reader`: its bytes, with nothing in them but one type and at most three lengths of at most nine digits.
///
/// # Errors
/// Those of `reader`, and that it is no such header.
pub(crate) fn read(reader: &mut impl Read) -> io::Result<io::Cursor<Vec<u8>>> {
    let wrong = |message: &str| io::Error::new(io::ErrorKind::InvalidData, message.to_owned());
    let mut header = vec![0; 8];
    reader.read_exact(&mut header)?;
    let n_length_bytes = match (&header[..6], header[6]) {
        (b"\x93NUMPY", 1) => 2,
        (b"\x93NUMPY", 2 | 3) => 4,
        _ => return Err(wrong("is no array in the NPY format")),
    };
    header.resize(8 + n_length_bytes, 0);
    reader.read_exact(&mut header[8..])?;
    let bytes = header[8..].iter().rev();
    let length = bytes.fold(0_usize, |length, &byte| length << 8 | usize::from(byte));
    if length > LONGEST_TEXT {
        return Err(wrong("has a header that is too long for a plain array"));
    }
    let start = header.len();
    header.resize(start + length, 0);
    reader.read_exact(&mut header[start..])?;
    let text = &header[start..];
    let count = |wanted: u8| text.split(|&byte| byte == wanted).count() - 1;
    let is_plain = count(b'[') == 0 && count(b'{') <= 1 && count(b'(') <= 1;
    let digits = text.split(|byte| !byte.is_ascii_digit());
    // Two commas between the three keys, one after the last, three between and after lengths.
    if is_plain && count(b',') <= 6 && digits.map(<[u8]>::len).max().unwrap_or(0) <= MOST_DIGITS {
        Ok(io::Cursor::new(header))
    } else {
        Err(wrong("is no plain array of one to three dimensions"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend(text.as_bytes());
        bytes
    }

    #[test]
    fn a_header_of_numpy_is_given_back() {
        for text in [
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1000, 4), }   \n",
            "{'descr': '|u1', 'fortran_order': False, 'shape': (123456789,), }\n",
        ] {
            let bytes = header(text);
            let found = read(&mut &bytes[..]);
            assert!(found.is_ok_and(|found| found.into_inner() == bytes));
        }
    }

    #[test]
    fn what_would_take_time_or_memory_is_refused() {
        let nested = format!("{{'descr': {}'<f8'{}, }}", "[('a', ".repeat(40), ")]".repeat(40));
        for text in [
            nested.as_str(),
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1), }",
            "{'descr': '<f8', 'fortran_order': False, 'shape': ((1,),), }",
        ] {
            assert!(read(&mut &header(text)[..]).is_err(), "{text}");
        }
        let endless = b"\x93NUMPY\x02\x00\xff\xff\xff\xff{";
        assert!(read(&mut &endless[..]).is_err_and(|error| error.to_string().contains("too long")));
        for bytes in [
            &b"PK"[..],
            b"\x93NUMPY\x01\x00\x40\x00{",
            b"\x93NUMPX\x01\x00\x00\x00",
        ] {
            assert!(read(&mut &*bytes).is_err());
        }
    }
}
