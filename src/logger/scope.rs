//! Owns what rides on every entry of a logger: user, session, tags, context, flow; and how a tree of loggers reads as one.
//!
//! A node is what one logger itself sets. Children see what their parent sets later, tags unite, contexts are merged
//! deeply, and of everything else the innermost counts, as in the façade's `scope.ts`.
//! Invariants: what a call has captured never changes; the chain is bounded, so that dropping it takes no stack.
//! Tested by `tests/logger/scopes.rs`.
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde::Serialize;

use super::value;
use crate::core::context;
use crate::core::fields::{CONTEXT, TRUNCATED};
use crate::core::limits::{DATA_BYTES_MAX, LOGGER_DEPTH_MAX, TAG_CHARS_MAX, TAGS_MAX, TEXT_BYTES_MAX};
use crate::core::msgpack::{Reader, Token, write_str};

/// `tags`.
const TAGS: usize = 2;
const NIL: &[u8] = &[0xc0];

/// Fields as they stand in an operation: a count and (field, value) pairs.
pub type Fields = Rc<Vec<u8>>;

/// What one logger sets, and its parents.
#[derive(Debug)]
pub struct Node {
    own: RefCell<Own>,
    parent: Option<Rc<Node>>,
    depth: u32,
    /// Counts the changes of the whole family.
    changes: Rc<Cell<u64>>,
    /// The fields of the whole chain, as they were after so many changes.
    cache: RefCell<Option<(u64, Fields)>>,
}

#[derive(Clone, Debug, Default)]
struct Own {
    fields: Vec<(usize, Vec<u8>)>,
    /// MessagePack of a map; empty: none.
    context: Vec<u8>,
    tags: Vec<String>,
    /// What did not come through whole, a bit a field.
    marks: u32,
}

impl Node {
    /// The node of a logger that has no parent.
    pub fn root() -> Rc<Node> {
        Node::new(Own::default(), None, 0, Rc::default())
    }

    fn new(own: Own, parent: Option<Rc<Node>>, depth: u32, changes: Rc<Cell<u64>>) -> Rc<Node> {
        Rc::new(Node {
            own: RefCell::new(own),
            parent,
            depth,
            changes,
            cache: RefCell::default(),
        })
    }

    /// A node below this one. Below too many it stands alone, with what they set at present.
    pub fn child(self: &Rc<Self>) -> Rc<Node> {
        let changes = Rc::clone(&self.changes);
        if self.depth < LOGGER_DEPTH_MAX {
            Node::new(Own::default(), Some(Rc::clone(self)), self.depth + 1, changes)
        } else {
            Node::new(self.united(), None, 0, changes)
        }
    }

    /// Sets a field to this MessagePack; `None` takes it away, a parent's as well.
    pub fn set(&self, field: usize, value: Option<Vec<u8>>) {
        self.change(|own| {
            own.fields.retain(|(other, _)| *other != field);
            own.fields.push((field, value.unwrap_or_else(|| NIL.to_vec())));
            own.marks &= !(1 << field);
        });
    }

    /// Sets a field to a text.
    pub fn set_text(&self, field: usize, text: Option<&str>) {
        self.set(field, text.map(packed_text));
    }

    /// Sets a field to any value.
    pub fn set_value<T: Serialize + ?Sized>(&self, field: usize, value: &T) {
        // Before the change: a `Serialize` may use the logger.
        let (bytes, cut) = value::pack(value);
        self.set(field, Some(bytes));
        if cut {
            self.change(|own| own.marks |= 1 << field);
        }
    }

    /// Replaces this logger's own tags.
    pub fn set_tags<'t>(&self, tags: impl IntoIterator<Item = &'t str>) {
        let mut kept: Vec<String> = Vec::new();
        let mut cut = false;
        for tag in tags {
            if kept.len() == TAGS_MAX {
                cut = true;
                break;
            }
            // One more than fits shows the core that it has to cut.
            let end = tag.floor_char_boundary(4 * usize::from(TAG_CHARS_MAX) + 4);
            kept.push(tag[..end].to_owned());
        }
        self.change(|own| {
            own.tags = kept;
            own.marks = own.marks & !(1 << TAGS) | u32::from(cut) << TAGS;
        });
    }

    /// Merges `patch` deeply into this logger's own context. What is no map, or makes it too large, changes nothing but
    /// that the entries say so.
    pub fn merge_context<T: Serialize + ?Sized>(&self, patch: &T) {
        let (bytes, cut) = value::pack(patch);
        self.change(|own| {
            let is_map = matches!(Reader::new(&bytes).token(), Token::Map(_));
            let merged = if is_map { merged(&own.context, &bytes) } else { None };
            own.marks |= u32::from(cut || merged.is_none()) << CONTEXT;
            own.context = merged.unwrap_or_else(|| std::mem::take(&mut own.context));
        });
    }

    fn change(&self, change: impl FnOnce(&mut Own)) {
        change(&mut self.own.borrow_mut());
        self.changes.set(self.changes.get() + 1);
    }

    /// The fields of the chain.
    pub fn fields(&self) -> Fields {
        let changes = self.changes.get();
        match &*self.cache.borrow() {
            Some((then, fields)) if *then == changes => return Rc::clone(fields),
            _ => {}
        }
        let fields = Rc::new(self.united().packed());
        self.cache.replace(Some((changes, Rc::clone(&fields))));
        fields
    }

    /// What the chain sets, as one.
    fn united(&self) -> Own {
        let mut chain = Vec::new();
        let mut next = Some(self);
        while let Some(node) = next {
            chain.push(node);
            next = node.parent.as_deref();
        }
        let mut all = Own::default();
        for node in chain.into_iter().rev() {
            let own = node.own.borrow();
            for (field, value) in &own.fields {
                all.fields.retain(|(other, _)| other != field);
                all.fields.push((*field, value.clone()));
            }
            for tag in &own.tags {
                if !all.tags.contains(tag) {
                    all.tags.push(tag.clone());
                }
            }
            all.marks |= own.marks;
            match merged(&all.context, &own.context) {
                Some(context) => all.context = context,
                None => all.marks |= 1 << CONTEXT,
            }
        }
        all
    }
}

impl Own {
    fn packed(&self) -> Vec<u8> {
        let mut fields = FieldWriter::default();
        for (field, value) in &self.fields {
            fields.add(*field, value);
        }
        if !self.context.is_empty() {
            fields.add(CONTEXT, &self.context);
        }
        if !self.tags.is_empty() {
            // One more than fits shows the core that it has to cut.
            let kept = &self.tags[..self.tags.len().min(TAGS_MAX + 1)];
            let mut value = vec![0xdd];
            value.extend_from_slice(&(kept.len() as u32).to_be_bytes());
            for tag in kept {
                write_str(&mut value, tag.as_bytes());
            }
            fields.add(TAGS, &value);
        }
        fields.mark(self.marks);
        fields.finish()
    }
}

/// Two contexts as one; `None`: one cannot be merged, or it becomes too large.
fn merged(left: &[u8], right: &[u8]) -> Option<Vec<u8>> {
    if right.is_empty() {
        return Some(left.to_vec());
    }
    let mut out = Vec::new();
    context::merge(left, right, &mut out)?;
    (out.len() <= DATA_BYTES_MAX).then_some(out)
}

/// A text, cut to more than any field keeps.
pub(crate) fn packed_text(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    write_str(&mut out, &text.as_bytes()[..text.floor_char_boundary(TEXT_BYTES_MAX)]);
    out
}

/// Writes fields as they stand in an operation.
#[derive(Debug, Default)]
pub(crate) struct FieldWriter {
    pairs: Vec<u8>,
    count: u8,
    marks: u32,
}

impl FieldWriter {
    pub(crate) fn add(&mut self, field: usize, value: &[u8]) {
        self.pairs.push(field as u8);
        self.pairs.extend_from_slice(value);
        self.count += 1;
    }

    /// These fields, a bit each, did not come through whole.
    pub(crate) fn mark(&mut self, marks: u32) {
        self.marks |= marks;
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        if self.marks > 0 {
            let mut value = vec![0xce];
            value.extend_from_slice(&self.marks.to_be_bytes());
            self.add(TRUNCATED, &value);
        }
        let mut out = vec![self.count];
        out.append(&mut self.pairs);
        out
    }
}
