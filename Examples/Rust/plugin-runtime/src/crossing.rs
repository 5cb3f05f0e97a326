//! How values cross: lent as parameters, given away as results.

use crate::abi::*;
use crate::{Error, Services};
use std::any::Any;
use std::borrow::Cow;

/// Keeps what lent values point to, for as long as they are lent.
#[derive(Default)]
pub struct Lending {
    kept: Vec<Box<dyn Any>>,
}

impl Lending {
    pub fn keep<T: 'static>(&mut self, values: Vec<T>) -> Slice<T> {
        let slice = Slice { start: values.as_ptr(), length: values.len() };
        self.kept.push(Box::new(values));
        slice
    }

    /// Several values as they are lent.
    pub fn each<T: Crossing>(&mut self, values: &[T]) -> Slice<T::C> {
        let lent = values.iter().map(|value| value.lend(self)).collect();
        self.keep(lent)
    }
}

/// A value that may cross between host and plugins.
pub trait Crossing: Sized + 'static {
    /// What stands in the C table for it.
    type C: Copy + 'static;

    /// A copy of what was lent; an error where it is none of this type.
    ///
    /// # Safety
    /// What `c` points to is there.
    unsafe fn read(c: &Self::C) -> Result<Self, Error>;

    /// The value as it is lent; `lending` keeps what it points to.
    fn lend(&self, lending: &mut Lending) -> Self::C;

    /// The value in memory that the receiver frees.
    fn give(&self, services: &Services) -> Result<Self::C, Error>;

    /// Frees what was given away.
    ///
    /// # Safety
    /// It was given away, and nobody uses it any more.
    unsafe fn release(c: &Self::C, services: &Services);

    /// Takes a result over: reads it and frees it.
    ///
    /// # Safety
    /// It was given away, and nobody uses it any more.
    unsafe fn take(c: &Self::C, services: &Services) -> Result<Self, Error> {
        let value = Self::read(c);
        Self::release(c, services);
        value
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Crossing for $number {
            type C = $number;
            unsafe fn read(c: &$number) -> Result<Self, Error> { Ok(*c) }
            fn lend(&self, _: &mut Lending) -> $number { *self }
            fn give(&self, _: &Services) -> Result<$number, Error> { Ok(*self) }
            unsafe fn release(_: &$number, _: &Services) {}
        }
    )*};
}
numbers!(i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, bool);

impl<T> Slice<T> {
    /// What was lent.
    ///
    /// # Safety
    /// It is there for as long as the result is used.
    pub unsafe fn borrow<'a>(&self) -> &'a [T] {
        if self.length == 0 {
            return &[];
        }
        std::slice::from_raw_parts(self.start, self.length)
    }

    pub fn lent(values: &[T]) -> Self {
        Self { start: values.as_ptr(), length: values.len() }
    }
}

impl Text {
    /// What was lent; an error where it is not UTF-8.
    ///
    /// # Safety
    /// It is there for as long as the result is used.
    pub unsafe fn text<'a>(&self) -> Result<&'a str, Error> {
        std::str::from_utf8(self.borrow()).map_err(|_| {
            Error::with_code(
                ERROR_INVALID_ARGUMENT,
                "text",
                "the text is not UTF-8: encode it so",
            )
        })
    }

    /// What was lent; what is not UTF-8 becomes U+FFFD.
    ///
    /// # Safety
    /// It is there for as long as the result is used.
    pub unsafe fn repaired<'a>(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.borrow())
    }
}

/// Blocks that are freed unless they are given away as a whole.
struct Giving<'a, T: Crossing> {
    block: *mut T::C,
    count: usize,
    services: &'a Services,
}

impl<T: Crossing> Drop for Giving<'_, T> {
    fn drop(&mut self) {
        // The first `count` were written and are nobody's yet.
        unsafe {
            for index in 0..self.count {
                T::release(&*self.block.add(index), self.services);
            }
            self.services.deallocate(self.block.cast());
        }
    }
}

fn give_all<T: Crossing>(values: &[T], services: &Services) -> Result<Slice<T::C>, Error> {
    if values.is_empty() {
        return Ok(Slice { start: std::ptr::null(), length: 0 });
    }
    let (size, alignment) = (std::mem::size_of::<T::C>(), std::mem::align_of::<T::C>());
    let block = services.allocate(size * values.len(), alignment)?.cast::<T::C>();
    let mut giving = Giving::<T> { block, count: 0, services };
    for value in values {
        let given = value.give(services)?;
        // There is room for all of them.
        unsafe { block.add(giving.count).write(given) };
        giving.count += 1;
    }
    std::mem::forget(giving);
    Ok(Slice { start: block, length: values.len() })
}

impl Crossing for String {
    type C = Text;

    unsafe fn read(c: &Text) -> Result<Self, Error> {
        Ok(c.text()?.to_owned())
    }

    fn lend(&self, _: &mut Lending) -> Text {
        Slice::lent(self.as_bytes())
    }

    fn give(&self, services: &Services) -> Result<Text, Error> {
        give_all(self.as_bytes(), services)
    }

    unsafe fn release(c: &Text, services: &Services) {
        services.deallocate(c.start as *mut _);
    }
}

impl<T: Crossing> Crossing for Vec<T> {
    type C = Slice<T::C>;

    unsafe fn read(c: &Self::C) -> Result<Self, Error> {
        c.borrow().iter().map(|element| T::read(element)).collect()
    }

    fn lend(&self, lending: &mut Lending) -> Self::C {
        lending.each(self)
    }

    fn give(&self, services: &Services) -> Result<Self::C, Error> {
        give_all(self, services)
    }

    unsafe fn release(c: &Self::C, services: &Services) {
        for element in c.borrow() {
            T::release(element, services);
        }
        services.deallocate(c.start as *mut _);
    }
}

impl<T: Crossing> Crossing for Option<T> {
    type C = Optional<T::C>;

    unsafe fn read(c: &Self::C) -> Result<Self, Error> {
        c.has_value.then(|| T::read(c.value.assume_init_ref())).transpose()
    }

    fn lend(&self, lending: &mut Lending) -> Self::C {
        optional(self.as_ref().map(|value| value.lend(lending)))
    }

    fn give(&self, services: &Services) -> Result<Self::C, Error> {
        Ok(optional(self.as_ref().map(|value| value.give(services)).transpose()?))
    }

    unsafe fn release(c: &Self::C, services: &Services) {
        if c.has_value {
            T::release(c.value.assume_init_ref(), services);
        }
    }
}

fn optional<C: Copy>(value: Option<C>) -> Optional<C> {
    Optional {
        has_value: value.is_some(),
        value: value.map_or_else(std::mem::MaybeUninit::zeroed, std::mem::MaybeUninit::new),
    }
}

/// Something that is to be given away as a part of something larger; freed where that does not come about.
pub struct Given<'a, T: Crossing> {
    c: T::C,
    services: &'a Services,
}

impl<'a, T: Crossing> Given<'a, T> {
    pub fn new(value: &T, services: &'a Services) -> Result<Self, Error> {
        Ok(Self { c: value.give(services)?, services })
    }

    /// The larger thing is there.
    pub fn done(self) -> T::C {
        let c = self.c;
        std::mem::forget(self);
        c
    }
}

impl<T: Crossing> Drop for Given<'_, T> {
    fn drop(&mut self) {
        // Nobody has been given it.
        unsafe { T::release(&self.c, self.services) }
    }
}
