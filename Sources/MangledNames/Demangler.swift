internal import Glibc

/// Turns the names that compilers write into those that people do.
///
/// Swift's through the function of its own runtime, C++'s (and Rust's older scheme) through that of
/// the C++ runtime: whoever makes a value links them, or looks them up. It does not ask ``Expansion`` how
/// long a name becomes; that has to be done first. One value serves one thread, and keeps the room for the
/// next name.
@safe package struct Demangler: ~Copyable {
  /// `swift_demangle`, of libswiftCore: the name, its length, room for the form, its size, 0.
  package typealias SwiftFunction =
    @convention(c) (
      UnsafePointer<CChar>?, Int, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?, UInt32
    ) -> UnsafeMutablePointer<CChar>?

  /// `__cxa_demangle`, of libstdc++: the name, NULL twice, a status. Returns what malloc made.
  package typealias CxxFunction =
    @convention(c) (
      UnsafePointer<CChar>?, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?,
      UnsafeMutablePointer<Int32>?
    ) -> UnsafeMutablePointer<CChar>?

  private let swift: SwiftFunction?
  private let cxx: CxxFunction?
  /// The name with the NUL at its end that both functions look for, whatever length they are told.
  private let input: UnsafeMutablePointer<CChar>
  private let output: UnsafeMutablePointer<CChar>

  /// Bytes of a name that is still demangled, and of its form.
  private static let longestName = 16 << 10
  private static let longestForm = 64 << 10

  /// Bytes of the form that are kept: many short names with long forms would take more memory than
  /// their file has bytes. Those of compilers have not more than 30 bytes for one.
  private static func longestForm(of name: UnsafeRawBufferPointer) -> Int {
    min(1024 + 32 * name.count, longestForm)
  }

  /// - Parameters:
  ///   - swift: nil where there is none: Swift's names are then left as they are.
  ///   - cxx: the same for C++.
  package init(swift: SwiftFunction?, cxx: CxxFunction?) {
    unsafe self.swift = unsafe swift
    unsafe self.cxx = unsafe cxx
    unsafe input = .allocate(capacity: Self.longestName + 1)
    unsafe output = .allocate(capacity: Self.longestForm)
  }

  deinit {
    unsafe input.deallocate()
    unsafe output.deallocate()
  }

  /// Appends the demangled form of `name` to `text`; false where it is not mangled, too long,
  /// or of a scheme that has no function.
  ///
  /// A form that is too long is cut.
  package mutating func append(
    _ name: UnsafeRawBufferPointer, _ scheme: ManglingScheme, to text: inout [UInt8]
  ) -> Bool {
    guard name.count <= Self.longestName, let start = name.baseAddress else {
      return false
    }
    unsafe memcpy(input, start, name.count)
    unsafe input[name.count] = 0
    let limit = unsafe Self.longestForm(of: name)
    switch scheme {
    case .swift:
      var size = limit
      guard let swift = unsafe swift, unsafe swift(input, name.count, output, &size, 0) != nil
      else { return false }
      unsafe append(unsafe output, limit, to: &text)
    case .cxx:
      var status: Int32 = 0
      // It makes its own room.
      guard let cxx = unsafe cxx, let form = unsafe cxx(input, nil, nil, &status) else {
        return false
      }
      unsafe append(unsafe form, limit, to: &text)
      unsafe free(form)
    }
    return true
  }

  private func append(_ form: UnsafePointer<CChar>, _ limit: Int, to text: inout [UInt8]) {
    let length = unsafe strnlen(form, limit - 1)
    unsafe text.append(contentsOf: unsafe UnsafeRawBufferPointer(start: form, count: length))
  }
}
