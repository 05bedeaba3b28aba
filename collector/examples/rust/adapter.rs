// SPDX-License-Identifier: Apache-2.0

//! The adapter of the heap in Rust: it turns operations into calls of heap.rs, and what the heap
//! does into events.
//!
//!   rustc --edition 2021 -O -C panic=abort --crate-type cdylib -o libgc.so adapter.rs
//!   ouro check-adapter lib:./libgc.so
//!
//! Place: an example of ouroboros.h, whose first version is written down here as Rust has it: later
//! ones only append. Needs the standard library alone. GUIDE.md explains it.

mod heap;

use heap::{Handle, Heap, Host};
use std::cell::RefCell;
use std::ffi::c_void;
use std::os::raw::{c_char, c_int};

const REGISTERS: usize = 16;
const SELF: usize = REGISTERS; // OURO_SELF
const NONE: i32 = -1; // OURO_NONE
const WEAK: u32 = 1 << 0; // OURO_WEAK
const FINALIZER: u32 = 1 << 2; // OURO_FINALIZER

type Collector = *mut c_void;

#[repr(C)]
pub struct Observer {
    on_new: unsafe extern "C" fn(*const Observer) -> i32,
    on_got: unsafe extern "C" fn(*const Observer, i32),
    on_finalize: unsafe extern "C" fn(*const Observer, i32) -> bool,
    on_callback: unsafe extern "C" fn(*const Observer, i32) -> bool,
    on_free: unsafe extern "C" fn(*const Observer, i32),
    on_collect: unsafe extern "C" fn(*const Observer, c_int, bool),
    on_done: unsafe extern "C" fn(*const Observer, i32),
    on_garbage: unsafe extern "C" fn(*const Observer, i32),
    on_tracked: unsafe extern "C" fn(*const Observer, i32, c_int),
    on_failed: unsafe extern "C" fn(*const Observer),
    broken: unsafe extern "C" fn(*const Observer, *const c_char),
    context: *mut c_void,
}

#[repr(C)]
pub struct Table {
    version: u32,
    size: u32,
    summary: *const c_char,
    contract: *const c_char,
    abilities: u32,
    create: extern "C" fn(*const Observer) -> Collector,
    destroy: extern "C" fn(Collector),
    reset: extern "C" fn(Collector),
    verify: Option<extern "C" fn(Collector) -> *const c_char>,
    node: extern "C" fn(Collector, c_int, c_int, bool),
    leaf: extern "C" fn(Collector, c_int),
    weak: extern "C" fn(Collector, c_int, c_int, bool),
    copy: extern "C" fn(Collector, c_int, c_int),
    load: extern "C" fn(Collector, c_int, c_int, c_int),
    deref: extern "C" fn(Collector, c_int, c_int),
    store: extern "C" fn(Collector, c_int, c_int, c_int),
    empty_slot: extern "C" fn(Collector, c_int, c_int),
    empty_register: extern "C" fn(Collector, c_int),
    collect: extern "C" fn(Collector, c_int),
    // Of abilities that are not claimed: threshold to fail.
    unclaimed: [Option<extern "C" fn()>; 7],
}

// The strings are constants.
unsafe impl Sync for Table {}

#[no_mangle]
#[allow(non_upper_case_globals)]
pub static ouro_collector: Table = Table {
    version: 1,
    size: std::mem::size_of::<Table>() as u32,
    summary: b"counted references in Rust, with trial deletion\0".as_ptr() as *const c_char,
    contract: b"php\0".as_ptr() as *const c_char,
    abilities: WEAK | FINALIZER,
    create,
    destroy,
    reset,
    verify: None,
    node,
    leaf,
    weak,
    copy,
    load,
    deref,
    store,
    empty_slot,
    empty_register,
    collect,
    unclaimed: [None; 7],
};

/// The mutator: registers, which are roots, and who is told what happens.
struct Mutator {
    observer: *const Observer,
    registers: RefCell<[Option<Handle>; REGISTERS + 1]>,
}

impl Mutator {
    fn register(&self, number: c_int) -> Option<Handle> {
        self.registers.borrow()[number as usize]
    }
}

impl Host for Mutator {
    /// The object is in OURO_SELF meanwhile, which is a root: the heap holds it.
    fn finalize(&self, heap: &Heap<Mutator>, object: Handle) {
        let outer = std::mem::replace(&mut self.registers.borrow_mut()[SELF], Some(object));
        unsafe { ((*self.observer).on_finalize)(self.observer, heap.tag(object)) };
        self.registers.borrow_mut()[SELF] = outer;
    }

    fn freed(&self, tag: i32) {
        unsafe { ((*self.observer).on_free)(self.observer, tag) };
    }
}

/// REQUIRES: `gc` is what `create` returned. A finalizer's operations come while others run, so
/// nobody has it exclusively.
fn heap<'a>(gc: Collector) -> &'a Heap<Mutator> {
    unsafe { &*(gc as *const Heap<Mutator>) }
}

fn observer<'a>(gc: Collector) -> &'a Observer {
    unsafe { &*heap(gc).host().observer }
}

fn named(gc: Collector, register: c_int) -> Handle {
    heap(gc).host().register(register).expect("an empty register is read")
}

/// As Heap::store.
fn put(gc: Collector, register: c_int, value: Option<Handle>) {
    heap(gc).retain(value);
    let registers = &heap(gc).host().registers;
    let old = std::mem::replace(&mut registers.borrow_mut()[register as usize], value);
    heap(gc).release(old);
}

/// A birth: the register takes over the reference of whoever allocates.
fn born(gc: Collector, register: c_int, allocate: impl FnOnce(i32) -> Handle) {
    let id = unsafe { (observer(gc).on_new)(observer(gc)) };
    let object = allocate(id);
    heap(gc).host().registers.borrow_mut()[register as usize] = Some(object);
}

fn got(gc: Collector, register: c_int, value: Option<Handle>) {
    let id = value.map_or(NONE, |object| heap(gc).tag(object));
    unsafe { (observer(gc).on_got)(observer(gc), id) };
    put(gc, register, value);
}

extern "C" fn create(observer: *const Observer) -> Collector {
    let mutator = Mutator { observer, registers: RefCell::new([None; REGISTERS + 1]) };
    Box::into_raw(Box::new(Heap::new(mutator))) as Collector
}

extern "C" fn destroy(gc: Collector) {
    drop(unsafe { Box::from_raw(gc as *mut Heap<Mutator>) });
}

extern "C" fn reset(gc: Collector) {
    heap(gc).clear();
    *heap(gc).host().registers.borrow_mut() = [None; REGISTERS + 1];
}

extern "C" fn node(gc: Collector, dest: c_int, slots: c_int, finalizer: bool) {
    born(gc, dest, |id| heap(gc).allocate(id, slots as usize, finalizer));
}

extern "C" fn leaf(gc: Collector, dest: c_int) {
    born(gc, dest, |id| heap(gc).allocate(id, 0, false));
}

extern "C" fn weak(gc: Collector, dest: c_int, target: c_int, _callback: bool) {
    let target = named(gc, target);
    born(gc, dest, |id| heap(gc).allocate_weak(id, target));
}

extern "C" fn copy(gc: Collector, dest: c_int, from: c_int) {
    put(gc, dest, heap(gc).host().register(from));
}

extern "C" fn load(gc: Collector, dest: c_int, from: c_int, slot: c_int) {
    got(gc, dest, heap(gc).slot(named(gc, from), slot as usize));
}

extern "C" fn deref(gc: Collector, dest: c_int, from: c_int) {
    got(gc, dest, heap(gc).target(named(gc, from)));
}

extern "C" fn store(gc: Collector, into: c_int, slot: c_int, from: c_int) {
    heap(gc).store(named(gc, into), slot as usize, heap(gc).host().register(from));
}

extern "C" fn empty_slot(gc: Collector, into: c_int, slot: c_int) {
    heap(gc).store(named(gc, into), slot as usize, None);
}

extern "C" fn empty_register(gc: Collector, dest: c_int) {
    put(gc, dest, None);
}

extern "C" fn collect(gc: Collector, generation: c_int) {
    unsafe { (observer(gc).on_collect)(observer(gc), generation, false) };
    heap(gc).collect();
    unsafe { (observer(gc).on_done)(observer(gc), 0) }; // contracts of bounds do not judge it
}
