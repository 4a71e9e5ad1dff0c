//! The native protocol as JSON: `{"batch":{…},"logs":[…]}` (wire.md). The entries are text already; this writes the
//! header before them. Tested by `tests/contracts/wire.rs` and `tests/props/json.rs`.
use alloc::vec::Vec;

use crate::core::batch::Batch;
use crate::core::buffer::Head;
use crate::core::json::{write_hex, write_name, write_string, write_unsigned};
use crate::core::state::{Phase, State};
use crate::core::stats::{Counters, DROP_REASON_NAMES, counter};

/// The whole body. `ended`: what met its end so far. `key_in_body`: the request may carry no header, so the key goes here.
pub fn frame(batch: &Batch, state: &State, ended: &Counters, key_in_body: bool) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(b"{\"batch\":{\"id\":\"");
    write_hex(&mut out, &batch.id);
    out.extend_from_slice(b"\",\"instance\":\"");
    let origin = batch.origin();
    write_hex(&mut out, origin.map_or(&state.instance, |origin| &origin.record[..8]));
    out.push(b'"');
    let seq = |head: Option<&Head>| head.map_or(0, |head| head.seq);
    let heads = &batch.entries.heads;
    write_number(&mut out, b"firstSeq", seq(heads.first()));
    write_number(&mut out, b"lastSeq", seq(heads.last()));
    write_number(&mut out, b"sentAt", state.now.unix);
    write_number(&mut out, b"attempt", batch.attempts.into());
    match origin {
        Some(origin) => out.extend_from_slice(&origin.header),
        None => write_account(&mut out, state, ended),
    }
    let key = if key_in_body { &state.config.api_key[..] } else { b"" };
    let last: &[u8] = match state.phase {
        _ if origin.is_some() => b"",
        Phase::Open if !state.hidden => b"",
        Phase::Open => b"hide",
        _ => b"close",
    };
    write_text(&mut out, b"key", key);
    write_text(&mut out, b"final", last);
    out.extend_from_slice(b"},\"logs\":[");
    // Each text begins with a comma, the first one's is not wanted.
    out.extend_from_slice(batch.entries.text.get(1..).unwrap_or_default());
    out.extend_from_slice(b"]}");
    out
}

/// What the header says of the instance that logged the entries.
pub fn write_account(out: &mut Vec<u8>, state: &State, ended: &Counters) {
    write_number(out, b"accepted", state.accepted);
    if ended[counter::UNCONFIRMED] > 0 {
        write_number(out, b"unconfirmed", ended[counter::UNCONFIRMED]);
    }
    out.extend_from_slice(&state.config.resource);
    write_dropped(out, &ended[counter::DROPPED..]);
}

fn write_number(out: &mut Vec<u8>, name: &[u8], number: u64) {
    write_name(out, name);
    write_unsigned(out, number);
}

/// Left out if it is empty.
fn write_text(out: &mut Vec<u8>, name: &[u8], text: &[u8]) {
    if !text.is_empty() {
        write_name(out, name);
        write_string(out, text);
    }
}

/// The drops so far, by reason, those that there were.
fn write_dropped(out: &mut Vec<u8>, dropped: &[u64]) {
    write_name(out, b"dropped");
    let mut open: &[u8] = b"{\"";
    for (name, count) in DROP_REASON_NAMES.iter().zip(dropped).filter(|(_, count)| **count > 0) {
        out.extend_from_slice(open);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        write_unsigned(out, *count);
        open = b",\"";
    }
    out.extend_from_slice(if open[0] == b'{' { b"{}" } else { b"}" });
}
