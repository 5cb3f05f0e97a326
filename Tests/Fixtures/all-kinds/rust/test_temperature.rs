//! The value test.temperature.
//!
//! Written from the Swift type 'Temperature' by `plugin-interface header --language rust`; not to be edited by hand.
#![allow(dead_code, unused_imports, clippy::all)]

use plugin_runtime::abi::*;
use plugin_runtime::{Crossing, Error, Given, Lending, Services};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Temperature {
    Freezing = -40,
    Zero = 0,
    Boiling = 100,
}

impl Crossing for Temperature {
    type C = i32;

    unsafe fn read(c: &i32) -> Result<Self, Error> {
        match *c {
            -40 => Ok(Self::Freezing),
            0 => Ok(Self::Zero),
            100 => Ok(Self::Boiling),
            other => Err(Error::unknown("test.temperature", other)),
        }
    }

    fn lend(&self, _: &mut Lending) -> i32 {
        *self as i32
    }

    fn give(&self, _: &Services) -> Result<i32, Error> {
        Ok(*self as i32)
    }

    unsafe fn release(_: &i32, _: &Services) {}
}
