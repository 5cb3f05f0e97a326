//! The value test.inner.
//!
//! Written from the Swift type 'Inner' by `plugin-interface header --language rust`; not to be edited by hand.
#![allow(dead_code, unused_imports, clippy::all)]

use plugin_runtime::abi::*;
use plugin_runtime::{Crossing, Error, Given, Lending, Services};
use super::test_color::Color;

#[derive(Clone, Debug, PartialEq)]
pub struct Inner {
    pub color: Color,
    pub ratio: f64,
    /// May hold NUL.
    pub name: String,
    pub tags: Vec<String>,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct InnerC {
    pub color: <Color as Crossing>::C,
    pub ratio: f64,
    pub name: <String as Crossing>::C,
    pub tags: <Vec<String> as Crossing>::C,
}

impl Crossing for Inner {
    type C = InnerC;

    unsafe fn read(c: &InnerC) -> Result<Self, Error> {
        Ok(Self {
            color: <Color as Crossing>::read(&c.color)?,
            ratio: <f64 as Crossing>::read(&c.ratio)?,
            name: <String as Crossing>::read(&c.name)?,
            tags: <Vec<String> as Crossing>::read(&c.tags)?,
        })
    }

    fn lend(&self, lending: &mut Lending) -> InnerC {
        InnerC {
            color: self.color.lend(lending),
            ratio: self.ratio.lend(lending),
            name: self.name.lend(lending),
            tags: self.tags.lend(lending),
        }
    }

    fn give(&self, services: &Services) -> Result<InnerC, Error> {
        // What was made goes again where the next one cannot be.
        let color = Given::new(&self.color, services)?;
        let ratio = Given::new(&self.ratio, services)?;
        let name = Given::new(&self.name, services)?;
        let tags = Given::new(&self.tags, services)?;
        Ok(InnerC {
            color: color.done(),
            ratio: ratio.done(),
            name: name.done(),
            tags: tags.done(),
        })
    }

    unsafe fn release(c: &InnerC, services: &Services) {
        <Color as Crossing>::release(&c.color, services);
        <f64 as Crossing>::release(&c.ratio, services);
        <String as Crossing>::release(&c.name, services);
        <Vec<String> as Crossing>::release(&c.tags, services);
    }
}
