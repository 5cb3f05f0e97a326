internal import CPluginABI

/// Memory of the plugin's own, freed when the buffer goes, unless it is given away.
///
/// The corresponding C functions are `plr_allocate` and `plr_deallocate`.
@safe public struct OwnedBuffer: ~Copyable {
  private let services: Services
  /// nil once it was given away.
  private var block: UnsafeMutableRawPointer?
  /// What was asked for, in bytes.
  public private(set) var byteCount: Int

  /// - Parameters:
  ///   - alignment: a power of two; 0 means 16.
  ///   - isZeroed: whether the bytes are zeros; else they are undefined.
  /// - Returns: nil where there is no memory, the plugin is past its limit or was retired.
  public init?(
    _ services: Services, byteCount: Int, alignment: Int = 0, isZeroed: Bool = false
  ) {
    let block =
      unsafe isZeroed
      ? services.allocator.pointee.allocate_zeroed(services.host, byteCount, alignment)
      : services.allocator.pointee.allocate(services.host, byteCount, alignment)
    guard let block = unsafe block else { return nil }
    self.services = services
    unsafe self.block = block
    self.byteCount = byteCount
  }

  /// Takes over a block that somebody gave away, whoever it is charged to.
  @unsafe public init(_ services: Services, adopting block: UnsafeMutableRawBufferPointer) {
    self.services = services
    unsafe self.block = block.baseAddress!
    byteCount = block.count
  }

  deinit { unsafe services.allocator.pointee.deallocate(services.host, block) }

  /// Changes the size and keeps the contents up to the smaller one; false, with nothing changed, where that
  /// cannot be done.
  public mutating func resize(to byteCount: Int) -> Bool {
    guard
      let moved = unsafe services.allocator.pointee.reallocate(services.host, block, byteCount)
    else { return false }
    unsafe block = unsafe moved
    self.byteCount = byteCount
    return true
  }

  /// The bytes, for as long as `body` runs.
  public func withBytes<Result>(
    _ body: (UnsafeMutableRawBufferPointer) -> Result
  ) -> Result {
    unsafe body(UnsafeMutableRawBufferPointer(start: block, count: byteCount))
  }

  /// One byte. Traps where there is none of that index.
  public subscript(index: Int) -> UInt8 {
    get {
      precondition(index >= 0 && index < byteCount)
      return unsafe block!.load(fromByteOffset: index, as: UInt8.self)
    }
    set {
      precondition(index >= 0 && index < byteCount)
      unsafe block!.storeBytes(of: newValue, toByteOffset: index, as: UInt8.self)
    }
  }

  /// Gives the block away: whoever gets it frees it, or adopts it.
  public consuming func give() -> UnsafeMutableRawBufferPointer {
    let bytes = unsafe UnsafeMutableRawBufferPointer(start: block, count: byteCount)
    unsafe block = nil
    return unsafe bytes
  }
}
