public import CPluginABI
internal import PluginRuntime

/// What the values of one call point to on the other side.
///
/// Of two kinds: memory of this side, for parameters, which are lent and freed after the call; and memory of the
/// runtime, for results, which are given away.
@safe public struct CrossingMemory {
  private let account: UnsafePointer<plr_host>?
  private var blocks: [UnsafeMutableRawPointer] = unsafe []

  /// Memory that is lent: whoever makes this frees it after the call.
  public init() { unsafe account = nil }

  /// Memory that is given away, charged to `account`.
  private init(givenBy account: UnsafePointer<plr_host>) { unsafe self.account = account }

  /// Frees all of it: after a call, or where a result cannot be made.
  public func free() {
    for index in unsafe blocks.indices {
      let block = unsafe blocks[index]
      if let account = unsafe account {
        unsafe plr_deallocate(account, block)
      } else {
        unsafe block.deallocate()
      }
    }
  }

  /// nil for nothing at all.
  private mutating func allocate(
    _ byteCount: Int, alignment: Int
  ) throws(PluginError) -> UnsafeMutableRawPointer? {
    guard byteCount > 0 else { return nil }
    let block: UnsafeMutableRawPointer
    if let account = unsafe account {
      guard let given = unsafe plr_allocate(account, byteCount, alignment) else {
        throw PluginError.noMemory(byteCount)
      }
      unsafe block = unsafe given
    } else {
      unsafe block = .allocate(byteCount: byteCount, alignment: alignment)
    }
    unsafe blocks.append(block)
    return unsafe block
  }

  /// A copy in UTF-8.
  ///
  /// - Throws: `PLR_ERROR_OUT_OF_MEMORY`, as all that gives away.
  public mutating func text(_ string: String) throws(PluginError) -> plr_text {
    var string = string
    let count = string.utf8.count
    let block = unsafe try allocate(count, alignment: 1)
    string.withUTF8 { unsafe block?.copyMemory(from: $0.baseAddress!, byteCount: count) }
    return unsafe plr_text(bytes: block?.assumingMemoryBound(to: CChar.self), length: count)
  }

  /// A copy.
  public mutating func bytes(_ array: [UInt8]) throws(PluginError) -> plr_bytes {
    let block = unsafe try allocate(array.count, alignment: 1)
    unsafe array.withUnsafeBytes {
      unsafe block?.copyMemory(from: $0.baseAddress!, byteCount: array.count)
    }
    return unsafe plr_bytes(bytes: block?.assumingMemoryBound(to: UInt8.self), length: array.count)
  }

  /// A copy of elements that are the same on both sides.
  public mutating func elements<Element: BitwiseCopyable>(
    _ array: [Element]
  ) throws(PluginError) -> UnsafePointer<Element>? {
    unsafe try elements(array) { element, _ in element }
  }

  /// What crosses for each element, one behind the other.
  public mutating func elements<Element, InC>(
    _ array: [Element],
    _ convert: (Element, inout CrossingMemory) throws(PluginError) -> InC
  ) throws(PluginError) -> UnsafePointer<InC>? {
    guard
      let block = unsafe try allocate(
        array.count * MemoryLayout<InC>.stride, alignment: MemoryLayout<InC>.alignment)
    else { return nil }
    let room = unsafe block.assumingMemoryBound(to: InC.self)
    for index in array.indices {
      unsafe (room + index).initialize(to: try convert(array[index], &self))
    }
    return unsafe UnsafePointer(room)
  }

  /// Writes a result for whoever receives it; nothing where nobody wants it.
  ///
  /// - Parameter account: is charged until the receiver frees what the result points to.
  /// - Throws: `PLR_ERROR_OUT_OF_MEMORY`, with nothing written and nothing kept.
  public static func give<InC>(
    to result: UnsafeMutablePointer<InC>?, _ account: UnsafePointer<plr_host>,
    _ make: (inout CrossingMemory) throws(PluginError) -> InC
  ) throws(PluginError) {
    guard let result = unsafe result else { return }
    var memory = unsafe CrossingMemory(givenBy: account)
    do {
      unsafe result.pointee = try make(&memory)
    } catch {
      memory.free()
      throw error
    }
  }

  /// Frees a block of a result.
  public static func release(_ block: UnsafeRawPointer?, _ account: UnsafePointer<plr_host>) {
    unsafe plr_deallocate(account, UnsafeMutableRawPointer(mutating: block))
  }

  /// Frees an array of a result, and first what each element points to.
  public static func release<InC>(
    _ elements: UnsafePointer<InC>?, _ count: Int, _ account: UnsafePointer<plr_host>,
    _ release: (InC) -> Void
  ) {
    guard let elements = unsafe elements else { return }
    for index in 0..<count { unsafe release(elements[index]) }
    unsafe self.release(elements, account)
  }

  /// What is of a C struct that may hold pointers. Marks what a macro cannot know to be safe.
  @unsafe @inlinable @inline(__always)
  public static func crossed<Value>(_ value: Value) -> Value { value }
}
