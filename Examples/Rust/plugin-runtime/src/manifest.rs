//! What a host reads in the file before any of its code runs: notes of `plugin_abi.h`.

use std::mem::size_of;

/// An interface by id and revision; the id is printable ASCII without blanks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceName {
    pub id: &'static str,
    pub revision: u32,
    /// A number made of all its functions; 0 says nothing.
    pub layout: u64,
}

/// Whether a plugin may be unmapped.
#[derive(Clone, Copy)]
pub enum Unload {
    Resident = 0,
    Unloadable = 1,
}

/// `plr_manifest_note`
#[repr(C)]
pub struct ManifestNote {
    name_size: u32,
    description_size: u32,
    kind: u32,
    owner: [u8; 16],
    size: u32,
    abi_major: u16,
    abi_minor: u16,
    unload_class: u32,
    features: u32,
    name: [u8; 64],
    version: [u8; 32],
    toolchain: [u8; 128],
}

/// `plr_offer_note`, and `plr_requirement_note`, which differs in its kind.
#[repr(C)]
pub struct OfferNote {
    name_size: u32,
    description_size: u32,
    kind: u32,
    owner: [u8; 16],
    size: u32,
    revision: u32,
    id: [u8; 64],
}

const OWNER: &str = "PluginRuntime";

impl ManifestNote {
    /// Does not compile where a text does not fit.
    pub const fn new(name: &str, version: &str, unload: Unload) -> Self {
        assert!(!name.is_empty(), "a plugin needs a name");
        Self {
            name_size: OWNER.len() as u32 + 1,
            description_size: 240,
            kind: 1,
            owner: field(OWNER),
            size: 240,
            abi_major: crate::abi::ABI_MAJOR,
            abi_minor: crate::abi::ABI_MINOR,
            unload_class: unload as u32,
            features: 0,
            name: field(name),
            version: field(version),
            toolchain: field(env!("PLUGIN_TOOLCHAIN")),
        }
    }
}

impl OfferNote {
    pub const fn new(interface: InterfaceName) -> Self {
        Self::of_kind(2, interface)
    }

    /// Says that the plugin cannot be without the interface: a host loads a plugin that offers it first.
    pub const fn requirement(interface: InterfaceName) -> Self {
        Self::of_kind(3, interface)
    }

    const fn of_kind(kind: u32, interface: InterfaceName) -> Self {
        Self {
            name_size: OWNER.len() as u32 + 1,
            description_size: 72,
            kind,
            owner: field(OWNER),
            size: 72,
            revision: interface.revision,
            id: field(interface.id),
        }
    }
}

/// `text`, and zeros to the end.
const fn field<const N: usize>(text: &str) -> [u8; N] {
    let bytes = text.as_bytes();
    assert!(bytes.len() < N, "a text of the manifest is too long");
    let mut field = [0; N];
    let mut index = 0;
    while index < bytes.len() {
        field[index] = bytes[index];
        index += 1;
    }
    field
}

const _: () = assert!(size_of::<ManifestNote>() == 28 + 240);
const _: () = assert!(size_of::<OfferNote>() == 28 + 72);

/// Writes a plugin's manifest and entry. Once in a `cdylib`:
///
/// ```ignore
/// plugin_runtime::plugin! {
///     name: "crab", version: "1.0.0", unload: Resident,
///     offers: [example_greeter::INTERFACE],
///     begin: |module| module.implement::<dyn Greeter, _>(0, Crab)
/// }
/// ```
///
/// `requires: […],` between the two names the interfaces that the plugin cannot be without, where there are any.
///
/// `begin` is called with a [`crate::Module`] whenever a host initialises the plugin; where it fails or
/// panics, so does `init`, after what it did is undone.
#[macro_export]
macro_rules! plugin {
    (
        name: $name:expr, version: $version:expr, unload: $unload:ident,
        offers: [$($offer:expr),* $(,)?], $(requires: [$($need:expr),* $(,)?],)? begin: $begin:expr $(,)?
    ) => {
        #[cfg(not(panic = "unwind"))]
        compile_error!("a plugin must be able to catch panics: remove 'panic = \"abort\"'");

        #[used]
        #[link_section = ".note.plugin-runtime"]
        static PLUGIN_MANIFEST: $crate::ManifestNote =
            $crate::ManifestNote::new($name, $version, $crate::Unload::$unload);

        $(const _: () = {
            #[used]
            #[link_section = ".note.plugin-runtime"]
            static OFFER: $crate::OfferNote = $crate::OfferNote::new($offer);
        };)*

        $($(const _: () = {
            #[used]
            #[link_section = ".note.plugin-runtime"]
            static REQUIREMENT: $crate::OfferNote = $crate::OfferNote::requirement($need);
        };)*)?

        static PLUGIN_MODULES: $crate::Modules = $crate::Modules::new();

        unsafe extern "C" fn plugin_init(
            host: *const $crate::abi::Host,
            error: *mut $crate::abi::RawError,
        ) -> $crate::abi::Status {
            PLUGIN_MODULES.begin(host, error, plugin_save, plugin_accept, $begin)
        }

        unsafe extern "C" fn plugin_deinit(host: *const $crate::abi::Host) {
            PLUGIN_MODULES.end(host)
        }

        unsafe extern "C" fn plugin_interface(
            host: *const $crate::abi::Host,
            id: *const ::std::os::raw::c_char,
            revision: u32,
        ) -> *const ::std::os::raw::c_void {
            PLUGIN_MODULES.find(host, id, revision)
        }

        unsafe extern "C" fn plugin_save(
            host: *const $crate::abi::Host,
            writer: *const $crate::abi::StateWriter,
            error: *mut $crate::abi::RawError,
        ) -> $crate::abi::Status {
            PLUGIN_MODULES.save(host, writer, error)
        }

        unsafe extern "C" fn plugin_accept(
            host: *const $crate::abi::Host,
            version: u32,
            bytes: *const ::std::os::raw::c_void,
            count: usize,
            error: *mut $crate::abi::RawError,
        ) -> $crate::abi::Status {
            PLUGIN_MODULES.accept(host, version, bytes, count, error)
        }

        /// # Safety
        /// For a host.
        #[no_mangle]
        pub unsafe extern "C" fn plugin_entry(
            _host: *const $crate::abi::Host,
            _error: *mut $crate::abi::RawError,
        ) -> *const $crate::abi::Plugin {
            static TABLE: $crate::abi::Plugin = $crate::abi::Plugin {
                size: ::std::mem::size_of::<$crate::abi::Plugin>() as u32,
                abi_major: $crate::abi::ABI_MAJOR,
                abi_minor: $crate::abi::ABI_MINOR,
                init: plugin_init,
                deinit: plugin_deinit,
                query_interface: plugin_interface,
            };
            &TABLE
        }
    };
}
