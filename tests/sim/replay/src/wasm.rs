//! What Node calls: room for a record, and its hash. The one place here that touches memory.

use core::cell::UnsafeCell;

struct Input(UnsafeCell<Vec<u8>>);

// SAFETY: the module is built without threads, so there is one thread for ever.
unsafe impl Sync for Input {}

static INPUT: Input = Input(UnsafeCell::new(Vec::new()));

/// Makes room for a record of `len` bytes; its address, good until the next call.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(len: usize) -> *mut u8 {
    // SAFETY: no reference into it outlives a call.
    let input = unsafe { &mut *INPUT.0.get() };
    *input = vec![0; len];
    input.as_mut_ptr()
}

/// The hash of the record that was written there.
#[unsafe(no_mangle)]
pub extern "C" fn replay() -> u64 {
    // SAFETY: as above.
    crate::replay(unsafe { &*INPUT.0.get() })
}
