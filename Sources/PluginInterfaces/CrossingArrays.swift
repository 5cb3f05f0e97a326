public import CPluginABI

// Arrays and spans on their way across: see `plugin_values.h`. Numbers have the same bits on both sides, also
// where Swift calls them Int and C int64_t.

extension UTF8Span {
  /// The text, for as long as `body` runs. Allocates nothing.
  @inlinable
  public func lend<Result>(_ body: (plr_text) -> Result) -> Result {
    unsafe span.withUnsafeBufferPointer { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
        unsafe body(plr_text(bytes: bytes.baseAddress, length: bytes.count))
      }
    }
  }
}

extension RawSpan {
  /// The bytes, for as long as `body` runs. Allocates nothing.
  @inlinable
  public func lend<Result>(_ body: (plr_bytes) -> Result) -> Result {
    unsafe withUnsafeBytes { bytes in
      unsafe body(
        plr_bytes(
          bytes: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), length: bytes.count))
    }
  }
}

extension Span<UInt8> {
  /// The bytes, for as long as `body` runs. Allocates nothing.
  @inlinable
  public func lend<Result>(_ body: (plr_bytes) -> Result) -> Result {
    unsafe withUnsafeBufferPointer { bytes in
      unsafe body(plr_bytes(bytes: bytes.baseAddress, length: bytes.count))
    }
  }
}

extension Span where Element: BitwiseCopyable {
  /// The numbers, for as long as `body` runs. Allocates nothing.
  @inlinable
  public func lendElements<InC: BitwiseCopyable, Result>(
    as type: InC.Type, _ body: (UnsafePointer<InC>?, Int) -> Result
  ) -> Result {
    unsafe withUnsafeBytes { bytes in
      unsafe body(bytes.baseAddress?.assumingMemoryBound(to: InC.self), count)
    }
  }
}

extension Array {
  /// Numbers, for as long as `body` runs. Allocates nothing.
  @inlinable
  public func lendElements<InC: BitwiseCopyable, Result>(
    as type: InC.Type, _ body: (UnsafePointer<InC>?, Int) -> Result
  ) -> Result where Element: BitwiseCopyable {
    unsafe withUnsafeBytes { bytes in
      unsafe body(bytes.baseAddress?.assumingMemoryBound(to: InC.self), count)
    }
  }

  /// A copy of elements that are the same on both sides.
  public init(lent elements: UnsafePointer<Element>?, _ count: Int) where Element: BitwiseCopyable {
    unsafe self.init(UnsafeBufferPointer(start: elements, count: elements == nil ? 0 : count))
  }

  /// What each of `count` elements is on this side; nothing where there is NULL.
  public init<InC, Failure: Error>(
    lent elements: UnsafePointer<InC>?, _ count: Int,
    _ convert: (InC) throws(Failure) -> Element
  ) throws(Failure) {
    self = []
    guard let elements = unsafe elements else { return }
    // As many as there is room for from the start: the number may be a lie, its elements are read one by one.
    reserveCapacity(Swift.min(count, 1024))
    for index in 0..<count { unsafe append(try convert(elements[index])) }
  }
}

extension UnsafeBufferPointer where Element: BitwiseCopyable {
  /// Numbers that were lent; nothing where there is NULL.
  public init<InC: BitwiseCopyable>(lent elements: UnsafePointer<InC>?, _ count: Int) {
    unsafe self.init(
      start: UnsafeRawPointer(elements)?.assumingMemoryBound(to: Element.self),
      count: elements == nil ? 0 : count)
  }
}
