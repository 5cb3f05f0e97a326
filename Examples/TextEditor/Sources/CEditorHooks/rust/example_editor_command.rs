//! The interface example.editor-command, revision 1.
//!
//! Written from the Swift protocol 'EditorCommand' by `plugin-interface header --language rust`; not to be edited by
//! hand.
#![allow(dead_code, unused_imports, clippy::all)]

use plugin_runtime::abi::*;
use plugin_runtime::{caught_status, caught_value, Crossing, Error, Exports, GivenClosure};
use plugin_runtime::{Holder, Interface, InterfaceName, Kept, Lending, Reference};
use std::os::raw::c_void;

pub const INTERFACE: InterfaceName =
    InterfaceName { id: "example.editor-command", revision: 1, layout: 0x37243e1a8311b851 };

/// A command that is given by its name.
pub trait EditorCommand: Send + Sync {
    fn command_name(&self) -> Result<String, Error>;
    /// What the line of the cursor becomes.
    fn run(&self, line: &str) -> Result<String, Error>;
}

#[repr(C)]
pub struct Table {
    head: TableHead,
    command_name: unsafe extern "C" fn(*mut c_void, *mut <String as Crossing>::C, *mut RawError) -> Status,
    run: unsafe extern "C" fn(*mut c_void, <String as Crossing>::C, *mut <String as Crossing>::C, *mut RawError) -> Status,
}

impl Interface for dyn EditorCommand {
    const NAME: InterfaceName = INTERFACE;
    type Table = Table;
}

impl<T: EditorCommand + 'static> Exports<T> for dyn EditorCommand {
    fn table(context: *mut c_void) -> Table {
        Table {
            head: TableHead::new::<Table>(INTERFACE, context),
            command_name: thunk::command_name::<T>,
            run: thunk::run::<T>,
        }
    }
}

mod thunk {
    use super::*;

    pub unsafe extern "C" fn command_name<T: EditorCommand>(
        context: *mut c_void,
        result: *mut <String as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let value = holder.implementation.command_name()?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn run<T: EditorCommand>(
        context: *mut c_void,
        a0: <String as Crossing>::C,
        result: *mut <String as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let value = holder.implementation.run(a0.text()?)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }
}

impl EditorCommand for Reference<dyn EditorCommand> {
    fn command_name(&self) -> Result<String, Error> {
        let table = self.table();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.command_name)(table.head.context, result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <String as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn run(&self, line: &str) -> Result<String, Error> {
        let table = self.table();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.run)(table.head.context, Slice::lent(line.as_bytes()), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <String as Crossing>::take(&result.assume_init(), self.services()) }
    }
}
