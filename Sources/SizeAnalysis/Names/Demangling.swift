internal import CDemangle
internal import Glibc

/// Turns the names that compilers write into those that people do.
///
/// Swift's through the function of its own runtime, C++'s (and Rust's older scheme) through that of
/// the C++ runtime. One value serves one thread, and keeps the room for the next name.
@safe struct Demangler: ~Copyable {
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

  init() {
    unsafe input = .allocate(capacity: Self.longestName + 1)
    unsafe output = .allocate(capacity: Self.longestForm)
  }

  deinit {
    unsafe input.deallocate()
    unsafe output.deallocate()
  }

  /// Appends the demangled form of `name` to `text`; false where it is not mangled or too long.
  ///
  /// A form that is too long is cut.
  mutating func append(
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
      guard unsafe swift_demangle(input, name.count, output, &size, 0) != nil else {
        return false
      }
      unsafe append(unsafe output, limit, to: &text)
    case .cxx:
      var status: Int32 = 0
      // It makes its own room.
      guard let form = unsafe __cxa_demangle(input, nil, nil, &status) else { return false }
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

/// How a name is mangled.
enum ManglingScheme {
  case swift
  case cxx

  init?(_ name: UnsafeRawBufferPointer) {
    guard name.count > 2 else { return nil }
    switch unsafe (name[0], name[1]) {
    case (0x24, 0x73), (0x24, 0x53), (0x24, 0x65): self = .swift  // $s, $S; $e: Embedded Swift
    case (0x5f, 0x5a): self = .cxx  // _Z
    default: return nil
    }
  }
}
