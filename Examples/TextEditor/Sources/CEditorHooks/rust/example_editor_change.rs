//! The interface example.editor-change, revision 1.
//!
//! Written from the Swift protocol 'EditorChange' by `plugin-interface header --language rust`; not to be edited by
//! hand.
#![allow(dead_code, unused_imports, clippy::all)]

use plugin_runtime::abi::*;
use plugin_runtime::{caught_status, caught_value, Crossing, Error, Exports, GivenClosure};
use plugin_runtime::{Holder, Interface, InterfaceName, Kept, Lending, Reference};
use std::os::raw::c_void;

pub const INTERFACE: InterfaceName =
    InterfaceName { id: "example.editor-change", revision: 1, layout: 0xc7b5466028045733 };

/// Told when the text has changed.
pub trait EditorChange: Send + Sync {
    /// What stands in the status line.
    fn status(&self, text: &str) -> Result<String, Error>;
}

#[repr(C)]
pub struct Table {
    head: TableHead,
    status: unsafe extern "C" fn(*mut c_void, <String as Crossing>::C, *mut <String as Crossing>::C, *mut RawError) -> Status,
}

impl Interface for dyn EditorChange {
    const NAME: InterfaceName = INTERFACE;
    type Table = Table;
}

impl<T: EditorChange + 'static> Exports<T> for dyn EditorChange {
    fn table(context: *mut c_void) -> Table {
        Table {
            head: TableHead::new::<Table>(INTERFACE, context),
            status: thunk::status::<T>,
        }
    }
}

mod thunk {
    use super::*;

    pub unsafe extern "C" fn status<T: EditorChange>(
        context: *mut c_void,
        a0: <String as Crossing>::C,
        result: *mut <String as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let value = holder.implementation.status(a0.text()?)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }
}

impl EditorChange for Reference<dyn EditorChange> {
    fn status(&self, text: &str) -> Result<String, Error> {
        let table = self.table();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.status)(table.head.context, Slice::lent(text.as_bytes()), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <String as Crossing>::take(&result.assume_init(), self.services()) }
    }
}
