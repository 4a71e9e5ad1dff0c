//! Promise: what goes out compressed is read back by zlib itself, and is small enough to be worth it.
use std::fs;
use std::io::{Read, Write};
use std::time::Instant;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use sapwood::core::deflate::zlib;
use sapwood::core::limits::REQUEST_BYTES_MAX;

use crate::common::noise;

/// The batches of `tests/corpus`, by name.
const CORPUS: [&str; 4] = ["shop", "errors", "flows", "telemetry"];
/// How large it may be, as a multiple of what zlib makes of it at level 1: the 0.9 of `docs/size.md`.
const AGAINST_ZLIB_MAX: f64 = 1.0 / 0.9;

fn corpus(name: &str) -> Vec<u8> {
    fs::read(format!("tests/corpus/{name}.json")).expect("the corpus is committed")
}

/// What zlib reads in it: all of it, to the checksum.
fn inflate(stream: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut decoder = ZlibDecoder::new(stream);
    decoder.read_to_end(&mut plain).expect("zlib takes the stream");
    assert_eq!(decoder.total_in(), stream.len() as u64, "nothing follows its end");
    plain
}

fn zlib_level_1(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(1));
    encoder.write_all(plain).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

#[test]
#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::print_stdout,
    reason = "it prints what it measures"
)]
fn realistic_batches_get_about_as_small_as_with_zlib() {
    for name in CORPUS {
        let plain = corpus(name);
        let start = Instant::now();
        let ours = zlib(&plain);
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(inflate(&ours), plain);
        let theirs = zlib_level_1(&plain).len();
        let ratio = theirs as f64 / ours.len() as f64;
        println!(
            "{name}: {} -> {} bytes, zlib at level 1 {theirs} ({ratio:.2}), {:.0} MB/s in this build",
            plain.len(),
            ours.len(),
            plain.len() as f64 / seconds / 1e6
        );
        assert!(
            ours.len() as f64 <= theirs as f64 * AGAINST_ZLIB_MAX,
            "{name}: {ratio:.2}"
        );
    }
}

#[test]
fn short_and_repeated_inputs_are_read_back() {
    for length in (0..20).chain([255, 256, 257, 258, 259, 300, 514, 515, 516, 1_000, 70_000]) {
        for input in [
            vec![b'a'; length],
            b"abc".repeat(length),
            (0..length).map(|at| at as u8).collect(),
        ] {
            assert_eq!(inflate(&zlib(&input)), input, "{length}");
        }
    }
}

#[test]
fn every_distance_of_the_window_is_read_back() {
    // The second half repeats the first, from farther and farther away; past the window it is no match.
    let head = noise::bytes(40_000, 1);
    for distance in [
        1, 2, 3, 4, 5, 255, 256, 4_095, 4_096, 4_097, 16_384, 32_766, 32_767, 32_768, 32_769, 40_000,
    ] {
        let input = [
            &head[40_000 - distance..],
            &head[40_000 - distance..][..distance.min(300)],
        ]
        .concat();
        assert_eq!(inflate(&zlib(&input)), input, "{distance}");
    }
}

#[test]
fn the_largest_request_is_read_back() {
    let text: Vec<u8> = CORPUS
        .iter()
        .flat_map(|name| corpus(name))
        .cycle()
        .take(REQUEST_BYTES_MAX)
        .collect();
    for input in [text, noise::bytes(REQUEST_BYTES_MAX, 1), vec![0xff; REQUEST_BYTES_MAX]] {
        assert_eq!(inflate(&zlib(&input)), input);
    }
}

#[test]
fn what_cannot_be_compressed_grows_by_an_eighth_at_most() {
    for length in [0, 1, 100, 10_000, REQUEST_BYTES_MAX] {
        let bytes = zlib(&noise::bytes(length, 1)).len();
        assert!(bytes <= length + length / 8 + 12, "{length} bytes became {bytes}");
    }
}
