//! Plugins in Rust for hosts of PluginRuntime.
//!
//! A plugin is a `cdylib` that calls [`plugin!`] once. What it implements is a trait that
//! `plugin-interface header --language rust` has written, together with all that is unsafe about it:
//!
//! ```ignore
//! mod example_greeter;
//! use example_greeter::Greeter;
//! use plugin_runtime::Error;
//!
//! struct Crab;
//!
//! impl Greeter for Crab {
//!     fn greet(&self, name: &str) -> Result<String, Error> {
//!         if name.is_empty() {
//!             return Err(Error::new("name", "it is empty: say whom to greet"));
//!         }
//!         Ok(format!("click, {name}"))
//!     }
//!     fn greeting_count(&self) -> i64 { 0 }
//! }
//!
//! plugin_runtime::plugin! {
//!     name: "crab", version: "1.0.0", unload: Resident,
//!     offers: [example_greeter::INTERFACE],
//!     begin: |module| module.implement::<dyn Greeter, _>(0, Crab)
//! }
//! ```
//!
//! **Panics** stop at the boundary: a function that can fail reports them as `PLR_ERROR_PLUGIN` with what was
//! said; one that cannot ends the process, as nothing true could be returned.
//!
//! **Unloading**: the standard library keeps thread-local variables, which glibc 2.34 to 2.36 reuse wrongly after
//! a plugin was unmapped. Say `unload: Resident` unless you know which system the host runs on.
//!
//! **Threads**: what is called through an interface may be called by several threads at once, hence the traits
//! ask for `Send` and `Sync`.

pub mod abi;
mod closures;
mod crossing;
mod error;
mod manifest;
mod module;
mod reference;
mod services;

pub use closures::{Entered, GivenClosure, Kept};
pub use crossing::{Crossing, Given, Lending};
pub use error::Error;
pub use manifest::{InterfaceName, ManifestNote, OfferNote, Unload};
pub use module::{caught_status, caught_value, Exports, Holder, Interface, Module, Modules};
pub use reference::{references, Reference};
pub use services::{Level, Services};
