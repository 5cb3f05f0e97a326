//! The interface example.editor-marks, revision 1.
//!
//! Written from the Swift protocol 'EditorMarks' by `plugin-interface header --language rust`; not to be edited by
//! hand.
#![allow(dead_code, unused_imports, clippy::all)]

use plugin_runtime::abi::*;
use plugin_runtime::{caught_status, caught_value, Crossing, Error, Exports, GivenClosure};
use plugin_runtime::{Holder, Interface, InterfaceName, Kept, Lending, Reference};
use std::os::raw::c_void;
use super::example_editor_mark::EditorMark;

pub const INTERFACE: InterfaceName =
    InterfaceName { id: "example.editor-marks", revision: 1, layout: 0x9b15c13bf8447b7e };

/// Asked which parts of a line to mark.
pub trait EditorMarks: Send + Sync {
    fn marks(&self, line: &str) -> Result<Vec<EditorMark>, Error>;
}

#[repr(C)]
pub struct Table {
    head: TableHead,
    marks: unsafe extern "C" fn(*mut c_void, <String as Crossing>::C, *mut <Vec<EditorMark> as Crossing>::C, *mut RawError) -> Status,
}

impl Interface for dyn EditorMarks {
    const NAME: InterfaceName = INTERFACE;
    type Table = Table;
}

impl<T: EditorMarks + 'static> Exports<T> for dyn EditorMarks {
    fn table(context: *mut c_void) -> Table {
        Table {
            head: TableHead::new::<Table>(INTERFACE, context),
            marks: thunk::marks::<T>,
        }
    }
}

mod thunk {
    use super::*;

    pub unsafe extern "C" fn marks<T: EditorMarks>(
        context: *mut c_void,
        a0: <String as Crossing>::C,
        result: *mut <Vec<EditorMark> as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let value = holder.implementation.marks(a0.text()?)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }
}

impl EditorMarks for Reference<dyn EditorMarks> {
    fn marks(&self, line: &str) -> Result<Vec<EditorMark>, Error> {
        let table = self.table();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.marks)(table.head.context, Slice::lent(line.as_bytes()), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Vec<EditorMark> as Crossing>::take(&result.assume_init(), self.services()) }
    }
}
