//! Owns reading and writing the MessagePack subset that the core keeps its values in.
//!
//! nil, booleans, unsigned integers of up to 32 bits, strings, arrays, maps, each in its short form or the one with
//! four bytes, and one extension: a number as its decimal text. JavaScript prints numbers well and Rust's printing of
//! floats costs 8 KB, so a number that is not a small integer arrives as text.
//! Strings are handed out as bytes: the façade only writes valid UTF-8, and checking it again would cost a kilobyte.
//! Nothing here panics, or loops or allocates in proportion to a length that was merely claimed. Tested by
//! `tests/props/msgpack.rs` against `rmp-serde`.
use alloc::vec::Vec;

/// Begins the extension type for numbers: ext 8, then the length in one byte.
pub const NUMBER_MARKER: u8 = 0xc7;
/// The extension type for numbers.
pub const NUMBER_TYPE: u8 = 1;

/// One MessagePack token. `Array` and `Map` announce how many values (or pairs) follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Token<'a> {
    /// nil; also what a failed reader gives.
    Nil,
    /// true or false
    Bool(bool),
    /// A whole number.
    Int(u32),
    /// Any other number, in decimal as JSON has it.
    Number(&'a [u8]),
    /// The UTF-8 bytes of a string.
    Str(&'a [u8]),
    /// An array of this many values.
    Array(usize),
    /// A map of this many pairs.
    Map(usize),
}

/// Reads tokens one after the other.
///
/// A reader fails once and for good: at the end, at bytes that are not of the subset, at a token of another kind than
/// was asked for. From then on it gives empty values, so that a caller reads a whole record and asks
/// [`Reader::failed`] once. A branch behind every read would be a third of the shipped reader.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    failed: bool,
}

impl<'a> Reader<'a> {
    /// Reads from the beginning of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader {
            rest: bytes,
            failed: false,
        }
    }

    /// What has not been read; nothing after a failure.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Has everything been read, or has the reader failed?
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Was something read that is not there or not of the kind asked for?
    pub fn failed(&self) -> bool {
        self.failed
    }

    /// `Some` if all went well so far.
    pub fn ok(&self) -> Option<()> {
        (!self.failed).then_some(())
    }

    /// Fails.
    pub fn fail(&mut self) {
        self.failed = true;
        self.rest = &[];
    }

    fn take(&mut self, len: usize) -> &'a [u8] {
        if let Some((head, tail)) = self.rest.split_at_checked(len) {
            self.rest = tail;
            head
        } else {
            self.fail();
            &[]
        }
    }

    /// A big-endian unsigned number of `len` bytes, four at most.
    fn big_endian(&mut self, len: usize) -> usize {
        self.take(len)
            .iter()
            .fold(0, |number, byte| number << 8 | usize::from(*byte))
    }

    /// The next token.
    pub fn token(&mut self) -> Token<'a> {
        if self.rest.is_empty() {
            self.fail();
        }
        let marker = self.big_endian(1) as u8;
        let short = usize::from(marker & 15);
        match marker {
            _ if self.failed => Token::Nil,
            0x00..=0x7f => Token::Int(marker.into()),
            0x80..=0x8f => Token::Map(short),
            0x90..=0x9f => Token::Array(short),
            0xa0..=0xbf => Token::Str(self.take(usize::from(marker & 31))),
            0xc2 | 0xc3 => Token::Bool(marker == 0xc3),
            NUMBER_MARKER => {
                let len = self.big_endian(1);
                self.take(1);
                Token::Number(self.take(len))
            }
            0xce => Token::Int(self.big_endian(4) as u32),
            0xdb => {
                let len = self.big_endian(4);
                Token::Str(self.take(len))
            }
            0xdd => Token::Array(self.big_endian(4)),
            0xdf => Token::Map(self.big_endian(4)),
            0xc0 => Token::Nil,
            _ => {
                self.fail();
                Token::Nil
            }
        }
    }

    /// The next whole value, nested ones included, as its bytes.
    pub fn value(&mut self) -> &'a [u8] {
        let start = self.rest;
        let mut open: u64 = 1;
        while open > 0 && !self.failed {
            open -= 1;
            match self.token() {
                Token::Array(len) => open += len as u64,
                Token::Map(len) => open += 2 * len as u64,
                _ => {}
            }
        }
        if self.failed {
            &[]
        } else {
            &start[..start.len() - self.rest.len()]
        }
    }

    /// The next token as a whole number that is not negative.
    pub fn unsigned(&mut self) -> u64 {
        match self.token() {
            Token::Int(number) => number.into(),
            _ => {
                self.fail();
                0
            }
        }
    }

    /// The next token as a string.
    pub fn string(&mut self) -> &'a [u8] {
        match self.token() {
            Token::Str(text) => text,
            _ => {
                self.fail();
                &[]
            }
        }
    }

    /// The next token as the number of an array's values or of a map's pairs. Never more than there are bytes left.
    pub fn len(&mut self) -> usize {
        match self.token() {
            Token::Array(len) | Token::Map(len) if len <= self.rest.len() => len,
            _ => {
                self.fail();
                0
            }
        }
    }
}

fn write_header(out: &mut Vec<u8>, len: usize, short: u8, short_max: usize, long: u8) {
    if len <= short_max {
        out.push(short | len as u8);
    } else {
        out.push(long);
        out.extend_from_slice(&(len as u32).to_be_bytes());
    }
}

/// Appends a string.
pub fn write_str(out: &mut Vec<u8>, text: &[u8]) {
    write_header(out, text.len(), 0xa0, 31, 0xdb);
    out.extend_from_slice(text);
}

/// Appends the header of a map of `len` pairs.
pub fn write_map(out: &mut Vec<u8>, len: usize) {
    write_header(out, len, 0x80, 15, 0xdf);
}
