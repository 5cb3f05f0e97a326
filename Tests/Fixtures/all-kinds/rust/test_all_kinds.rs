//! The interface test.all-kinds, revision 1.
//!
//! Written from the Swift protocol 'AllKinds' by `plugin-interface header --language rust`; not to be edited by
//! hand.
#![allow(dead_code, unused_imports, clippy::all)]

use plugin_runtime::abi::*;
use plugin_runtime::{caught_status, caught_value, Crossing, Error, Exports, GivenClosure};
use plugin_runtime::{Holder, Interface, InterfaceName, Kept, Lending, Reference};
use std::os::raw::c_void;
use super::test_color::Color;
use super::test_temperature::Temperature;
use super::test_inner::Inner;
use super::test_record::Record;

pub const INTERFACE: InterfaceName =
    InterfaceName { id: "test.all-kinds", revision: 1, layout: 0xf64486831b018ec7 };

/// Every kind of value that can cross, as parameter and as result.
pub trait AllKinds: Send + Sync {
    /// The checksum of all numbers, in their order.
    fn checksum_numbers(&self, a: i8, b: i16, c: i32, d: i64, e: u8, f: u16, g: u32, h: u64, i: i64, j: u64, k: f32, l: f64, m: bool) -> u64;
    fn echo_int(&self, x: i64) -> i64;
    fn echo_float(&self, x: f32) -> f32;
    fn echo_bool(&self, x: bool) -> bool;
    fn echo_optional(&self, x: Option<i64>) -> Option<i64>;
    fn echo_optional_bool(&self, x: Option<bool>) -> Option<bool>;
    /// The checksum of a text, bytes and numbers that are only looked at.
    fn checksum_borrowed(&self, text: &str, bytes: &[u8], numbers: &[i32]) -> u64;
    /// As above, but what is not UTF-8 is refused.
    fn checksum_checked(&self, text: &str) -> Result<u64, Error>;
    fn sum(&self, numbers: &[i32]) -> i64;
    fn echo_text(&self, x: &str) -> Result<String, Error>;
    fn echo_bytes(&self, x: &[u8]) -> Result<Vec<u8>, Error>;
    fn echo_color(&self, x: &Color) -> Result<Color, Error>;
    fn echo_temperature(&self, x: &Temperature) -> Result<Temperature, Error>;
    fn echo_optional_text(&self, x: Option<String>) -> Result<Option<String>, Error>;
    fn echo_optional_bytes(&self, x: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, Error>;
    fn echo_optional_color(&self, x: Option<Color>) -> Result<Option<Color>, Error>;
    fn echo_optional_inner(&self, x: Option<Inner>) -> Result<Option<Inner>, Error>;
    fn echo_numbers(&self, x: &[i32]) -> Result<Vec<i32>, Error>;
    fn echo_offsets(&self, x: &[i64]) -> Result<Vec<i64>, Error>;
    fn echo_texts(&self, x: &[String]) -> Result<Vec<String>, Error>;
    fn echo_blobs(&self, x: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Error>;
    fn echo_colors(&self, x: &[Color]) -> Result<Vec<Color>, Error>;
    fn echo_inners(&self, x: &[Inner]) -> Result<Vec<Inner>, Error>;
    fn echo_record(&self, x: &Record) -> Result<Record, Error>;
    fn checksum_record(&self, x: &Record) -> Result<u64, Error>;
    /// Calls `body` with each text and its number, and adds up what it returns; fails as `body` does.
    fn visit(&self, texts: &[String], body: &dyn Fn(i32, &str) -> Result<i64, Error>) -> Result<i64, Error>;
    /// Adds up what `body` returns for 0 up to `count`.
    fn total(&self, count: i32, body: &dyn Fn(i32) -> i64) -> i64;
    /// Keeps `body` until another one comes, or `drop()`.
    fn keep(&self, body: Box<dyn Fn(&str, Option<Inner>) -> Result<String, Error> + Send + Sync>) -> Result<(), Error>;
    /// What the closure that is kept returns.
    fn call_kept(&self, text: &str, inner: Option<Inner>) -> Result<String, Error>;
    /// Whether there was a closure to drop.
    fn drop(&self) -> bool;
    fn fail(&self, code: i32, message: &str) -> Result<(), Error>;
}

#[repr(C)]
pub struct Table {
    head: TableHead,
    checksum_numbers: unsafe extern "C" fn(*mut c_void, i8, i16, i32, i64, u8, u16, u32, u64, i64, u64, f32, f64, bool) -> u64,
    echo_int: unsafe extern "C" fn(*mut c_void, i64) -> i64,
    echo_float: unsafe extern "C" fn(*mut c_void, f32) -> f32,
    echo_bool: unsafe extern "C" fn(*mut c_void, bool) -> bool,
    echo_optional: unsafe extern "C" fn(*mut c_void, <Option<i64> as Crossing>::C) -> <Option<i64> as Crossing>::C,
    echo_optional_bool: unsafe extern "C" fn(*mut c_void, <Option<bool> as Crossing>::C) -> <Option<bool> as Crossing>::C,
    checksum_borrowed: unsafe extern "C" fn(*mut c_void, <String as Crossing>::C, <Vec<u8> as Crossing>::C, <Vec<i32> as Crossing>::C) -> u64,
    checksum_checked: unsafe extern "C" fn(*mut c_void, <String as Crossing>::C, *mut u64, *mut RawError) -> Status,
    sum: unsafe extern "C" fn(*mut c_void, <Vec<i32> as Crossing>::C) -> i64,
    echo_text: unsafe extern "C" fn(*mut c_void, <String as Crossing>::C, *mut <String as Crossing>::C, *mut RawError) -> Status,
    echo_bytes: unsafe extern "C" fn(*mut c_void, <Vec<u8> as Crossing>::C, *mut <Vec<u8> as Crossing>::C, *mut RawError) -> Status,
    echo_color: unsafe extern "C" fn(*mut c_void, <Color as Crossing>::C, *mut <Color as Crossing>::C, *mut RawError) -> Status,
    echo_temperature: unsafe extern "C" fn(*mut c_void, <Temperature as Crossing>::C, *mut <Temperature as Crossing>::C, *mut RawError) -> Status,
    echo_optional_text: unsafe extern "C" fn(*mut c_void, <Option<String> as Crossing>::C, *mut <Option<String> as Crossing>::C, *mut RawError) -> Status,
    echo_optional_bytes: unsafe extern "C" fn(*mut c_void, <Option<Vec<u8>> as Crossing>::C, *mut <Option<Vec<u8>> as Crossing>::C, *mut RawError) -> Status,
    echo_optional_color: unsafe extern "C" fn(*mut c_void, <Option<Color> as Crossing>::C, *mut <Option<Color> as Crossing>::C, *mut RawError) -> Status,
    echo_optional_inner: unsafe extern "C" fn(*mut c_void, <Option<Inner> as Crossing>::C, *mut <Option<Inner> as Crossing>::C, *mut RawError) -> Status,
    echo_numbers: unsafe extern "C" fn(*mut c_void, <Vec<i32> as Crossing>::C, *mut <Vec<i32> as Crossing>::C, *mut RawError) -> Status,
    echo_offsets: unsafe extern "C" fn(*mut c_void, <Vec<i64> as Crossing>::C, *mut <Vec<i64> as Crossing>::C, *mut RawError) -> Status,
    echo_texts: unsafe extern "C" fn(*mut c_void, <Vec<String> as Crossing>::C, *mut <Vec<String> as Crossing>::C, *mut RawError) -> Status,
    echo_blobs: unsafe extern "C" fn(*mut c_void, <Vec<Vec<u8>> as Crossing>::C, *mut <Vec<Vec<u8>> as Crossing>::C, *mut RawError) -> Status,
    echo_colors: unsafe extern "C" fn(*mut c_void, <Vec<Color> as Crossing>::C, *mut <Vec<Color> as Crossing>::C, *mut RawError) -> Status,
    echo_inners: unsafe extern "C" fn(*mut c_void, <Vec<Inner> as Crossing>::C, *mut <Vec<Inner> as Crossing>::C, *mut RawError) -> Status,
    echo_record: unsafe extern "C" fn(*mut c_void, <Record as Crossing>::C, *mut <Record as Crossing>::C, *mut RawError) -> Status,
    checksum_record: unsafe extern "C" fn(*mut c_void, <Record as Crossing>::C, *mut u64, *mut RawError) -> Status,
    visit: unsafe extern "C" fn(*mut c_void, <Vec<String> as Crossing>::C, VisitBody, *mut i64, *mut RawError) -> Status,
    total: unsafe extern "C" fn(*mut c_void, i32, TotalBody) -> i64,
    keep: unsafe extern "C" fn(*mut c_void, KeepBody, *mut RawError) -> Status,
    call_kept: unsafe extern "C" fn(*mut c_void, <String as Crossing>::C, <Option<Inner> as Crossing>::C, *mut <String as Crossing>::C, *mut RawError) -> Status,
    drop: unsafe extern "C" fn(*mut c_void) -> bool,
    fail: unsafe extern "C" fn(*mut c_void, i32, <String as Crossing>::C, *mut RawError) -> Status,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct VisitBody {
    pub context: *mut c_void,
    pub call: unsafe extern "C" fn(*mut c_void, i32, <String as Crossing>::C, *mut i64, *mut RawError) -> Status,
}

unsafe extern "C" fn call_visit_body(
    context: *mut c_void,
    a0: i32,
    a1: <String as Crossing>::C,
    result: *mut i64,
    error: *mut RawError,
) -> Status {
    let closure = &*context.cast::<GivenClosure<&dyn Fn(i32, &str) -> Result<i64, Error>>>();
    caught_status(error, || {
        let value = (closure.closure)(a0, a1.text()?)?;
        if !result.is_null() {
            result.write(value.give(&closure.services)?);
        }
        Ok(())
    })
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct TotalBody {
    pub context: *mut c_void,
    pub call: unsafe extern "C" fn(*mut c_void, i32) -> i64,
}

unsafe extern "C" fn call_total_body(
    context: *mut c_void,
    a0: i32,
) -> i64 {
    let closure = &*context.cast::<GivenClosure<&dyn Fn(i32) -> i64>>();
    caught_value(&closure.services, || {
        (closure.closure)(a0)
    })
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct KeepBody {
    pub head: KeptHead,
    pub call: unsafe extern "C" fn(*mut c_void, <String as Crossing>::C, <Option<Inner> as Crossing>::C, *mut <String as Crossing>::C, *mut RawError) -> Status,
}

unsafe extern "C" fn call_keep_body(
    context: *mut c_void,
    a0: <String as Crossing>::C,
    a1: <Option<Inner> as Crossing>::C,
    result: *mut <String as Crossing>::C,
    error: *mut RawError,
) -> Status {
    let closure = &*context.cast::<GivenClosure<Box<dyn Fn(&str, Option<Inner>) -> Result<String, Error> + Send + Sync>>>();
    caught_status(error, || {
        let a1 = <Option<Inner> as Crossing>::read(&a1)?;
        let value = (closure.closure)(a0.text()?, a1)?;
        if !result.is_null() {
            result.write(value.give(&closure.services)?);
        }
        Ok(())
    })
}

impl Interface for dyn AllKinds {
    const NAME: InterfaceName = INTERFACE;
    type Table = Table;
}

impl<T: AllKinds + 'static> Exports<T> for dyn AllKinds {
    fn table(context: *mut c_void) -> Table {
        Table {
            head: TableHead::new::<Table>(INTERFACE, context),
            checksum_numbers: thunk::checksum_numbers::<T>,
            echo_int: thunk::echo_int::<T>,
            echo_float: thunk::echo_float::<T>,
            echo_bool: thunk::echo_bool::<T>,
            echo_optional: thunk::echo_optional::<T>,
            echo_optional_bool: thunk::echo_optional_bool::<T>,
            checksum_borrowed: thunk::checksum_borrowed::<T>,
            checksum_checked: thunk::checksum_checked::<T>,
            sum: thunk::sum::<T>,
            echo_text: thunk::echo_text::<T>,
            echo_bytes: thunk::echo_bytes::<T>,
            echo_color: thunk::echo_color::<T>,
            echo_temperature: thunk::echo_temperature::<T>,
            echo_optional_text: thunk::echo_optional_text::<T>,
            echo_optional_bytes: thunk::echo_optional_bytes::<T>,
            echo_optional_color: thunk::echo_optional_color::<T>,
            echo_optional_inner: thunk::echo_optional_inner::<T>,
            echo_numbers: thunk::echo_numbers::<T>,
            echo_offsets: thunk::echo_offsets::<T>,
            echo_texts: thunk::echo_texts::<T>,
            echo_blobs: thunk::echo_blobs::<T>,
            echo_colors: thunk::echo_colors::<T>,
            echo_inners: thunk::echo_inners::<T>,
            echo_record: thunk::echo_record::<T>,
            checksum_record: thunk::checksum_record::<T>,
            visit: thunk::visit::<T>,
            total: thunk::total::<T>,
            keep: thunk::keep::<T>,
            call_kept: thunk::call_kept::<T>,
            drop: thunk::drop::<T>,
            fail: thunk::fail::<T>,
        }
    }
}

mod thunk {
    use super::*;

    pub unsafe extern "C" fn checksum_numbers<T: AllKinds>(
        context: *mut c_void,
        a0: i8,
        a1: i16,
        a2: i32,
        a3: i64,
        a4: u8,
        a5: u16,
        a6: u32,
        a7: u64,
        a8: i64,
        a9: u64,
        a10: f32,
        a11: f64,
        a12: bool,
    ) -> u64 {
        let holder = &*context.cast::<Holder<T>>();
        caught_value(&holder.services, || {
            holder.implementation.checksum_numbers(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12)
        })
    }

    pub unsafe extern "C" fn echo_int<T: AllKinds>(
        context: *mut c_void,
        a0: i64,
    ) -> i64 {
        let holder = &*context.cast::<Holder<T>>();
        caught_value(&holder.services, || {
            holder.implementation.echo_int(a0)
        })
    }

    pub unsafe extern "C" fn echo_float<T: AllKinds>(
        context: *mut c_void,
        a0: f32,
    ) -> f32 {
        let holder = &*context.cast::<Holder<T>>();
        caught_value(&holder.services, || {
            holder.implementation.echo_float(a0)
        })
    }

    pub unsafe extern "C" fn echo_bool<T: AllKinds>(
        context: *mut c_void,
        a0: bool,
    ) -> bool {
        let holder = &*context.cast::<Holder<T>>();
        caught_value(&holder.services, || {
            holder.implementation.echo_bool(a0)
        })
    }

    pub unsafe extern "C" fn echo_optional<T: AllKinds>(
        context: *mut c_void,
        a0: <Option<i64> as Crossing>::C,
    ) -> <Option<i64> as Crossing>::C {
        let holder = &*context.cast::<Holder<T>>();
        caught_value(&holder.services, || {
            let a0 = <Option<i64> as Crossing>::read(&a0).unwrap_or_default();
            holder.implementation.echo_optional(a0).lend(&mut Lending::default())
        })
    }

    pub unsafe extern "C" fn echo_optional_bool<T: AllKinds>(
        context: *mut c_void,
        a0: <Option<bool> as Crossing>::C,
    ) -> <Option<bool> as Crossing>::C {
        let holder = &*context.cast::<Holder<T>>();
        caught_value(&holder.services, || {
            let a0 = <Option<bool> as Crossing>::read(&a0).unwrap_or_default();
            holder.implementation.echo_optional_bool(a0).lend(&mut Lending::default())
        })
    }

    pub unsafe extern "C" fn checksum_borrowed<T: AllKinds>(
        context: *mut c_void,
        a0: <String as Crossing>::C,
        a1: <Vec<u8> as Crossing>::C,
        a2: <Vec<i32> as Crossing>::C,
    ) -> u64 {
        let holder = &*context.cast::<Holder<T>>();
        caught_value(&holder.services, || {
            holder.implementation.checksum_borrowed(&a0.repaired(), a1.borrow(), a2.borrow())
        })
    }

    pub unsafe extern "C" fn checksum_checked<T: AllKinds>(
        context: *mut c_void,
        a0: <String as Crossing>::C,
        result: *mut u64,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let value = holder.implementation.checksum_checked(a0.text()?)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn sum<T: AllKinds>(
        context: *mut c_void,
        a0: <Vec<i32> as Crossing>::C,
    ) -> i64 {
        let holder = &*context.cast::<Holder<T>>();
        caught_value(&holder.services, || {
            holder.implementation.sum(a0.borrow())
        })
    }

    pub unsafe extern "C" fn echo_text<T: AllKinds>(
        context: *mut c_void,
        a0: <String as Crossing>::C,
        result: *mut <String as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let value = holder.implementation.echo_text(a0.text()?)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn echo_bytes<T: AllKinds>(
        context: *mut c_void,
        a0: <Vec<u8> as Crossing>::C,
        result: *mut <Vec<u8> as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let value = holder.implementation.echo_bytes(a0.borrow())?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn echo_color<T: AllKinds>(
        context: *mut c_void,
        a0: <Color as Crossing>::C,
        result: *mut <Color as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let a0 = <Color as Crossing>::read(&a0)?;
            let value = holder.implementation.echo_color(&a0)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn echo_temperature<T: AllKinds>(
        context: *mut c_void,
        a0: <Temperature as Crossing>::C,
        result: *mut <Temperature as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let a0 = <Temperature as Crossing>::read(&a0)?;
            let value = holder.implementation.echo_temperature(&a0)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn echo_optional_text<T: AllKinds>(
        context: *mut c_void,
        a0: <Option<String> as Crossing>::C,
        result: *mut <Option<String> as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let a0 = <Option<String> as Crossing>::read(&a0)?;
            let value = holder.implementation.echo_optional_text(a0)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn echo_optional_bytes<T: AllKinds>(
        context: *mut c_void,
        a0: <Option<Vec<u8>> as Crossing>::C,
        result: *mut <Option<Vec<u8>> as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let a0 = <Option<Vec<u8>> as Crossing>::read(&a0)?;
            let value = holder.implementation.echo_optional_bytes(a0)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn echo_optional_color<T: AllKinds>(
        context: *mut c_void,
        a0: <Option<Color> as Crossing>::C,
        result: *mut <Option<Color> as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let a0 = <Option<Color> as Crossing>::read(&a0)?;
            let value = holder.implementation.echo_optional_color(a0)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn echo_optional_inner<T: AllKinds>(
        context: *mut c_void,
        a0: <Option<Inner> as Crossing>::C,
        result: *mut <Option<Inner> as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let a0 = <Option<Inner> as Crossing>::read(&a0)?;
            let value = holder.implementation.echo_optional_inner(a0)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn echo_numbers<T: AllKinds>(
        context: *mut c_void,
        a0: <Vec<i32> as Crossing>::C,
        result: *mut <Vec<i32> as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let value = holder.implementation.echo_numbers(a0.borrow())?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn echo_offsets<T: AllKinds>(
        context: *mut c_void,
        a0: <Vec<i64> as Crossing>::C,
        result: *mut <Vec<i64> as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let value = holder.implementation.echo_offsets(a0.borrow())?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn echo_texts<T: AllKinds>(
        context: *mut c_void,
        a0: <Vec<String> as Crossing>::C,
        result: *mut <Vec<String> as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let a0 = <Vec<String> as Crossing>::read(&a0)?;
            let value = holder.implementation.echo_texts(&a0)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn echo_blobs<T: AllKinds>(
        context: *mut c_void,
        a0: <Vec<Vec<u8>> as Crossing>::C,
        result: *mut <Vec<Vec<u8>> as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let a0 = <Vec<Vec<u8>> as Crossing>::read(&a0)?;
            let value = holder.implementation.echo_blobs(&a0)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn echo_colors<T: AllKinds>(
        context: *mut c_void,
        a0: <Vec<Color> as Crossing>::C,
        result: *mut <Vec<Color> as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let a0 = <Vec<Color> as Crossing>::read(&a0)?;
            let value = holder.implementation.echo_colors(&a0)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn echo_inners<T: AllKinds>(
        context: *mut c_void,
        a0: <Vec<Inner> as Crossing>::C,
        result: *mut <Vec<Inner> as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let a0 = <Vec<Inner> as Crossing>::read(&a0)?;
            let value = holder.implementation.echo_inners(&a0)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn echo_record<T: AllKinds>(
        context: *mut c_void,
        a0: <Record as Crossing>::C,
        result: *mut <Record as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let a0 = <Record as Crossing>::read(&a0)?;
            let value = holder.implementation.echo_record(&a0)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn checksum_record<T: AllKinds>(
        context: *mut c_void,
        a0: <Record as Crossing>::C,
        result: *mut u64,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let a0 = <Record as Crossing>::read(&a0)?;
            let value = holder.implementation.checksum_record(&a0)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn visit<T: AllKinds>(
        context: *mut c_void,
        a0: <Vec<String> as Crossing>::C,
        a1: VisitBody,
        result: *mut i64,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let a0 = <Vec<String> as Crossing>::read(&a0)?;
            let closure_a1 = a1;
            let a1 = |v0: i32, v1: &str| -> Result<i64, Error> {
                let mut error = RawError::room();
                let mut result = std::mem::MaybeUninit::zeroed();
                let status = unsafe { (closure_a1.call)(closure_a1.context, v0, Slice::lent(v1.as_bytes()), result.as_mut_ptr(), &mut error) };
                if status != OK {
                    return Err(Error::read(status, &error));
                }
                unsafe { <i64 as Crossing>::take(&result.assume_init(), &holder.services) }
            };
            let value = holder.implementation.visit(&a0, &a1)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn total<T: AllKinds>(
        context: *mut c_void,
        a0: i32,
        a1: TotalBody,
    ) -> i64 {
        let holder = &*context.cast::<Holder<T>>();
        caught_value(&holder.services, || {
            let closure_a1 = a1;
            let a1 = |v0: i32| -> i64 {
                unsafe { (closure_a1.call)(closure_a1.context, v0) }
            };
            holder.implementation.total(a0, &a1)
        })
    }

    pub unsafe extern "C" fn keep<T: AllKinds>(
        context: *mut c_void,
        a0: KeepBody,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let (call_a0, kept_a0) = (a0.call, Kept::new(a0.head, &holder.services));
            let a0 = Box::new(move |v0: &str, v1: Option<Inner>| -> Result<String, Error> {
                let _entered = kept_a0.enter()?;
                let mut lending = Lending::default();
                let mut error = RawError::room();
                let mut result = std::mem::MaybeUninit::zeroed();
                let status = unsafe { (call_a0)(kept_a0.context(), Slice::lent(v0.as_bytes()), v1.lend(&mut lending), result.as_mut_ptr(), &mut error) };
                if status != OK {
                    return Err(Error::read(status, &error));
                }
                unsafe { <String as Crossing>::take(&result.assume_init(), kept_a0.services()) }
            });
            holder.implementation.keep(a0)
        })
    }

    pub unsafe extern "C" fn call_kept<T: AllKinds>(
        context: *mut c_void,
        a0: <String as Crossing>::C,
        a1: <Option<Inner> as Crossing>::C,
        result: *mut <String as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            let a1 = <Option<Inner> as Crossing>::read(&a1)?;
            let value = holder.implementation.call_kept(a0.text()?, a1)?;
            if !result.is_null() {
                result.write(value.give(&holder.services)?);
            }
            Ok(())
        })
    }

    pub unsafe extern "C" fn drop<T: AllKinds>(
        context: *mut c_void,
    ) -> bool {
        let holder = &*context.cast::<Holder<T>>();
        caught_value(&holder.services, || {
            holder.implementation.drop()
        })
    }

    pub unsafe extern "C" fn fail<T: AllKinds>(
        context: *mut c_void,
        a0: i32,
        a1: <String as Crossing>::C,
        error: *mut RawError,
    ) -> Status {
        let holder = &*context.cast::<Holder<T>>();
        caught_status(error, || {
            holder.implementation.fail(a0, a1.text()?)
        })
    }
}

impl AllKinds for Reference<dyn AllKinds> {
    fn checksum_numbers(&self, a: i8, b: i16, c: i32, d: i64, e: u8, f: u16, g: u32, h: u64, i: i64, j: u64, k: f32, l: f64, m: bool) -> u64 {
        let table = self.table();
        unsafe { (table.checksum_numbers)(table.head.context, a, b, c, d, e, f, g, h, i, j, k, l, m) }
    }

    fn echo_int(&self, x: i64) -> i64 {
        let table = self.table();
        unsafe { (table.echo_int)(table.head.context, x) }
    }

    fn echo_float(&self, x: f32) -> f32 {
        let table = self.table();
        unsafe { (table.echo_float)(table.head.context, x) }
    }

    fn echo_bool(&self, x: bool) -> bool {
        let table = self.table();
        unsafe { (table.echo_bool)(table.head.context, x) }
    }

    fn echo_optional(&self, x: Option<i64>) -> Option<i64> {
        let table = self.table();
        let mut lending = Lending::default();
        unsafe { <Option<i64> as Crossing>::read(&(table.echo_optional)(table.head.context, x.lend(&mut lending))).unwrap_or_default() }
    }

    fn echo_optional_bool(&self, x: Option<bool>) -> Option<bool> {
        let table = self.table();
        let mut lending = Lending::default();
        unsafe { <Option<bool> as Crossing>::read(&(table.echo_optional_bool)(table.head.context, x.lend(&mut lending))).unwrap_or_default() }
    }

    fn checksum_borrowed(&self, text: &str, bytes: &[u8], numbers: &[i32]) -> u64 {
        let table = self.table();
        unsafe { (table.checksum_borrowed)(table.head.context, Slice::lent(text.as_bytes()), Slice::lent(bytes), Slice::lent(numbers)) }
    }

    fn checksum_checked(&self, text: &str) -> Result<u64, Error> {
        let table = self.table();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.checksum_checked)(table.head.context, Slice::lent(text.as_bytes()), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <u64 as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn sum(&self, numbers: &[i32]) -> i64 {
        let table = self.table();
        unsafe { (table.sum)(table.head.context, Slice::lent(numbers)) }
    }

    fn echo_text(&self, x: &str) -> Result<String, Error> {
        let table = self.table();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_text)(table.head.context, Slice::lent(x.as_bytes()), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <String as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn echo_bytes(&self, x: &[u8]) -> Result<Vec<u8>, Error> {
        let table = self.table();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_bytes)(table.head.context, Slice::lent(x), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Vec<u8> as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn echo_color(&self, x: &Color) -> Result<Color, Error> {
        let table = self.table();
        let mut lending = Lending::default();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_color)(table.head.context, x.lend(&mut lending), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Color as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn echo_temperature(&self, x: &Temperature) -> Result<Temperature, Error> {
        let table = self.table();
        let mut lending = Lending::default();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_temperature)(table.head.context, x.lend(&mut lending), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Temperature as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn echo_optional_text(&self, x: Option<String>) -> Result<Option<String>, Error> {
        let table = self.table();
        let mut lending = Lending::default();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_optional_text)(table.head.context, x.lend(&mut lending), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Option<String> as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn echo_optional_bytes(&self, x: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, Error> {
        let table = self.table();
        let mut lending = Lending::default();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_optional_bytes)(table.head.context, x.lend(&mut lending), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Option<Vec<u8>> as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn echo_optional_color(&self, x: Option<Color>) -> Result<Option<Color>, Error> {
        let table = self.table();
        let mut lending = Lending::default();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_optional_color)(table.head.context, x.lend(&mut lending), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Option<Color> as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn echo_optional_inner(&self, x: Option<Inner>) -> Result<Option<Inner>, Error> {
        let table = self.table();
        let mut lending = Lending::default();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_optional_inner)(table.head.context, x.lend(&mut lending), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Option<Inner> as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn echo_numbers(&self, x: &[i32]) -> Result<Vec<i32>, Error> {
        let table = self.table();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_numbers)(table.head.context, Slice::lent(x), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Vec<i32> as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn echo_offsets(&self, x: &[i64]) -> Result<Vec<i64>, Error> {
        let table = self.table();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_offsets)(table.head.context, Slice::lent(x), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Vec<i64> as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn echo_texts(&self, x: &[String]) -> Result<Vec<String>, Error> {
        let table = self.table();
        let mut lending = Lending::default();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_texts)(table.head.context, lending.each(x), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Vec<String> as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn echo_blobs(&self, x: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Error> {
        let table = self.table();
        let mut lending = Lending::default();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_blobs)(table.head.context, lending.each(x), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Vec<Vec<u8>> as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn echo_colors(&self, x: &[Color]) -> Result<Vec<Color>, Error> {
        let table = self.table();
        let mut lending = Lending::default();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_colors)(table.head.context, lending.each(x), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Vec<Color> as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn echo_inners(&self, x: &[Inner]) -> Result<Vec<Inner>, Error> {
        let table = self.table();
        let mut lending = Lending::default();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_inners)(table.head.context, lending.each(x), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Vec<Inner> as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn echo_record(&self, x: &Record) -> Result<Record, Error> {
        let table = self.table();
        let mut lending = Lending::default();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.echo_record)(table.head.context, x.lend(&mut lending), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <Record as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn checksum_record(&self, x: &Record) -> Result<u64, Error> {
        let table = self.table();
        let mut lending = Lending::default();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.checksum_record)(table.head.context, x.lend(&mut lending), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <u64 as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn visit(&self, texts: &[String], body: &dyn Fn(i32, &str) -> Result<i64, Error>) -> Result<i64, Error> {
        let table = self.table();
        let mut lending = Lending::default();
        let body_given = GivenClosure { closure: body, services: *self.services() };
        let body_c = VisitBody { context: body_given.context(), call: call_visit_body };
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.visit)(table.head.context, lending.each(texts), body_c, result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <i64 as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn total(&self, count: i32, body: &dyn Fn(i32) -> i64) -> i64 {
        let table = self.table();
        let body_given = GivenClosure { closure: body, services: *self.services() };
        let body_c = TotalBody { context: body_given.context(), call: call_total_body };
        unsafe { (table.total)(table.head.context, count, body_c) }
    }

    fn keep(&self, body: Box<dyn Fn(&str, Option<Inner>) -> Result<String, Error> + Send + Sync>) -> Result<(), Error> {
        let table = self.table();
        let body_c = KeepBody { head: KeptHead::new(body, self.services()), call: call_keep_body };
        let mut error = RawError::room();
        let status = unsafe { (table.keep)(table.head.context, body_c, &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        Ok(())
    }

    fn call_kept(&self, text: &str, inner: Option<Inner>) -> Result<String, Error> {
        let table = self.table();
        let mut lending = Lending::default();
        let mut error = RawError::room();
        let mut result = std::mem::MaybeUninit::zeroed();
        let status = unsafe { (table.call_kept)(table.head.context, Slice::lent(text.as_bytes()), inner.lend(&mut lending), result.as_mut_ptr(), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        unsafe { <String as Crossing>::take(&result.assume_init(), self.services()) }
    }

    fn drop(&self) -> bool {
        let table = self.table();
        unsafe { (table.drop)(table.head.context) }
    }

    fn fail(&self, code: i32, message: &str) -> Result<(), Error> {
        let table = self.table();
        let mut error = RawError::room();
        let status = unsafe { (table.fail)(table.head.context, code, Slice::lent(message.as_bytes()), &mut error) };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        Ok(())
    }
}
