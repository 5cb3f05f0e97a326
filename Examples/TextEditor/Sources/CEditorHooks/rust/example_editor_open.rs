//! The interface example.editor-open, revision 1.
//!
//! Written from the Swift protocol 'EditorOpen' by `plugin-interface header --language rust`; not to be edited by
//! hand.
#![allow(dead_code, unused_imports, clippy::all)]

use plugin_runtime::abi::*;
use plugin_runtime::{caught_status, caught_value, Crossing, Error, Exports, GivenClosure};
use plugin_runtime::{Holder, Interface, InterfaceName, Kept, Lending, Reference};
use std::os::raw::c_void;

pub const INTERFACE: InterfaceName =
    InterfaceName { id: "example.editor-open", revision: 1, layout: 0xf97bf5d682f27eaf };

/// Told when a file has been opened.
pub trait EditorOpen: Send + Sync {
    /// What to say about it on the last line; nothing where that is empty.
    fn opened(&self, path: &str, text: &str) -> Result<String, Error>;
}

#[repr(C)]
pub struct Table {
    head: TableHead,
    opened: unsafe extern "C" fn(*mut c_void, <String as Crossing>::C, <String as Crossing>::C, *mut <String as Crossing>::C, *mut RawError) -> Status,
}

impl Interface for dyn EditorOpen {
    const NAME: InterfaceName = INTERFACE;
    type Table = Table;
}

impl<T: EditorOpen + 'static> Exports<T> for dyn EditorOpen {
    fn table(context: *mut c_void) -> Table {
        Table {
            head: TableHead::new::<Table>(INTERFACE, context),
            opened: thunk::opened::<T>,
        }
    }
}

mod thunk {
    use super::*;

    pub unsafe extern "C" fn opened<T: EditorOpen>(
        context: *mut c_void,
        a0: <String as Crossing>::C,
        a1: <String as Crossing>::C,
        result: *mut <String as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let value = holder.implementation.opened(a0.text()?, a1.text()?)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }
}

impl EditorOpen for Reference<dyn EditorOpen> {
    fn opened(&self, path: &str, text: &str) -> Result<String, Error> {
        let table = self.table();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.opened)(table.head.context, Slice::lent(path.as_bytes()), Slice::lent(text.as_bytes()), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <String as Crossing>::take(&result.assume_init(), self.services()) }
    }
}
