//! The interface test.all-kinds in Rust: what README.md asks for, with the crate and the modules that
//! plugin-interface has written.

#[path = "test_all_kinds.rs"]
mod test_all_kinds;
#[path = "test_color.rs"]
mod test_color;
#[path = "test_inner.rs"]
mod test_inner;
#[path = "test_record.rs"]
mod test_record;
#[path = "test_temperature.rs"]
mod test_temperature;

use plugin_runtime::abi::ERROR_NOT_FOUND;
use plugin_runtime::Error;
use std::sync::{Arc, Mutex};
use test_all_kinds::AllKinds;
use test_color::Color;
use test_inner::Inner;
use test_record::Record;
use test_temperature::Temperature;

type Kept = Box<dyn Fn(&str, Option<Inner>) -> Result<String, Error> + Send + Sync>;

#[derive(Default)]
struct InRust {
    kept: Mutex<Option<Arc<Kept>>>,
}

/// FNV-1a of 64 bits over words of eight bytes, the lowest first.
struct Sum(u64);

impl Sum {
    fn new() -> Self {
        Sum(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }

    fn word(&mut self, word: u64) {
        self.bytes(&word.to_le_bytes());
    }

    fn number(&mut self, number: i64) {
        self.word(number as u64);
    }

    fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        self.bytes(bytes);
    }

    fn each<T>(&mut self, values: &[T], add: impl Fn(&mut Self, &T)) {
        self.word(values.len() as u64);
        for value in values {
            add(self, value);
        }
    }

    fn some<T>(&mut self, value: &Option<T>, add: impl Fn(&mut Self, &T)) {
        self.word(value.is_some().into());
        if let Some(value) = value {
            add(self, value);
        }
    }

    fn inner(&mut self, inner: &Inner) {
        self.number(inner.color as i64);
        self.word(inner.ratio.to_bits());
        self.text(&inner.name);
        self.each(&inner.tags, |sum, tag| sum.text(tag));
    }
}

impl AllKinds for InRust {
    fn checksum_numbers(
        &self,
        a: i8,
        b: i16,
        c: i32,
        d: i64,
        e: u8,
        f: u16,
        g: u32,
        h: u64,
        i: i64,
        j: u64,
        k: f32,
        l: f64,
        m: bool,
    ) -> u64 {
        let mut sum = Sum::new();
        for number in [a.into(), b.into(), c.into(), d, e.into(), f.into(), g.into()] {
            sum.number(number);
        }
        sum.word(h);
        sum.number(i);
        sum.word(j);
        sum.word(k.to_bits().into());
        sum.word(l.to_bits());
        sum.word(m.into());
        sum.0
    }

    fn echo_int(&self, x: i64) -> i64 {
        x
    }

    fn echo_float(&self, x: f32) -> f32 {
        x
    }

    fn echo_bool(&self, x: bool) -> bool {
        x
    }

    fn echo_optional(&self, x: Option<i64>) -> Option<i64> {
        x
    }

    fn echo_optional_bool(&self, x: Option<bool>) -> Option<bool> {
        x
    }

    fn checksum_borrowed(&self, text: &str, bytes: &[u8], numbers: &[i32]) -> u64 {
        let mut sum = Sum::new();
        sum.text(text);
        sum.blob(bytes);
        sum.each(numbers, |sum, number| sum.number((*number).into()));
        sum.0
    }

    fn checksum_checked(&self, text: &str) -> Result<u64, Error> {
        let mut sum = Sum::new();
        sum.text(text);
        Ok(sum.0)
    }

    fn sum(&self, numbers: &[i32]) -> i64 {
        numbers.iter().map(|number| i64::from(*number)).sum()
    }

    fn echo_text(&self, x: &str) -> Result<String, Error> {
        Ok(x.to_owned())
    }

    fn echo_bytes(&self, x: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(x.to_owned())
    }

    fn echo_color(&self, x: &Color) -> Result<Color, Error> {
        Ok(*x)
    }

    fn echo_temperature(&self, x: &Temperature) -> Result<Temperature, Error> {
        Ok(*x)
    }

    fn echo_optional_text(&self, x: Option<String>) -> Result<Option<String>, Error> {
        Ok(x)
    }

    fn echo_optional_bytes(&self, x: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, Error> {
        Ok(x)
    }

    fn echo_optional_color(&self, x: Option<Color>) -> Result<Option<Color>, Error> {
        Ok(x)
    }

    fn echo_optional_inner(&self, x: Option<Inner>) -> Result<Option<Inner>, Error> {
        Ok(x)
    }

    fn echo_numbers(&self, x: &[i32]) -> Result<Vec<i32>, Error> {
        Ok(x.to_owned())
    }

    fn echo_offsets(&self, x: &[i64]) -> Result<Vec<i64>, Error> {
        Ok(x.to_owned())
    }

    fn echo_texts(&self, x: &[String]) -> Result<Vec<String>, Error> {
        Ok(x.to_owned())
    }

    fn echo_blobs(&self, x: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Error> {
        Ok(x.to_owned())
    }

    fn echo_colors(&self, x: &[Color]) -> Result<Vec<Color>, Error> {
        Ok(x.to_owned())
    }

    fn echo_inners(&self, x: &[Inner]) -> Result<Vec<Inner>, Error> {
        Ok(x.to_owned())
    }

    fn echo_record(&self, x: &Record) -> Result<Record, Error> {
        Ok(x.clone())
    }

    fn checksum_record(&self, x: &Record) -> Result<u64, Error> {
        let mut sum = Sum::new();
        sum.number(x.int8.into());
        sum.word(x.uint16.into());
        sum.number(x.int);
        sum.word(x.uint64);
        sum.word(x.float.to_bits().into());
        sum.word(x.is_set.into());
        sum.number(x.temperature as i64);
        sum.text(&x.text);
        sum.blob(&x.bytes);
        sum.some(&x.count, |sum, count| sum.number(*count));
        sum.some(&x.scale, |sum, scale| sum.word(scale.to_bits().into()));
        sum.some(&x.note, |sum, note| sum.text(note));
        sum.some(&x.blob, |sum, blob| sum.blob(blob));
        sum.some(&x.color, |sum, color| sum.number(*color as i64));
        sum.each(&x.numbers, |sum, number| sum.number((*number).into()));
        sum.each(&x.offsets, |sum, offset| sum.number(*offset));
        sum.each(&x.doubles, |sum, double| sum.word(double.to_bits()));
        sum.each(&x.flags, |sum, flag| sum.word((*flag).into()));
        sum.each(&x.texts, |sum, text| sum.text(text));
        sum.each(&x.blobs, |sum, blob| sum.blob(blob));
        sum.each(&x.colors, |sum, color| sum.number(*color as i64));
        sum.inner(&x.inner);
        sum.each(&x.inners, Sum::inner);
        sum.some(&x.maybe, Sum::inner);
        Ok(sum.0)
    }

    fn visit(
        &self,
        texts: &[String],
        body: &dyn Fn(i32, &str) -> Result<i64, Error>,
    ) -> Result<i64, Error> {
        let mut sum = 0i64;
        for (index, text) in texts.iter().enumerate() {
            sum = sum.wrapping_add(body(index as i32, text)?);
        }
        Ok(sum)
    }

    fn total(&self, count: i32, body: &dyn Fn(i32) -> i64) -> i64 {
        (0..count).fold(0, |sum, number| sum.wrapping_add(body(number)))
    }

    fn keep(&self, body: Kept) -> Result<(), Error> {
        let old = self.kept.lock().unwrap().replace(Arc::new(body));
        drop(old);
        Ok(())
    }

    fn call_kept(&self, text: &str, inner: Option<Inner>) -> Result<String, Error> {
        let kept = self.kept.lock().unwrap().clone();
        match kept {
            Some(kept) => kept(text, inner),
            None => {
                Err(Error::with_code(ERROR_NOT_FOUND, "closure", "none is kept: give one first"))
            }
        }
    }

    fn drop(&self) -> bool {
        let old = self.kept.lock().unwrap().take();
        old.is_some()
    }

    fn fail(&self, code: i32, message: &str) -> Result<(), Error> {
        match code {
            0 => Ok(()),
            code => Err(Error::with_code(code, "fail", message)),
        }
    }
}

plugin_runtime::plugin! {
    name: "all-kinds-rust", version: "1.0.0", unload: Resident,
    offers: [test_all_kinds::INTERFACE],
    begin: |module| module.implement::<dyn AllKinds, _>(0, InRust::default())
}
