use crate::abi::*;
use crate::closures::Giver;
use crate::Error;
use std::ffi::CString;
use std::os::raw::c_void;

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Level {
    Trace = 0,
    Debug = 1,
    Info = 2,
    Notice = 3,
    Warning = 4,
    Error = 5,
    Critical = 6,
}

/// What a host offers to one plugin, charged to it; good until the plugin's `deinit` ends. Any thread.
#[derive(Clone, Copy)]
pub struct Services {
    pub(crate) host: *const Host,
    pub(crate) allocator: *const Allocator,
    pub(crate) log: *const Log,
    pub(crate) registry: *const Registry,
    /// The module's; NULL before it has one.
    pub(crate) giver: *const Giver,
}

// The tables are the runtime's, whose functions may be called on any thread.
unsafe impl Send for Services {}
unsafe impl Sync for Services {}

impl Services {
    /// # Safety
    /// `host` is the table that the plugin's `init` was given.
    pub unsafe fn new(host: *const Host) -> Result<Self, Error> {
        Ok(Self {
            host,
            allocator: find(host, "plr.allocator\0")?.cast(),
            log: find(host, "plr.log\0")?.cast(),
            registry: find(host, "plr.registry\0")?.cast(),
            giver: std::ptr::null(),
        })
    }

    pub fn logs(&self, level: Level) -> bool {
        // The host's tables live as long as the process.
        unsafe { ((*self.log).is_enabled)(self.host, level as u32) != 0 }
    }

    /// Writes a line if its level passes; otherwise it is not even made.
    pub fn log<Message: Into<String>>(
        &self,
        level: Level,
        category: &str,
        message: impl FnOnce() -> Message,
    ) {
        if !self.logs(level) {
            return;
        }
        let category = CString::new(category).unwrap_or_default();
        let message: String = message().into();
        // Both are borrowed for the call.
        unsafe {
            ((*self.log).write)(
                self.host,
                level as u32,
                category.as_ptr(),
                message.as_ptr(),
                message.len(),
            )
        }
    }

    /// A block of at least `size` bytes that whoever receives it frees; an error where there is no memory.
    pub(crate) fn allocate(&self, size: usize, alignment: usize) -> Result<*mut c_void, Error> {
        let block = unsafe { ((*self.allocator).allocate)(self.host, size, alignment) };
        if block.is_null() {
            let message = format!("no memory for {size} bytes");
            return Err(Error::with_code(ERROR_OUT_OF_MEMORY, "result", message));
        }
        Ok(block)
    }

    /// # Safety
    /// `block` is one of the runtime's, or NULL, and nobody uses it any more.
    pub(crate) unsafe fn deallocate(&self, block: *mut c_void) {
        ((*self.allocator).deallocate)(self.host, block)
    }
}

pub(crate) unsafe fn find(host: *const Host, id: &str) -> Result<*const c_void, Error> {
    let table = ((*host).query_interface)(host, id.as_ptr().cast(), 1);
    if table.is_null() {
        let id = id.trim_end_matches('\0');
        return Err(Error::with_code(ERROR_NOT_FOUND, id, "the host does not offer it"));
    }
    Ok(table)
}
