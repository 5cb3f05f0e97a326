use crate::abi::*;
use crate::{Error, Interface, InterfaceName, Services};
use std::ffi::CString;
use std::marker::PhantomData;
use std::os::raw::c_void;

/// An implementation that somebody has registered, pinned: its plugin is not taken down before this goes. A
/// plugin that holds one must let it go in its own `deinit` at the latest.
pub struct Reference<I: Interface + ?Sized> {
    services: Services,
    reference: RawReference,
    interface: PhantomData<fn() -> Box<I>>,
}

// What is called through it may be called on any thread, and it may be given back on any.
unsafe impl<I: Interface + ?Sized> Send for Reference<I> {}
unsafe impl<I: Interface + ?Sized> Sync for Reference<I> {}

impl<I: Interface + ?Sized> Reference<I> {
    /// Implementation number `index`, 0 being the first in order; none where there are not so many.
    ///
    /// Fails with `ABI_MISMATCH` where its table does not fit the interface.
    pub fn new(services: &Services, index: u32) -> Result<Option<Self>, Error> {
        let id = CString::new(I::NAME.id).unwrap_or_default();
        let mut reference = RawReference { table: std::ptr::null(), token: 0 };
        // The registry fills what it is given.
        let status = unsafe {
            ((*services.registry).acquire)(
                services.host,
                id.as_ptr(),
                I::NAME.revision,
                index,
                &mut reference,
            )
        };
        match status {
            OK => {}
            ERROR_NOT_FOUND => return Ok(None),
            code => {
                return Err(Error::with_code(
                    code,
                    I::NAME.id,
                    "the implementation cannot be pinned",
                ))
            }
        }
        let made = Self { services: *services, reference, interface: PhantomData };
        match unsafe { flaw(&made.reference, I::NAME, std::mem::size_of::<I::Table>()) } {
            None => Ok(Some(made)),
            Some(flaw) => {
                let message = format!("{flaw}: build both sides from one declaration");
                Err(Error::with_code(ERROR_ABI_MISMATCH, I::NAME.id, message))
            }
        }
    }

    pub fn table(&self) -> &I::Table {
        // It was checked to be long enough, and it is pinned.
        unsafe { &*self.reference.table.cast() }
    }

    /// Whoever calls: what is given away is freed through it.
    pub fn services(&self) -> &Services {
        &self.services
    }
}

/// What keeps a table from being called: `plugin_table_flaw` of plugin_values.h.
///
/// # Safety
/// The table is that of an interface: its first words are those of every table.
unsafe fn flaw(
    reference: &RawReference,
    interface: InterfaceName,
    size: usize,
) -> Option<&'static str> {
    // Every table begins with its size.
    if (*reference.table.cast::<u32>() as usize) < size {
        return Some("the table is too short");
    }
    let head = &*reference.table.cast::<TableHead>();
    if head.revision != interface.revision {
        return Some("the table is of another revision");
    }
    if head.layout != 0 && interface.layout != 0 && head.layout != interface.layout {
        return Some("the table has another layout");
    }
    let functions = reference.table.cast::<*const c_void>();
    let words = std::mem::size_of::<*const c_void>();
    let mut slots = std::mem::size_of::<TableHead>() / words..size / words;
    if slots.any(|slot| (*functions.add(slot)).is_null()) {
        return Some("a function is missing");
    }
    None
}

impl<I: Interface + ?Sized> Drop for Reference<I> {
    fn drop(&mut self) {
        unsafe {
            ((*self.services.registry).release)(self.services.host, &mut self.reference);
        }
    }
}

/// All implementations that there are, in their order; those whose tables do not fit are left out.
pub fn references<I: Interface + ?Sized>(services: &Services) -> Result<Vec<Reference<I>>, Error> {
    let mut found = Vec::new();
    for index in 0.. {
        match Reference::new(services, index) {
            Ok(Some(reference)) => found.push(reference),
            Ok(None) => break,
            Err(error) if error.code == ERROR_ABI_MISMATCH => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}
