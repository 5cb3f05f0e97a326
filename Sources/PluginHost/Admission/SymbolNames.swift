internal import Glibc
internal import MangledNames

/// Names of symbols as people write them, where somebody in the process knows how to read them.
///
/// `swift_demangle` and `__cxa_demangle` are looked for and not linked: a runtime that was trimmed for a host
/// holds neither unless the host asks for it. Names come from files that nobody has vouched for; those whose
/// form could be long are left as they are.
enum SymbolNames {
  /// Bytes that the forms of all names that are shown at once may come to, as ``Expansion`` bounds them.
  private static let allowance = Expansion.limit

  /// The names in people's form, in their order; as they are where they are not mangled, nobody in the process
  /// can read them, or their forms could come to more than ``allowance``. [any thread]
  ///
  /// - Complexity: O(bytes of the names and of their forms).
  static func demangled(_ names: [String]) -> [String] {
    var demangler = unsafe Demangler(
      swift: unsafeBitCast(dlsym(nil, "swift_demangle"), to: Demangler.SwiftFunction?.self),
      cxx: unsafeBitCast(dlsym(nil, "__cxa_demangle"), to: Demangler.CxxFunction?.self))
    var allowance = allowance
    var form: [UInt8] = []
    return names.map { name in
      form.removeAll(keepingCapacity: true)
      var name = name
      let isDemangled = name.withUTF8 { bytes in
        let bytes = UnsafeRawBufferPointer(bytes)
        guard let scheme = unsafe ManglingScheme(bytes) else { return false }
        let bound = unsafe Expansion.bound(bytes, scheme)
        guard bound < allowance, unsafe demangler.append(bytes, scheme, to: &form) else {
          return false
        }
        allowance -= bound
        return true
      }
      return isDemangled ? String(decoding: form, as: UTF8.self) : name
    }
  }
}
