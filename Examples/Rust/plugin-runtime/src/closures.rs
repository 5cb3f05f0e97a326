//! Closures that cross: lent for a call, or kept until they are given back.

use crate::abi::*;
use crate::services::find;
use crate::{caught_status, Error, Services};
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::os::raw::c_void;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
            let giver = (*context.cast::<GivenClosure<F>>()).services.giver;
            if (*giver).forget(context) {
                end::<F>(context);
                (*giver).count_unmade();
            }
        }
        /// Drops it. What panics here has nobody to tell.
        unsafe fn end<F>(context: *mut c_void) {
            let _ = caught_status(std::ptr::null_mut(), || {
                drop(Box::from_raw(context.cast::<GivenClosure<F>>()));
                Ok(())
            });
        }
        let given = Box::new(GivenClosure { closure, services: *services });
        let context = Box::into_raw(given).cast();
        // The module's services have one, and it goes after all that has them.
        let giver = unsafe { &*services.giver };
        giver.remember(context, end::<F>);
        Self {
            guard: giver.guard,
            guard_table: giver.table(),
            context,
            release: release::<F>,
        }
    }
}

/// Ends a closure, given its context.
type End = unsafe fn(*mut c_void);

/// All closures that a plugin has given away and not got back. Whoever calls one pins the plugin meanwhile, by an
/// entry of its own in the registry, `closures.NAME`; when this closes they are found gone.
pub(crate) struct Giver {
    services: Services,
    instances: *const Instances,
    id: CString,
    guard: *const c_void,
    /// What the guard's entry leads to; nothing in it means anything but its size.
    head: [u32; 2],
    live: Mutex<HashMap<usize, End>>,
}

impl Giver {
    /// # Safety
    /// The services are those of a host's table.
    pub(crate) unsafe fn new(services: Services) -> Result<Box<Self>, Error> {
        let registry = &*services.registry;
        if (registry.size as usize) < std::mem::size_of::<Registry>() {
            return Err(Error::with_code(ERROR_ABI_MISMATCH, "plr.registry", "it is older than 1.1"));
        }
        let mut id = b"closures.".to_vec();
        id.extend_from_slice(CStr::from_ptr((*services.host).name).to_bytes());
        let id = CString::new(id).map_err(|_| Error::new("id", "it holds a NUL"))?;
        let guard = (registry.find)(services.host, id.as_ptr(), 1);
        let instances = find(services.host, "plr.instances\0")?.cast();
        let live = Mutex::new(HashMap::new());
        let giver = Box::new(Self { services, instances, id, guard, head: [8, 1], live });
        let (host, id) = (services.host, giver.id.as_ptr());
        let mut error = RawError::room();
        match (registry.add)(host, id, 1, 0, giver.table(), &mut error) {
            OK => Ok(giver),
            status => Err(Error::read(status, &error)),
        }
    }

    fn table(&self) -> *const c_void {
        (&self.head as *const [u32; 2]).cast()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<usize, End>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, context: *mut c_void, end: End) {
        self.lock().insert(context as usize, end);
        unsafe { ((*self.instances).made)(self.services.host, COUNTED.as_ptr().cast(), 1) };
    }

    /// Whether it was still there.
    fn forget(&self, context: *mut c_void) -> bool {
        self.lock().remove(&(context as usize)).is_some()
    }

    fn count_unmade(&self) {
        unsafe { ((*self.instances).unmade)(self.services.host, COUNTED.as_ptr().cast(), 1) };
    }

    /// Nobody finds the closures any more, and they go.
    pub(crate) fn close(&self) {
        let registry = unsafe { &*self.services.registry };
        let removed =
            unsafe { (registry.remove)(self.services.host, self.id.as_ptr(), 1, self.table()) };
        if removed == ERROR_BUSY {
            // Whoever is inside of one for so long may need everything it has.
            std::mem::forget(std::mem::take(&mut *self.lock()));
            return;
        }
        // What a closure holds may be the author's: it ends out of the lock.
        let live = std::mem::take(&mut *self.lock());
        for (context, end) in live {
            unsafe { end(context as *mut c_void) };
            self.count_unmade();
        }
    }
}

/// As what closures are counted.
const COUNTED: &[u8] = b"closures\0";

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
