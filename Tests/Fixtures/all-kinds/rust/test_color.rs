//! The value test.color.
//!
//! Written from the Swift type 'Color' by `plugin-interface header --language rust`; not to be edited by hand.
#![allow(dead_code, unused_imports, clippy::all)]

use plugin_runtime::abi::*;
use plugin_runtime::{Crossing, Error, Given, Lending, Services};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Color {
    Red = 1,
    Green = 2,
    DeepBlue = 250,
}

impl Crossing for Color {
    type C = u8;

    unsafe fn read(c: &u8) -> Result<Self, Error> {
        match *c {
            1 => Ok(Self::Red),
            2 => Ok(Self::Green),
            250 => Ok(Self::DeepBlue),
            other => Err(Error::unknown("test.color", other)),
        }
    }

    fn lend(&self, _: &mut Lending) -> u8 {
        *self as u8
    }

    fn give(&self, _: &Services) -> Result<u8, Error> {
        Ok(*self as u8)
    }

    unsafe fn release(_: &u8, _: &Services) {}
}
