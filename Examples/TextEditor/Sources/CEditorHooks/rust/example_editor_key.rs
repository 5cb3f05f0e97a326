//! The interface example.editor-key, revision 1.
//!
//! Written from the Swift protocol 'EditorKey' by `plugin-interface header --language rust`; not to be edited by
//! hand.
#![allow(dead_code, unused_imports, clippy::all)]

use plugin_runtime::abi::*;
use plugin_runtime::{caught_status, caught_value, Crossing, Error, Exports, GivenClosure};
use plugin_runtime::{Holder, Interface, InterfaceName, Kept, Lending, Reference};
use std::os::raw::c_void;

pub const INTERFACE: InterfaceName =
    InterfaceName { id: "example.editor-key", revision: 1, layout: 0x8d09669f41f2431b };

/// Asked before a key that was typed does what it does by itself.
pub trait EditorKey: Send + Sync {
    /// What is to be inserted in place of the key, which is what it would insert, behind `before`; nothing where
    /// that is empty.
    fn typed(&self, key: &str, before: &str) -> Result<String, Error>;
}

#[repr(C)]
pub struct Table {
    head: TableHead,
    typed: unsafe extern "C" fn(*mut c_void, <String as Crossing>::C, <String as Crossing>::C, *mut <String as Crossing>::C, *mut RawError) -> Status,
}

impl Interface for dyn EditorKey {
    const NAME: InterfaceName = INTERFACE;
    type Table = Table;
}

impl<T: EditorKey + 'static> Exports<T> for dyn EditorKey {
    fn table(context: *mut c_void) -> Table {
        Table {
            head: TableHead::new::<Table>(INTERFACE, context),
            typed: thunk::typed::<T>,
        }
    }
}

mod thunk {
    use super::*;

    pub unsafe extern "C" fn typed<T: EditorKey>(
        context: *mut c_void,
        a0: <String as Crossing>::C,
        a1: <String as Crossing>::C,
        result: *mut <String as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let value = holder.implementation.typed(a0.text()?, a1.text()?)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }
}

impl EditorKey for Reference<dyn EditorKey> {
    fn typed(&self, key: &str, before: &str) -> Result<String, Error> {
        let table = self.table();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.typed)(table.head.context, Slice::lent(key.as_bytes()), Slice::lent(before.as_bytes()), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <String as Crossing>::take(&result.assume_init(), self.services()) }
    }
}
