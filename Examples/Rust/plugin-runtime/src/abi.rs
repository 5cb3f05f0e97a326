//! The declarations of `plugin_abi.h` and of the services' headers, as far as plugins in Rust use them.

use std::mem::size_of;
use std::os::raw::{c_char, c_void};

pub type Status = i32;

pub const OK: Status = 0;
pub const ERROR_INVALID_ARGUMENT: Status = 1;
pub const ERROR_OUT_OF_MEMORY: Status = 2;
pub const ERROR_NOT_FOUND: Status = 3;
pub const ERROR_ALREADY_EXISTS: Status = 4;
pub const ERROR_BUSY: Status = 5;
pub const ERROR_RETIRED: Status = 6;
pub const ERROR_FOREIGN_RUNTIME: Status = 7;
pub const ERROR_ABI_MISMATCH: Status = 8;
pub const ERROR_SYSTEM: Status = 9;
pub const ERROR_PLUGIN: Status = 10;
pub const ERROR_DECLINED: Status = 11;

pub const ABI_MAJOR: u16 = 1;
pub const ABI_MINOR: u16 = 1;

pub const SUBJECT_CAPACITY: usize = 120;
pub const MESSAGE_CAPACITY: usize = 384;

/// `plr_error`
#[repr(C)]
pub struct RawError {
    pub size: u32,
    pub code: Status,
    pub subject: [u8; SUBJECT_CAPACITY],
    pub message: [u8; MESSAGE_CAPACITY],
}

pub type QueryInterface =
    unsafe extern "C" fn(host: *const Host, id: *const c_char, revision: u32) -> *const c_void;

/// `plr_host`
#[repr(C)]
pub struct Host {
    pub size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub runtime: *const c_void,
    pub context: *mut c_void,
    pub name: *const c_char,
    pub query_interface: QueryInterface,
}

/// `plr_plugin`
#[repr(C)]
pub struct Plugin {
    pub size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub init: unsafe extern "C" fn(host: *const Host, error: *mut RawError) -> Status,
    pub deinit: unsafe extern "C" fn(host: *const Host),
    pub query_interface: QueryInterface,
}

/// `plr_allocator`, as of 1.0
#[repr(C)]
pub struct Allocator {
    pub size: u32,
    pub revision: u32,
    pub allocate: unsafe extern "C" fn(*const Host, usize, usize) -> *mut c_void,
    pub reallocate: unsafe extern "C" fn(*const Host, *mut c_void, usize) -> *mut c_void,
    pub deallocate: unsafe extern "C" fn(*const Host, *mut c_void),
}

/// `plr_log`, as of 1.0
#[repr(C)]
pub struct Log {
    pub size: u32,
    pub revision: u32,
    pub is_enabled: unsafe extern "C" fn(*const Host, u32) -> i32,
    pub write: unsafe extern "C" fn(*const Host, u32, *const c_char, *const u8, usize),
}

/// `plr_reference`
#[repr(C)]
pub struct RawReference {
    pub table: *const c_void,
    pub token: u64,
}

/// `plr_registry`, as of 1.1
#[repr(C)]
pub struct Registry {
    pub size: u32,
    pub revision: u32,
    pub add: unsafe extern "C" fn(
        *const Host,
        *const c_char,
        u32,
        i32,
        *const c_void,
        *mut RawError,
    ) -> Status,
    pub remove: unsafe extern "C" fn(*const Host, *const c_char, u32, *const c_void) -> Status,
    pub acquire: unsafe extern "C" fn(
        *const Host,
        *const c_char,
        u32,
        u32,
        *mut RawReference,
    ) -> Status,
    pub release: unsafe extern "C" fn(*const Host, *mut RawReference) -> Status,
    pub count: unsafe extern "C" fn(*const Host, *const c_char, u32) -> u32,
    /// From here on since 1.1: only where `size` says so.
    pub find: unsafe extern "C" fn(*const Host, *const c_char, u32) -> *const c_void,
    pub acquire_found: unsafe extern "C" fn(
        *const Host,
        *const c_void,
        u32,
        *mut RawReference,
    ) -> Status,
    pub acquire_all: unsafe extern "C" fn(
        *const Host,
        *const c_void,
        *mut RawReference,
        usize,
        *mut usize,
    ) -> Status,
}

/// `plr_instances`
#[repr(C)]
pub struct Instances {
    pub size: u32,
    pub revision: u32,
    pub made: unsafe extern "C" fn(*const Host, *const c_char, u32) -> Status,
    pub unmade: unsafe extern "C" fn(*const Host, *const c_char, u32) -> Status,
    pub each: *const c_void,
}

/// `plr_state_writer`
#[repr(C)]
pub struct StateWriter {
    pub size: u32,
    pub reserved: u32,
    pub context: *mut c_void,
    pub write: unsafe extern "C" fn(*const StateWriter, *const c_void, usize) -> Status,
}

/// `plr_state`
#[repr(C)]
pub struct State {
    pub size: u32,
    pub revision: u32,
    pub version: u32,
    pub oldest_accepted: u32,
    pub save: unsafe extern "C" fn(*const Host, *const StateWriter, *mut RawError) -> Status,
    pub accept:
        unsafe extern "C" fn(*const Host, u32, *const c_void, usize, *mut RawError) -> Status,
}

/// `plr_text`, `plr_bytes` and what else is a pointer and a length: lent as a parameter, the receiver's to free as
/// a result. `start` may be NULL where `length` is 0.
#[repr(C)]
pub struct Slice<T> {
    pub start: *const T,
    pub length: usize,
}

impl<T> Clone for Slice<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slice<T> {}

pub type Text = Slice<u8>;

/// `plr_int32_optional` and its like: `value` means something only where `has_value`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Optional<T: Copy> {
    pub has_value: bool,
    pub value: std::mem::MaybeUninit<T>,
}

/// `plr_table_head`
#[repr(C)]
pub struct TableHead {
    pub size: u32,
    pub revision: u32,
    pub layout: u64,
    pub traits: *const c_void,
    pub context: *mut c_void,
}

impl TableHead {
    /// What a table `T` of `interface` begins with.
    pub fn new<T>(interface: crate::InterfaceName, context: *mut c_void) -> Self {
        Self {
            size: size_of::<T>() as u32,
            revision: interface.revision,
            layout: interface.layout,
            traits: std::ptr::null(),
            context,
        }
    }
}

/// What a closure that is kept begins with; its `call` stands behind.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct KeptHead {
    pub guard: *const c_void,
    pub guard_table: *const c_void,
    pub context: *mut c_void,
    pub release: unsafe extern "C" fn(*mut c_void),
}

// What layout.c says of the same structs.
const _: () = assert!(size_of::<RawError>() == 512);
const _: () = assert!(size_of::<Host>() == 40);
const _: () = assert!(size_of::<Plugin>() == 32);
const _: () = assert!(size_of::<Allocator>() == 32);
const _: () = assert!(size_of::<Log>() == 24);
const _: () = assert!(size_of::<RawReference>() == 16);
const _: () = assert!(size_of::<Registry>() == 72);
const _: () = assert!(size_of::<Instances>() == 32);
const _: () = assert!(size_of::<StateWriter>() == 24);
const _: () = assert!(size_of::<State>() == 32);
const _: () = assert!(size_of::<Text>() == 16);
