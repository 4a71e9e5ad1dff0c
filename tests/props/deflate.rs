//! Property: whatever is compressed, zlib reads it back, and it has not grown by more than an eighth.
use std::io::Read;

use flate2::read::ZlibDecoder;
use proptest::collection::vec;
use proptest::prelude::*;
use sapwood::core::deflate::zlib;

use crate::values::any_value;

fn is_read_back(plain: &[u8]) -> Result<(), TestCaseError> {
    let stream = zlib(plain);
    let mut read = Vec::new();
    let judged = ZlibDecoder::new(&stream[..]).read_to_end(&mut read);
    prop_assert!(judged.is_ok(), "{judged:?}");
    prop_assert_eq!(read, plain);
    prop_assert!(stream.len() <= plain.len() + plain.len() / 8 + 12);
    Ok(())
}

/// Pieces of what stood before, and bytes of few kinds: full of matches of every length and distance.
fn repetitive() -> impl Strategy<Value = Vec<u8>> {
    vec((any::<prop::sample::Index>(), 0..600usize, vec(0..4u8, 0..8)), 0..200).prop_map(|pieces| {
        let mut text = Vec::new();
        for (from, length, fresh) in pieces {
            text.extend(fresh);
            if !text.is_empty() {
                let from = from.index(text.len());
                let until = text.len().min(from + length);
                text.extend_from_within(from..until);
            }
        }
        text
    })
}

proptest! {
    #[test]
    fn random_bytes_are_read_back(plain in vec(any::<u8>(), 0..5_000)) {
        is_read_back(&plain)?;
    }

    #[test]
    fn repetitions_are_read_back(plain in repetitive()) {
        is_read_back(&plain)?;
    }

    #[test]
    fn json_is_read_back(values in vec(any_value(), 0..30)) {
        is_read_back(serde_json::Value::from(values).to_string().as_bytes())?;
    }
}
