internal import CDemangle
internal import Glibc

/// Turns the names that compilers write into those that people do.
///
/// Swift's through the function of its own runtime, C++'s (and Rust's older scheme) through that of
/// the C++ runtime. One value serves one thread, and keeps the room for the next name.
@safe struct Demangler: ~Copyable {
  private let buffer: UnsafeMutablePointer<CChar>
  private static let capacity = 32 << 10

  init() { unsafe buffer = .allocate(capacity: Self.capacity) }

  deinit { unsafe buffer.deallocate() }

  /// Appends the demangled form of `name` to `output`; false where it is not mangled.
  ///
  /// A form of more than 32 KB is cut.
  mutating func append(_ name: UnsafeRawBufferPointer, to output: inout [UInt8]) -> Bool {
    switch unsafe ManglingScheme(name) {
    case nil: return false
    case .swift:
      var size = Self.capacity
      guard
        unsafe swift_demangle(
          name.baseAddress!.assumingMemoryBound(to: CChar.self), name.count, buffer, &size, 0)
          != nil
      else { return false }
      let length = unsafe strnlen(buffer, Self.capacity)
      unsafe output.append(contentsOf: unsafe UnsafeRawBufferPointer(start: buffer, count: length))
      return true
    case .cxx:
      // It wants a NUL at the end, and makes its own room.
      guard name.count < 4096 else { return false }
      unsafe memcpy(buffer, name.baseAddress!, name.count)
      unsafe buffer[name.count] = 0
      var status: Int32 = 0
      guard let text = unsafe __cxa_demangle(buffer, nil, nil, &status) else { return false }
      defer { unsafe free(text) }
      unsafe output.append(
        contentsOf: unsafe UnsafeRawBufferPointer(start: text, count: min(strlen(text), 32 << 10)))
      return true
    }
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
