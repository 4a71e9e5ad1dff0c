//! The one module that may touch memory: the npm build's allocator, its panic handler, the input buffer, and the
//! numbers by which the façade names drivers.
//!
//! The input buffer is where the façade writes records (`docs/boundary.md`). Invariant: it is never borrowed while
//! JavaScript runs; [`with_input`] takes it out for the time of the call. wasm32 has one thread here.
//! Tested by `tests/wasm/boundary.test.ts`.
use ::core::cell::UnsafeCell;
use ::core::mem;
use alloc::vec::Vec;

use crate::web::driver::Driver;
use lol_alloc::{AssumeSingleThreaded, FreeListAllocator};

// SAFETY: the module is built without threads (no `atomics` feature), so there is one thread for ever.
#[global_allocator]
static ALLOCATOR: AssumeSingleThreaded<FreeListAllocator> =
    unsafe { AssumeSingleThreaded::new(FreeListAllocator::new()) };

/// A panic is a trap: the façade's guard turns it into degraded mode, and no text costs bytes.
#[cfg(not(feature = "logger"))]
#[panic_handler]
fn panic(_: &::core::panic::PanicInfo<'_>) -> ! {
    ::core::arch::wasm32::unreachable()
}

struct Input(UnsafeCell<Vec<u8>>);

// SAFETY: one thread, see above.
unsafe impl Sync for Input {}

static INPUT: Input = Input(UnsafeCell::new(Vec::new()));

/// Makes the input buffer at least `bytes` long; its address. What was written before stays.
pub(crate) fn reserve(bytes: usize) -> *const u8 {
    // SAFETY: no reference into the buffer outlives a call of this module (`with_input` takes the buffer out).
    let input = unsafe { &mut *INPUT.0.get() };
    if input.len() < bytes {
        input.resize(bytes, 0);
    }
    input.as_ptr()
}

/// Runs `read` on the first `len` bytes of the input buffer; on fewer if it is shorter.
pub(crate) fn with_input<R>(len: usize, read: impl FnOnce(&[u8]) -> R) -> R {
    // SAFETY: as above; the reference ends with the statement.
    let input = mem::take(unsafe { &mut *INPUT.0.get() });
    let result = read(&input[..len.min(input.len())]);
    // SAFETY: as above. A buffer that was made meanwhile (a call from inside `read`) gives way to the larger one.
    let slot = unsafe { &mut *INPUT.0.get() };
    if slot.len() < input.len() {
        *slot = input;
    }
    result
}

/// Puts `bytes` at the beginning of the input buffer.
pub(crate) fn write_input(bytes: &[u8]) {
    reserve(bytes.len());
    // SAFETY: as above; the reference ends with the call.
    let input = unsafe { &mut *INPUT.0.get() };
    input[..bytes.len()].copy_from_slice(bytes);
}

/// The number by which the façade names a driver that lives for ever.
pub(crate) fn to_number(driver: &'static Driver) -> usize {
    ::core::ptr::from_ref(driver) as usize
}

/// The driver of that number.
pub(crate) fn from_number(number: usize) -> &'static Driver {
    // SAFETY: the façade, the only caller of the exported functions, passes back what `to_number` gave, and drivers
    // are never dropped.
    unsafe { &*(number as *const Driver) }
}
