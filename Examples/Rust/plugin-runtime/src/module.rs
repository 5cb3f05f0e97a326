use crate::abi::*;
use crate::closures::Giver;
use crate::{Error, InterfaceName, Services};
use std::any::Any;
use std::ffi::{CStr, CString};
use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A trait that stands for an interface; `plugin-interface header --language rust` writes it.
pub trait Interface {
    const NAME: InterfaceName;
    type Table: 'static;
}

/// An interface that a `T` can be made a table of.
pub trait Exports<T>: Interface {
    /// `context` points to a `Holder<T>` for as long as the table is used.
    fn table(context: *mut c_void) -> Self::Table;
}

/// An implementation, and for whom what it gives away is allocated.
pub struct Holder<T> {
    pub services: Services,
    pub implementation: T,
}

/// Calls `body` for a function that can fail. A panic is a failure.
///
/// # Safety
/// `error` is NULL or a `plr_error`.
pub unsafe fn caught_status(
    error: *mut RawError,
    body: impl FnOnce() -> Result<(), Error>,
) -> Status {
    match caught(body) {
        Ok(()) => OK,
        Err(failure) => failure.write(error),
    }
}

/// Calls `body` for a function that cannot fail. A panic ends the process.
pub fn caught_value<R>(services: &Services, body: impl FnOnce() -> R) -> R {
    match caught(|| Ok(body())) {
        Ok(result) => result,
        Err(failure) => {
            services.log(crate::Level::Critical, "panic", || {
                format!("the function cannot report it, the process ends: {failure}")
            });
            std::process::abort()
        }
    }
}

fn caught<R>(body: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
    // Who panics within its own state has to live with it, as with any Mutex.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| Err(Error::panicked(payload)))
}

struct Offer {
    id: CString,
    revision: u32,
    table: *const c_void,
    _owners: (Box<dyn Any>, Box<dyn Any>),
}

struct State {
    table: Box<crate::abi::State>,
    save: Box<dyn Fn() -> Result<Vec<u8>, Error>>,
    accept: Box<dyn Fn(u32, &[u8]) -> Result<(), Error>>,
}

/// A plugin between `init` and `deinit`: what it offers is taken back in reverse order when it goes.
pub struct Module {
    services: Services,
    offers: Vec<Offer>,
    state: Option<State>,
    transfer: Transfer,
    giver: Box<Giver>,
}

/// Functions of the plugin that save and accept a state.
type Transfer = (
    unsafe extern "C" fn(*const Host, *const StateWriter, *mut RawError) -> Status,
    unsafe extern "C" fn(*const Host, u32, *const c_void, usize, *mut RawError) -> Status,
);

impl Module {
    /// # Safety
    /// `host` is the table that the plugin's `init` was given.
    unsafe fn new(host: *const Host, transfer: Transfer) -> Result<Self, Error> {
        let mut services = Services::new(host)?;
        let giver = Giver::new(services)?;
        services.giver = &*giver;
        Ok(Self { services, offers: Vec::new(), state: None, transfer, giver })
    }

    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Registers an implementation and keeps it. Those with a higher priority are found first.
    pub fn implement<I, T>(&mut self, priority: i32, implementation: T) -> Result<(), Error>
    where
        I: Exports<T> + ?Sized,
        T: Send + Sync + 'static,
    {
        let mut holder = Box::new(Holder { services: self.services, implementation });
        let table = Box::new(I::table((&mut *holder as *mut Holder<T>).cast()));
        let id = CString::new(I::NAME.id).map_err(|_| Error::new("id", "it holds a NUL"))?;
        let address: *const c_void = (&*table as *const I::Table).cast();
        let mut error = RawError::room();
        // Table and holder are kept until they are taken back.
        let status = unsafe {
            ((*self.services.registry).add)(
                self.services.host,
                id.as_ptr(),
                I::NAME.revision,
                priority,
                address,
                &mut error,
            )
        };
        if status != OK {
            return Err(Error::read(status, &error));
        }
        let revision = I::NAME.revision;
        self.offers.push(Offer { id, revision, table: address, _owners: (table, holder) });
        Ok(())
    }

    /// Hands a state on when the plugin is reloaded (`plr_state.h`). `save` returns it in format `version` and
    /// changes nothing; `accept` takes one in a format from `oldest` to `version`.
    pub fn keep(
        &mut self,
        version: u32,
        oldest: u32,
        save: impl Fn() -> Result<Vec<u8>, Error> + Send + 'static,
        accept: impl Fn(u32, &[u8]) -> Result<(), Error> + Send + 'static,
    ) {
        let table = Box::new(crate::abi::State {
            size: std::mem::size_of::<crate::abi::State>() as u32,
            revision: 1,
            version,
            oldest_accepted: oldest,
            save: self.transfer.0,
            accept: self.transfer.1,
        });
        self.state = Some(State { table, save: Box::new(save), accept: Box::new(accept) });
    }

    fn find(&self, id: &CStr, revision: u32) -> *const c_void {
        if let Some(state) = &self.state {
            if id.to_bytes() == b"plr.state" && revision == 1 {
                return (&*state.table as *const crate::abi::State).cast();
            }
        }
        self.offers
            .iter()
            .find(|offer| offer.id.as_c_str() == id && offer.revision == revision)
            .map_or(std::ptr::null(), |offer| offer.table)
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        while let Some(offer) = self.offers.pop() {
            unsafe {
                ((*self.services.registry).remove)(
                    self.services.host,
                    offer.id.as_ptr(),
                    offer.revision,
                    offer.table,
                );
            }
        }
        self.giver.close();
    }
}

/// The modules of one plugin, one for each host that has initialised it; for [`crate::plugin!`].
pub struct Modules {
    all: Mutex<Vec<Box<Module>>>,
}

// A module is made and ended on the host's thread; others read it in between.
unsafe impl Sync for Modules {}

impl Modules {
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self { all: Mutex::new(Vec::new()) }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Box<Module>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// # Safety
    /// For the plugin's `init`, with what that is given.
    pub unsafe fn begin(
        &self,
        host: *const Host,
        error: *mut RawError,
        save: unsafe extern "C" fn(*const Host, *const StateWriter, *mut RawError) -> Status,
        accept: unsafe extern "C" fn(
            *const Host,
            u32,
            *const c_void,
            usize,
            *mut RawError,
        ) -> Status,
        body: impl FnOnce(&mut Module) -> Result<(), Error>,
    ) -> Status {
        let begun = caught(|| {
            let mut module = Box::new(Module::new(host, (save, accept))?);
            body(&mut module)?;
            Ok(module)
        });
        match begun {
            Ok(module) => {
                self.lock().push(module);
                OK
            }
            Err(failure) => failure.write(error),
        }
    }

    pub fn end(&self, host: *const Host) {
        let mut all = self.lock();
        let place = all.iter().position(|module| module.services.host == host);
        let ended = place.map(|place| all.swap_remove(place));
        drop(all);
        // What panics here has nobody to tell.
        let _ = caught(|| {
            drop(ended);
            Ok(())
        });
    }

    /// # Safety
    /// `id` is NULL or ends with NUL.
    pub unsafe fn find(
        &self,
        host: *const Host,
        id: *const c_char,
        revision: u32,
    ) -> *const c_void {
        if id.is_null() {
            return std::ptr::null();
        }
        let id = CStr::from_ptr(id);
        self.lock()
            .iter()
            .find(|module| module.services.host == host)
            .map_or(std::ptr::null(), |module| module.find(id, revision))
    }

    /// # Safety
    /// For a `plr_state`, with what that is given.
    pub unsafe fn save(
        &self,
        host: *const Host,
        writer: *const StateWriter,
        error: *mut RawError,
    ) -> Status {
        let saved = caught(|| {
            let bytes = self.with_state(host, |state| (state.save)())?;
            match ((*writer).write)(writer, bytes.as_ptr().cast(), bytes.len()) {
                OK => Ok(()),
                code => Err(Error::with_code(code, "plr.state", "the host does not take the state")),
            }
        });
        saved.map_or_else(|failure| failure.write(error), |()| OK)
    }

    /// # Safety
    /// For a `plr_state`, with what that is given.
    pub unsafe fn accept(
        &self,
        host: *const Host,
        version: u32,
        bytes: *const c_void,
        count: usize,
        error: *mut RawError,
    ) -> Status {
        let accepted = caught(|| {
            let bytes = Slice { start: bytes.cast::<u8>(), length: count };
            self.with_state(host, |state| (state.accept)(version, bytes.borrow()))
        });
        accepted.map_or_else(|failure| failure.write(error), |()| OK)
    }

    fn with_state<R>(
        &self,
        host: *const Host,
        body: impl FnOnce(&State) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let all = self.lock();
        let module = all.iter().find(|module| module.services.host == host);
        match module.and_then(|module| module.state.as_ref()) {
            Some(state) => body(state),
            None => Err(Error::new("plr.state", "the plugin keeps none")),
        }
    }
}
