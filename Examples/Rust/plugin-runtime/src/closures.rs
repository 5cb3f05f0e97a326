//! Closures that cross: lent for a call, or kept until they are given back.

use crate::abi::*;
use crate::{Error, Services};
use std::os::raw::c_void;

/// A closure of Rust while others may call it, and for whom what it returns is allocated.
pub struct GivenClosure<F> {
    pub closure: F,
    pub services: Services,
}

impl<F> GivenClosure<F> {
    /// What its C function is called with, for as long as this lives.
    pub fn context(&self) -> *mut c_void {
        self as *const Self as *mut c_void
    }
}

impl KeptHead {
    /// Gives a closure away until it is released, or the plugin is taken down.
    pub fn new<F>(closure: F, services: &Services) -> Self {
        unsafe extern "C" fn release<F>(context: *mut c_void) {
            // What panics here has nobody to tell.
            let _ = crate::caught_status(std::ptr::null_mut(), || {
                drop(Box::from_raw(context.cast::<GivenClosure<F>>()));
                Ok(())
            });
        }
        let given = Box::new(GivenClosure { closure, services: *services });
        Self {
            guard: services.guard.interface,
            guard_table: services.guard.table,
            context: Box::into_raw(given).cast(),
            release: release::<F>,
        }
    }
}

/// A closure of somebody else's, given back when this goes.
pub struct Kept {
    head: KeptHead,
    services: Services,
}

// Whoever gives a closure away says that it may be called on any thread.
unsafe impl Send for Kept {}
unsafe impl Sync for Kept {}

impl Kept {
    pub fn new(head: KeptHead, services: &Services) -> Self {
        Self { head, services: *services }
    }

    pub fn context(&self) -> *mut c_void {
        self.head.context
    }

    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Pins whoever gave it for one call; `RETIRED` where they are gone.
    pub fn enter(&self) -> Result<Entered<'_>, Error> {
        let mut entered = Entered {
            services: &self.services,
            reference: RawReference { table: std::ptr::null(), token: 0 },
        };
        if self.head.guard.is_null() {
            return Ok(entered);
        }
        let registry = unsafe { &*self.services.registry };
        for index in 0.. {
            // The registry fills what it is given.
            let status = unsafe {
                (registry.acquire_found)(
                    self.services.host,
                    self.head.guard,
                    index,
                    &mut entered.reference,
                )
            };
            if status != OK {
                let code = if status == ERROR_NOT_FOUND { ERROR_RETIRED } else { status };
                return Err(Error::with_code(code, "closure", "whoever gave it is gone"));
            }
            if entered.reference.table == self.head.guard_table {
                break;
            }
            entered.leave();
        }
        Ok(entered)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // Where the giver is gone, it has taken its closures along.
        if let Ok(_entered) = self.enter() {
            unsafe { (self.head.release)(self.head.context) }
        }
    }
}

/// Whoever gave a closure is not taken down before this goes.
pub struct Entered<'a> {
    services: &'a Services,
    reference: RawReference,
}

impl Entered<'_> {
    fn leave(&mut self) {
        if self.reference.token != 0 {
            unsafe {
                ((*self.services.registry).release)(self.services.host, &mut self.reference);
            }
        }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}
