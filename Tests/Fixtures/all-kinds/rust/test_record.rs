//! The value test.record.
//!
//! Written from the Swift type 'Record' by `plugin-interface header --language rust`; not to be edited by hand.
#![allow(dead_code, unused_imports, clippy::all)]

use plugin_runtime::abi::*;
use plugin_runtime::{Crossing, Error, Given, Lending, Services};
use super::test_temperature::Temperature;
use super::test_color::Color;
use super::test_inner::Inner;

#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub int8: i8,
    pub uint16: u16,
    pub int: i64,
    pub uint64: u64,
    pub float: f32,
    pub is_set: bool,
    pub temperature: Temperature,
    pub text: String,
    pub bytes: Vec<u8>,
    pub count: Option<i64>,
    pub scale: Option<f32>,
    pub note: Option<String>,
    pub blob: Option<Vec<u8>>,
    pub color: Option<Color>,
    pub numbers: Vec<i32>,
    pub offsets: Vec<i64>,
    pub doubles: Vec<f64>,
    pub flags: Vec<bool>,
    pub texts: Vec<String>,
    pub blobs: Vec<Vec<u8>>,
    pub colors: Vec<Color>,
    pub inner: Inner,
    pub inners: Vec<Inner>,
    pub maybe: Option<Inner>,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct RecordC {
    pub int8: i8,
    pub uint16: u16,
    pub int: i64,
    pub uint64: u64,
    pub float: f32,
    pub is_set: bool,
    pub temperature: <Temperature as Crossing>::C,
    pub text: <String as Crossing>::C,
    pub bytes: <Vec<u8> as Crossing>::C,
    pub count: <Option<i64> as Crossing>::C,
    pub scale: <Option<f32> as Crossing>::C,
    pub note: <Option<String> as Crossing>::C,
    pub blob: <Option<Vec<u8>> as Crossing>::C,
    pub color: <Option<Color> as Crossing>::C,
    pub numbers: <Vec<i32> as Crossing>::C,
    pub offsets: <Vec<i64> as Crossing>::C,
    pub doubles: <Vec<f64> as Crossing>::C,
    pub flags: <Vec<bool> as Crossing>::C,
    pub texts: <Vec<String> as Crossing>::C,
    pub blobs: <Vec<Vec<u8>> as Crossing>::C,
    pub colors: <Vec<Color> as Crossing>::C,
    pub inner: <Inner as Crossing>::C,
    pub inners: <Vec<Inner> as Crossing>::C,
    pub maybe: <Option<Inner> as Crossing>::C,
}

impl Crossing for Record {
    type C = RecordC;

    unsafe fn read(c: &RecordC) -> Result<Self, Error> {
        Ok(Self {
            int8: <i8 as Crossing>::read(&c.int8)?,
            uint16: <u16 as Crossing>::read(&c.uint16)?,
            int: <i64 as Crossing>::read(&c.int)?,
            uint64: <u64 as Crossing>::read(&c.uint64)?,
            float: <f32 as Crossing>::read(&c.float)?,
            is_set: <bool as Crossing>::read(&c.is_set)?,
            temperature: <Temperature as Crossing>::read(&c.temperature)?,
            text: <String as Crossing>::read(&c.text)?,
            bytes: <Vec<u8> as Crossing>::read(&c.bytes)?,
            count: <Option<i64> as Crossing>::read(&c.count)?,
            scale: <Option<f32> as Crossing>::read(&c.scale)?,
            note: <Option<String> as Crossing>::read(&c.note)?,
            blob: <Option<Vec<u8>> as Crossing>::read(&c.blob)?,
            color: <Option<Color> as Crossing>::read(&c.color)?,
            numbers: <Vec<i32> as Crossing>::read(&c.numbers)?,
            offsets: <Vec<i64> as Crossing>::read(&c.offsets)?,
            doubles: <Vec<f64> as Crossing>::read(&c.doubles)?,
            flags: <Vec<bool> as Crossing>::read(&c.flags)?,
            texts: <Vec<String> as Crossing>::read(&c.texts)?,
            blobs: <Vec<Vec<u8>> as Crossing>::read(&c.blobs)?,
            colors: <Vec<Color> as Crossing>::read(&c.colors)?,
            inner: <Inner as Crossing>::read(&c.inner)?,
            inners: <Vec<Inner> as Crossing>::read(&c.inners)?,
            maybe: <Option<Inner> as Crossing>::read(&c.maybe)?,
        })
    }

    fn lend(&self, lending: &mut Lending) -> RecordC {
        RecordC {
            int8: self.int8.lend(lending),
            uint16: self.uint16.lend(lending),
            int: self.int.lend(lending),
            uint64: self.uint64.lend(lending),
            float: self.float.lend(lending),
            is_set: self.is_set.lend(lending),
            temperature: self.temperature.lend(lending),
            text: self.text.lend(lending),
            bytes: self.bytes.lend(lending),
            count: self.count.lend(lending),
            scale: self.scale.lend(lending),
            note: self.note.lend(lending),
            blob: self.blob.lend(lending),
            color: self.color.lend(lending),
            numbers: self.numbers.lend(lending),
            offsets: self.offsets.lend(lending),
            doubles: self.doubles.lend(lending),
            flags: self.flags.lend(lending),
            texts: self.texts.lend(lending),
            blobs: self.blobs.lend(lending),
            colors: self.colors.lend(lending),
            inner: self.inner.lend(lending),
            inners: self.inners.lend(lending),
            maybe: self.maybe.lend(lending),
        }
    }

    fn give(&self, services: &Services) -> Result<RecordC, Error> {
        // What was made goes again where the next one cannot be.
        let int8 = Given::new(&self.int8, services)?;
        let uint16 = Given::new(&self.uint16, services)?;
        let int = Given::new(&self.int, services)?;
        let uint64 = Given::new(&self.uint64, services)?;
        let float = Given::new(&self.float, services)?;
        let is_set = Given::new(&self.is_set, services)?;
        let temperature = Given::new(&self.temperature, services)?;
        let text = Given::new(&self.text, services)?;
        let bytes = Given::new(&self.bytes, services)?;
        let count = Given::new(&self.count, services)?;
        let scale = Given::new(&self.scale, services)?;
        let note = Given::new(&self.note, services)?;
        let blob = Given::new(&self.blob, services)?;
        let color = Given::new(&self.color, services)?;
        let numbers = Given::new(&self.numbers, services)?;
        let offsets = Given::new(&self.offsets, services)?;
        let doubles = Given::new(&self.doubles, services)?;
        let flags = Given::new(&self.flags, services)?;
        let texts = Given::new(&self.texts, services)?;
        let blobs = Given::new(&self.blobs, services)?;
        let colors = Given::new(&self.colors, services)?;
        let inner = Given::new(&self.inner, services)?;
        let inners = Given::new(&self.inners, services)?;
        let maybe = Given::new(&self.maybe, services)?;
        Ok(RecordC {
            int8: int8.done(),
            uint16: uint16.done(),
            int: int.done(),
            uint64: uint64.done(),
            float: float.done(),
            is_set: is_set.done(),
            temperature: temperature.done(),
            text: text.done(),
            bytes: bytes.done(),
            count: count.done(),
            scale: scale.done(),
            note: note.done(),
            blob: blob.done(),
            color: color.done(),
            numbers: numbers.done(),
            offsets: offsets.done(),
            doubles: doubles.done(),
            flags: flags.done(),
            texts: texts.done(),
            blobs: blobs.done(),
            colors: colors.done(),
            inner: inner.done(),
            inners: inners.done(),
            maybe: maybe.done(),
        })
    }

    unsafe fn release(c: &RecordC, services: &Services) {
        <i8 as Crossing>::release(&c.int8, services);
        <u16 as Crossing>::release(&c.uint16, services);
        <i64 as Crossing>::release(&c.int, services);
        <u64 as Crossing>::release(&c.uint64, services);
        <f32 as Crossing>::release(&c.float, services);
        <bool as Crossing>::release(&c.is_set, services);
        <Temperature as Crossing>::release(&c.temperature, services);
        <String as Crossing>::release(&c.text, services);
        <Vec<u8> as Crossing>::release(&c.bytes, services);
        <Option<i64> as Crossing>::release(&c.count, services);
        <Option<f32> as Crossing>::release(&c.scale, services);
        <Option<String> as Crossing>::release(&c.note, services);
        <Option<Vec<u8>> as Crossing>::release(&c.blob, services);
        <Option<Color> as Crossing>::release(&c.color, services);
        <Vec<i32> as Crossing>::release(&c.numbers, services);
        <Vec<i64> as Crossing>::release(&c.offsets, services);
        <Vec<f64> as Crossing>::release(&c.doubles, services);
        <Vec<bool> as Crossing>::release(&c.flags, services);
        <Vec<String> as Crossing>::release(&c.texts, services);
        <Vec<Vec<u8>> as Crossing>::release(&c.blobs, services);
        <Vec<Color> as Crossing>::release(&c.colors, services);
        <Inner as Crossing>::release(&c.inner, services);
        <Vec<Inner> as Crossing>::release(&c.inners, services);
        <Option<Inner> as Crossing>::release(&c.maybe, services);
    }
}
