extension InterfaceDeclaration {
  /// The interface in Rust: a trait to implement it, its table made of an implementation, and the trait
  /// implemented by what others have registered. Lies beside the modules of its values.
  ///
  /// The same declarations give the same text, to the byte.
  func rust(_ values: [ValueDeclaration], layout: UInt64) -> String {
    let names = ValueNames(values)
    let uses = valueNames.map { "use super::\(names[$0])::\(lastName($0));\n" }.joined()
    let slots = functions.map { "    \(rustName($0.name)): \(call($0).pointer),\n" }.joined()
    let closures = functions.flatMap { function in
      call(function).closureNames.sorted { $0.key < $1.key }.map { index, name in
        guard case .closure(let closure) = function.parameters[index].type else { return "" }
        return closure.declarationInRust(name, thunk: CrossingClosure.thunkName(name))
      }
    }.joined()
    let methods = functions.map {
      commentInRust($0.comment, indent: "    ") + "    \(method($0));\n"
    }.joined()
    return """
      //! The interface \(id), revision \(revision).
      //!
      //! Written from the Swift protocol '\(name)' by `plugin-interface header --language rust`; not to be edited by
      //! hand.
      #![allow(dead_code, unused_imports, clippy::all)]

      use plugin_runtime::abi::*;
      use plugin_runtime::{caught_status, caught_value, Crossing, Error, Exports, GivenClosure};
      use plugin_runtime::{Holder, Interface, InterfaceName, Kept, Lending, Reference};
      use std::os::raw::c_void;
      \(uses)
      pub const INTERFACE: InterfaceName =
          InterfaceName { id: "\(id)", revision: \(revision), layout: \(Layout.literal(layout)) };

      \(commentInRust(comment, indent: ""))pub trait \(name): Send + Sync {
      \(methods)}

      #[repr(C)]
      pub struct Table {
          head: TableHead,
      \(slots)}

      \(closures)impl Interface for dyn \(name) {
          const NAME: InterfaceName = INTERFACE;
          type Table = Table;
      }

      impl<T: \(name) + 'static> Exports<T> for dyn \(name) {
          fn table(context: *mut c_void) -> Table {
              Table {
                  head: TableHead::new::<Table>(INTERFACE, context),
      \(functions.map { "            \(rustName($0.name)): thunk::\(rustName($0.name))::<T>,\n" }.joined())\
              }
          }
      }

      mod thunk {
          use super::*;

      \(functions.map(thunk).joined(separator: "\n"))}

      impl \(name) for Reference<dyn \(name)> {
      \(functions.map(proxy).joined(separator: "\n"))}

      """
  }

  private func call(_ function: Function) -> RustCall {
    var names: [Int: String] = [:]
    for (index, parameter) in function.parameters.enumerated() {
      if case .closure = parameter.type {
        names[index] = camelCase(function.name) + camelCase(parameter.name)
      }
    }
    return RustCall(function, closureNames: names)
  }

  private func method(_ function: Function) -> String {
    let call = call(function)
    let parameters = call.parameters.map { ", \($0.name): \($0.type.parameterInRust)" }
    return "fn \(rustName(function.name))(&self\(parameters.joined()))\(call.arrow)"
  }

  private func thunk(_ function: Function) -> String {
    let call = call(function)
    let (names, types, arrow) = call.inC()
    let parameters = zip(["context"] + names, ["*mut c_void"] + types).map { "\($0): \($1)" }
    let caught =
      function.canThrow ? "caught_status(error, || {" : "caught_value(&holder.services, || {"
    return """
          pub unsafe extern "C" fn \(rustName(function.name))<T: \(name)>(
              \(parameters.joined(separator: ",\n        ")),
          )\(arrow) {
              let holder = &*context.cast::<Holder<T>>();
              \(caught)
      \(indented(call.incoming("holder.implementation.\(rustName(function.name))", services: "&holder.services"), 12))
              })
          }

      """
  }

  private func proxy(_ function: Function) -> String {
    let lines =
      ["let table = self.table();"]
      + call(function).outgoing(
        "table.\(rustName(function.name))", context: "table.head.context",
        services: "self.services()")
    return """
          \(method(function)) {
      \(indented(lines, 8))
          }

      """
  }
}

/// `WordCount` of `wordCount`.
private func camelCase(_ name: String) -> String { name.prefix(1).uppercased() + name.dropFirst() }
