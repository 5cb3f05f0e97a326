//! The value example.editor-mark.
//!
//! Written from the Swift type 'EditorMark' by `plugin-interface header --language rust`; not to be edited by hand.
#![allow(dead_code, unused_imports, clippy::all)]

use plugin_runtime::abi::*;
use plugin_runtime::{Crossing, Error, Given, Lending, Services};

/// A part of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct EditorMark {
    /// In bytes of UTF-8, from the start of the line.
    pub start: i64,
    pub length: i64,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct EditorMarkC {
    pub start: i64,
    pub length: i64,
}

impl Crossing for EditorMark {
    type C = EditorMarkC;

    unsafe fn read(c: &EditorMarkC) -> Result<Self, Error> {
        Ok(Self {
            start: <i64 as Crossing>::read(&c.start)?,
            length: <i64 as Crossing>::read(&c.length)?,
        })
    }

    fn lend(&self, lending: &mut Lending) -> EditorMarkC {
        EditorMarkC {
            start: self.start.lend(lending),
            length: self.length.lend(lending),
        }
    }

    fn give(&self, services: &Services) -> Result<EditorMarkC, Error> {
        // What was made goes again where the next one cannot be.
        let start = Given::new(&self.start, services)?;
        let length = Given::new(&self.length, services)?;
        Ok(EditorMarkC {
            start: start.done(),
            length: length.done(),
        })
    }

    unsafe fn release(c: &EditorMarkC, services: &Services) {
        <i64 as Crossing>::release(&c.start, services);
        <i64 as Crossing>::release(&c.length, services);
    }
}
