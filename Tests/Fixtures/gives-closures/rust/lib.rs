//! A plugin that hands closures to the host's test.all-kinds: lends some while it is initialised, and gives two
//! away, of which the host keeps one. Its init fails, in words, where something does not come back as it should.

#[path = "../../all-kinds/rust/test_all_kinds.rs"]
mod test_all_kinds;
#[path = "../../all-kinds/rust/test_color.rs"]
mod test_color;
#[path = "../../all-kinds/rust/test_inner.rs"]
mod test_inner;
#[path = "../../all-kinds/rust/test_record.rs"]
mod test_record;
#[path = "../../all-kinds/rust/test_temperature.rs"]
mod test_temperature;

use plugin_runtime::abi::{ERROR_BUSY, ERROR_NOT_FOUND, ERROR_PLUGIN};
use plugin_runtime::{Error, Level, Module, Reference, Services};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use test_all_kinds::AllKinds;

/// Logs when it goes: what a closure captures goes with it.
struct Witness(Services);

impl Drop for Witness {
    fn drop(&mut self) {
        self.0.log(Level::Notice, "witness", || "gone");
    }
}

fn expect(holds: bool, what: &str) -> Result<(), Error> {
    match holds {
        true => Ok(()),
        false => Err(Error::with_code(ERROR_PLUGIN, "expectation", what)),
    }
}

fn begin(module: &mut Module) -> Result<(), Error> {
    let services = *module.services();
    let peer = Reference::<dyn AllKinds>::new(&services, 0)?
        .ok_or_else(|| Error::with_code(ERROR_NOT_FOUND, "test.all-kinds", "the host has none"))?;
    let texts = ["a".to_owned(), String::new(), "bcd".to_owned()];

    // Lent, and with what it captures.
    let longest = AtomicUsize::new(0);
    let sum = peer.visit(&texts, &|index, text| {
        longest.fetch_max(text.len(), Ordering::Relaxed);
        Ok(text.len() as i64 * 10 + i64::from(index))
    })?;
    expect(sum == 43 && longest.into_inner() == 3, "a closure is called, with its captures")?;
    expect(peer.total(5, &|x| i64::from(x) * i64::from(x)) == 30, "one that cannot fail")?;
    let busy = peer.visit(&texts, &|_, _| Err(Error::with_code(ERROR_BUSY, "b", "not now")));
    expect(busy.is_err_and(|e| e.code == ERROR_BUSY && e.message == "not now"), "an error keeps its code")?;
    let panicked = peer.visit(&texts, &|_, _| panic!("so it is"));
    expect(panicked.is_err_and(|e| e.message.contains("so it is")), "a panic stops at the boundary")?;

    // Given away; the second takes the place of the first, which is given back.
    let held = Arc::new(());
    let captured = held.clone();
    peer.keep(Box::new(move |_, _| {
        let _held = &captured;
        Ok("already".to_owned())
    }))?;
    expect(peer.call_kept("", None)? == "already", "it can be called before init has ended")?;
    expect(Arc::strong_count(&held) == 2, "it is kept")?;
    let (calls, witness) = (AtomicUsize::new(0), Witness(services));
    peer.keep(Box::new(move |text, _| {
        let _witness = &witness;
        let count = calls.fetch_add(1, Ordering::Relaxed) + 1;
        if text == "panic" {
            panic!("as was asked");
        }
        Ok(format!("{text} {count}"))
    }))?;
    expect(Arc::strong_count(&held) == 1, "and let go")
}

plugin_runtime::plugin! {
    name: "gives-closures-rust", version: "1.0.0", unload: Resident,
    offers: [],
    begin: |module| begin(module)
}
