// SPDX-License-Identifier: Apache-2.0

//! A heap of counted references, as `Rc` has them, whose cycles are freed by trial deletion, after
//! Bacon and Rajan (2001). An object may have a finalizer, which may do anything to the heap: read
//! it, store, bring its own object back.
//!
//! Place: the collector of the example; adapter.rs lets Ouroboros test it, and nothing here knows
//! of that. Built with `--cfg first_version` it has the bug of its first version.

use std::cell::{Cell, RefCell};

/// An object. It is valid until `Host::freed` has been called for it.
pub type Handle = usize;

/// Whoever uses the heap. Both functions may call any function of it.
pub trait Host {
    /// Runs the finalizer of an object, which is alive meanwhile.
    fn finalize(&self, heap: &Heap<Self>, object: Handle)
    where
        Self: Sized;
    /// The object is dead.
    fn freed(&self, tag: i32);
}

#[derive(Clone, Copy, PartialEq)]
enum Color {
    Black,
    Gray,   // its references are taken away, on trial
    White,  // nothing but trash refers to it
    Purple, // it lost a reference and lived: it may be in trash
}

struct Object {
    tag: i32,
    count: usize,
    color: Color,
    listed: bool, // among the candidates
    due: bool,    // its finalizer has yet to run
    dead: bool,   // and in memory only for the list of candidates
    weak: bool,
    target: Option<Handle>, // of a weak reference, which does not count
    slots: Vec<Option<Handle>>,
}

/// No borrow lasts while a function of the host runs, so that it may call back.
pub struct Heap<H: Host> {
    host: H,
    objects: RefCell<Vec<Option<Object>>>,
    vacant: RefCell<Vec<Handle>>,
    candidates: RefCell<Vec<Handle>>,
    collecting: Cell<bool>,
}

impl<H: Host> Heap<H> {
    pub fn new(host: H) -> Self {
        Heap {
            host,
            objects: RefCell::default(),
            vacant: RefCell::default(),
            candidates: RefCell::default(),
            collecting: Cell::new(false),
        }
    }

    pub fn host(&self) -> &H {
        &self.host
    }

    /// Forgets all objects, and tells nobody.
    pub fn clear(&self) {
        self.objects.borrow_mut().clear();
        self.vacant.borrow_mut().clear();
        self.candidates.borrow_mut().clear();
    }

    /// A new object, with one reference, the caller's. `due`: it has a finalizer.
    pub fn allocate(&self, tag: i32, slots: usize, due: bool) -> Handle {
        self.insert(Object {
            tag,
            count: 1,
            color: Color::Black,
            listed: false,
            due,
            dead: false,
            weak: false,
            target: None,
            slots: vec![None; slots],
        })
    }

    /// A new weak reference, likewise.
    pub fn allocate_weak(&self, tag: i32, target: Handle) -> Handle {
        let weak = self.allocate(tag, 0, false);
        self.with(weak, |o| {
            o.weak = true;
            o.target = Some(target);
        });
        weak
    }

    pub fn tag(&self, object: Handle) -> i32 {
        self.with(object, |o| o.tag)
    }

    pub fn slot(&self, object: Handle, slot: usize) -> Option<Handle> {
        self.with(object, |o| o.slots[slot])
    }

    pub fn target(&self, weak: Handle) -> Option<Handle> {
        self.with(weak, |o| o.target)
    }

    /// The new value is counted first, the old one released last: its finalizer sees the new one.
    pub fn store(&self, object: Handle, slot: usize, value: Option<Handle>) {
        self.retain(value);
        let old = self.with(object, |o| std::mem::replace(&mut o.slots[slot], value));
        self.release(old);
    }

    pub fn retain(&self, object: Option<Handle>) {
        if let Some(object) = object {
            self.with(object, |o| {
                o.count += 1;
                o.color = Color::Black;
            });
        }
    }

    /// What this leaves without a reference dies, and what that alone held: with a list of its own,
    /// since a chain may be longer than the stack.
    pub fn release(&self, object: Option<Handle>) {
        let mut references: Vec<Handle> = object.into_iter().collect();
        while let Some(object) = references.pop() {
            let left = self.with(object, |o| {
                o.count -= 1;
                o.count
            });
            if left > 0 || self.is_brought_back(object) {
                self.suspect(object);
            } else {
                self.die(object);
                let slots = self.with(object, |o| std::mem::take(&mut o.slots));
                references.extend(slots.into_iter().rev().flatten());
                self.with(object, |o| o.dead = true);
                if !self.with(object, |o| o.listed) {
                    self.remove(object);
                }
            }
        }
    }

    /// Frees the cycles that nothing refers to.
    pub fn collect(&self) {
        if self.collecting.replace(true) {
            return;
        }
        let mut trash = self.find_trash();
        if self.finalize(&trash) {
            // A finalizer may have brought some of it back.
            if !cfg!(first_version) {
                trash = self.find_trash();
                trash = self.without_due(trash);
            }
        }
        self.free(&trash);
        self.collecting.set(false);
    }

    // ---- objects

    fn with<R>(&self, object: Handle, f: impl FnOnce(&mut Object) -> R) -> R {
        f(self.objects.borrow_mut()[object].as_mut().expect("a dead object is used"))
    }

    fn insert(&self, object: Object) -> Handle {
        let mut objects = self.objects.borrow_mut();
        match self.vacant.borrow_mut().pop() {
            Some(handle) => {
                objects[handle] = Some(object);
                handle
            }
            None => {
                objects.push(Some(object));
                objects.len() - 1
            }
        }
    }

    fn remove(&self, object: Handle) {
        self.objects.borrow_mut()[object] = None;
        self.vacant.borrow_mut().push(object);
    }

    fn children(&self, object: Handle) -> Vec<Handle> {
        self.with(object, |o| o.slots.iter().flatten().copied().collect())
    }

    // ---- death

    /// Runs the finalizer of an object without references, if it is due. Returns whether something
    /// refers to it then.
    fn is_brought_back(&self, object: Handle) -> bool {
        self.with(object, |o| o.color = Color::Black);
        if !self.with(object, |o| std::mem::take(&mut o.due)) {
            return false;
        }
        self.with(object, |o| o.count += 1); // the finalizer's own
        self.host.finalize(self, object);
        self.with(object, |o| {
            o.count -= 1;
            o.count > 0
        })
    }

    fn die(&self, object: Handle) {
        self.host.freed(self.tag(object));
        for other in self.objects.borrow_mut().iter_mut().flatten() {
            if other.target == Some(object) {
                other.target = None;
            }
        }
    }

    // ---- trial deletion

    fn suspect(&self, object: Handle) {
        let fresh = self.with(object, |o| {
            if o.slots.is_empty() {
                return false; // it is in no cycle
            }
            o.color = Color::Purple;
            !std::mem::replace(&mut o.listed, true)
        });
        if fresh {
            self.candidates.borrow_mut().push(object);
        }
    }

    /// Walks from `start` to what `enter` lets it: it gets each object that is reached, once for
    /// each reference, and says whether its own are to be followed.
    fn walk(&self, start: Handle, mut enter: impl FnMut(&mut Object) -> bool) {
        let mut reached = self.children(start);
        while let Some(object) = reached.pop() {
            if self.with(object, &mut enter) {
                reached.extend(self.children(object));
            }
        }
    }

    /// The trash that candidates reach, with its counts as they were. No candidates are left.
    fn find_trash(&self) -> Vec<Handle> {
        let mut candidates = self.candidates.take();
        candidates.retain(|&object| {
            let alive = self.with(object, |o| {
                o.listed = false;
                !o.dead
            });
            if !alive {
                self.remove(object);
            }
            alive
        });
        // Take away the references within what they reach.
        for &object in &candidates {
            if self.paint(object, Color::Gray) {
                self.walk(object, |o| {
                    o.count -= 1;
                    std::mem::replace(&mut o.color, Color::Gray) != Color::Gray
                });
            }
        }
        // Give them back where somebody else refers to an object.
        for &object in &candidates {
            self.scan(object);
        }
        let mut trash = Vec::new();
        for &object in &candidates {
            self.gather(object, &mut trash);
        }
        trash
    }

    /// Returns whether it had another color.
    fn paint(&self, object: Handle, color: Color) -> bool {
        self.with(object, |o| std::mem::replace(&mut o.color, color) != color)
    }

    fn scan(&self, start: Handle) {
        let mut reached = vec![start];
        while let Some(object) = reached.pop() {
            let (color, count) = self.with(object, |o| (o.color, o.count));
            if color != Color::Gray {
                continue;
            }
            if count > 0 {
                self.paint(object, Color::Black);
                self.walk(object, |o| {
                    o.count += 1;
                    std::mem::replace(&mut o.color, Color::Black) != Color::Black
                });
            } else {
                self.paint(object, Color::White);
                reached.extend(self.children(object));
            }
        }
    }

    /// White objects become black, with the references among them, so that finalizers see true
    /// counts.
    fn gather(&self, start: Handle, trash: &mut Vec<Handle>) {
        let mut reached = vec![start];
        while let Some(object) = reached.pop() {
            if self.with(object, |o| o.color) != Color::White {
                continue;
            }
            self.paint(object, Color::Black);
            trash.push(object);
            for child in self.children(object) {
                self.with(child, |o| o.count += 1);
                reached.push(child);
            }
        }
    }

    // ---- the end of trash

    /// Runs the finalizers of trash; all of it is held meanwhile. Returns whether there was any.
    fn finalize(&self, trash: &[Handle]) -> bool {
        let due: Vec<Handle> =
            trash.iter().copied().filter(|&object| self.with(object, |o| o.due)).collect();
        if due.is_empty() {
            return false;
        }
        for &object in trash {
            self.retain(Some(object));
        }
        for object in due {
            // Another finalizer may have let it die, and so run this one.
            if self.with(object, |o| std::mem::take(&mut o.due)) {
                self.host.finalize(self, object);
            }
        }
        for &object in trash {
            if cfg!(first_version) {
                self.with(object, |o| o.count -= 1);
            } else {
                self.release(Some(object));
            }
        }
        true
    }

    /// Finalizers may have made trash that has finalizers: these, and what they can reach, wait for
    /// the next collection.
    fn without_due(&self, trash: Vec<Handle>) -> Vec<Handle> {
        for &object in &trash {
            self.paint(object, Color::White);
        }
        for &object in &trash {
            if self.with(object, |o| o.due) && self.paint(object, Color::Black) {
                self.walk(object, |o| std::mem::replace(&mut o.color, Color::Black) == Color::White);
            }
        }
        let (trash, spared): (Vec<Handle>, Vec<Handle>) =
            trash.into_iter().partition(|&object| self.with(object, |o| o.color) == Color::White);
        for object in spared {
            self.suspect(object);
        }
        trash
    }

    fn free(&self, trash: &[Handle]) {
        for &object in trash {
            self.paint(object, Color::White);
            self.die(object);
        }
        // What they refer to, and is no trash, may die of that.
        let mut others = Vec::new();
        for &object in trash {
            let slots = self.with(object, |o| std::mem::take(&mut o.slots));
            others.extend(
                slots.into_iter().flatten().filter(|&o| self.with(o, |o| o.color) != Color::White),
            );
        }
        for &object in trash {
            if self.with(object, |o| std::mem::replace(&mut o.dead, true) || o.listed) {
                continue; // it leaves with the candidates
            }
            self.remove(object);
        }
        for object in others {
            self.release(Some(object));
        }
    }
}
