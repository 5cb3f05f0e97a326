internal import Glibc

/// Byte strings, each stored once and known by a small number.
///
/// - Complexity: O(length) to add or find one, whatever the names are: the hash has a key that
///   differs from process to process, so that no file can be made to collide.
struct NamePool: Sendable {
  private var bytes: [UInt8] = []
  /// Where each name begins, and the end of the last.
  private var starts: [UInt32] = [0]
  private var hashes: [UInt64] = []
  /// Open addressing with linear probing; a name's number + 1, or 0.
  private var slots: [UInt32] = [UInt32](repeating: 0, count: 64)

  private static let key: (UInt64, UInt64) = (.random(in: 0 ... .max), .random(in: 0 ... .max) | 1)

  var count: Int { hashes.count }

  init() { _ = unsafe add(UnsafeRawBufferPointer(start: nil, count: 0)) }

  /// The number of `name`, new if it is. The empty name has the number 0.
  mutating func add(_ name: UnsafeRawBufferPointer) -> UInt32 {
    unsafe add(name, hash: Self.hash(name))
  }

  mutating func add(_ name: [UInt8]) -> UInt32 {
    unsafe name.withUnsafeBytes { unsafe add($0) }
  }

  mutating func add(_ name: ArraySlice<UInt8>) -> UInt32 {
    unsafe name.withUnsafeBytes { unsafe add($0) }
  }

  /// Adds all names of `other`; returns their numbers here by their numbers there.
  mutating func merge(_ other: NamePool) -> [UInt32] {
    unsafe other.bytes.withUnsafeBytes { bytes in
      (0..<other.count).map { index in
        unsafe add(
          UnsafeRawBufferPointer(
            rebasing: bytes[Int(other.starts[index])..<Int(other.starts[index + 1])]),
          hash: other.hashes[index])
      }
    }
  }

  func withBytes<Result>(of index: UInt32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe bytes.withUnsafeBytes {
      unsafe body(
        UnsafeRawBufferPointer(
          rebasing: $0[Int(starts[Int(index)])..<Int(starts[Int(index) + 1])]))
    }
  }

  /// A number that the name has in all pools of the process.
  func hash(of index: UInt32) -> UInt64 { hashes[Int(index)] }

  func text(of index: UInt32) -> String {
    unsafe withBytes(of: index) { unsafe String(decoding: $0, as: UTF8.self) }
  }

  func contains(_ name: UnsafeRawBufferPointer) -> Bool {
    unsafe find(name, hash: Self.hash(name)).index != nil
  }

  /// The number of a name, or the slot where it would be.
  private func find(
    _ name: UnsafeRawBufferPointer, hash: UInt64
  ) -> (index: UInt32?, slot: Int) {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let index = slots[slot] - 1
      if hashes[Int(index)] == hash,
        unsafe withBytes(
          of: index,
          { other in
            unsafe other.count == name.count
              && (name.count == 0 || memcmp(other.baseAddress!, name.baseAddress!, name.count) == 0)
          })
      {
        return (index, slot)
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return (nil, slot)
  }

  private mutating func add(_ name: UnsafeRawBufferPointer, hash: UInt64) -> UInt32 {
    if hashes.count * 2 >= slots.count { grow() }
    let (known, slot) = unsafe find(name, hash: hash)
    if let known { return known }
    // Four gigabytes of different names: the rest is nameless.
    guard bytes.count + name.count <= UInt32.max, hashes.count < UInt32.max else { return 0 }
    unsafe bytes.append(contentsOf: unsafe name)
    starts.append(UInt32(bytes.count))
    hashes.append(hash)
    slots[slot] = UInt32(hashes.count)
    return UInt32(hashes.count - 1)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for (index, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(index + 1)
    }
  }

  /// Eight bytes a step, each folded in by the two halves of a product.
  private static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
    var hash = key.0 ^ UInt64(name.count)
    func fold(_ word: UInt64) {
      let product = (hash ^ word).multipliedFullWidth(by: key.1)
      hash = product.high ^ product.low &+ word
    }
    var offset = 0
    while offset + 8 <= name.count {
      unsafe fold(name.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    var last: UInt64 = 0
    while offset < name.count {
      last = unsafe last << 8 | UInt64(name[offset])
      offset += 1
    }
    fold(last)
    return hash
  }
}
