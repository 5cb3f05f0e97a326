import CPluginABI
import Glibc
import Synchronization

/// One interface, `id/revision`, and who implements it. Begins as `plr_interface` does; never freed.
@safe struct Interface: ~Copyable {
  let changes = Atomic<UInt64>(1)
  let leads = Atomic<UInt64>(1)
  let hash: UInt64
  let revision: UInt32
  let idLength: Int
  /// Behind the interface, ended with NUL.
  let id: UnsafePointer<CChar>
  /// Only added to or replaced as a whole, so that whoever reads it sees one moment; nil where nobody
  /// implements it.
  let list = unsafe Atomic<UnsafeMutablePointer<ImplementationList>?>(nil)
}

/// An implementation of an interface; freed when it has left and nobody holds it.
@safe struct Implementation: ~Copyable {
  let interface: UnsafeMutablePointer<Interface>
  let priority: Int32
  /// Nobody finds it yet; under the registry's lock.
  var isStaged: Bool
  let table: UnsafeRawPointer
  let account: Account
  /// What will be told when it leaves; nil once it has.
  var departure: UnsafeMutablePointer<RegistryEvent>?
  /// In the chain of those that have left.
  let nextLeft = unsafe Atomic<UnsafeMutablePointer<Implementation>?>(nil)
  /// In the chain of those of its account, which whoever holds the registry's lock follows.
  let previousOwn = unsafe Atomic<UnsafeMutablePointer<Implementation>?>(nil)
  let nextOwn = unsafe Atomic<UnsafeMutablePointer<Implementation>?>(nil)
}

/// The implementations of an interface, in their order.
///
/// What is behind the last one may be filled, and then counted; nothing else of it ever changes. So a
/// reader sees as many as it has read the count of.
@safe struct ImplementationList: ~Copyable {
  let count: Atomic<Int>
  let capacity: Int
  /// In the chain of those that have been replaced.
  let nextReplaced = unsafe Atomic<UnsafeMutablePointer<ImplementationList>?>(nil)

  /// A list of `count` implementations, which the caller fills in before anybody sees it.
  static func allocate(count: Int, capacity: Int) -> UnsafeMutablePointer<ImplementationList>? {
    let size = MemoryLayout<ImplementationList>.stride
    guard
      let room = unsafe Memory.allocate(
        size + capacity * MemoryLayout<UnsafeMutablePointer<Implementation>>.stride)
    else { return nil }
    let list = unsafe room.assumingMemoryBound(to: ImplementationList.self)
    unsafe list.initialize(to: ImplementationList(count: Atomic(count), capacity: capacity))
    return unsafe list
  }
}

extension UnsafeMutablePointer<ImplementationList> {
  /// Behind the list.
  @inline(__always)
  var elements: UnsafeMutablePointer<UnsafeMutablePointer<Implementation>> {
    unsafe (UnsafeMutableRawPointer(self) + MemoryLayout<ImplementationList>.stride)
      .assumingMemoryBound(to: UnsafeMutablePointer<Implementation>.self)
  }
}

/// Interfaces by id and revision: an open table that is read without a lock.
///
/// Interfaces are only added. A table that has become too small is replaced and kept, since somebody may
/// be reading it; all old ones together are smaller than the new one.
@safe struct InterfaceTable: ~Copyable {
  @safe private struct Slot: ~Copyable {
    let hash = Atomic<UInt64>(0)
    let interface = unsafe Atomic<UnsafeMutablePointer<Interface>?>(nil)
  }

  private let mask: Int
  private let slots: UnsafeMutablePointer<Slot>
  /// The table that this one has replaced.
  private let replaced: UnsafeMutablePointer<InterfaceTable>?
  private let count = Atomic<Int>(0)

  nonisolated(unsafe) static let current = unsafe Atomic<UnsafeMutablePointer<InterfaceTable>?>(nil)

  /// The key of an interface: eight bytes at a time, folded by a multiplication of full width.
  @inline(__always)
  static func hash(_ id: UnsafePointer<CChar>, _ length: Int, revision: UInt32) -> UInt64 {
    let bytes = unsafe UnsafeRawPointer(id)
    var hash = fold(UInt64(length) << 32 | UInt64(revision), 0x9e37_79b9_7f4a_7c15)
    var index = 0
    while index + 8 <= length {
      hash = unsafe fold(
        hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self), 0xd6e8_feb8_6659_fd93)
      index += 8
    }
    if index < length {
      var rest: UInt64 = 0
      if length >= 8 {
        rest = unsafe bytes.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self)
      } else {
        for place in 0..<length {
          rest = unsafe rest << 8 | UInt64(bytes.load(fromByteOffset: place, as: UInt8.self))
        }
      }
      hash = fold(hash ^ rest, 0xd6e8_feb8_6659_fd93)
    }
    return hash
  }

  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  /// nil where nobody has ever named it. Takes no lock.
  ///
  /// - Complexity: O(length of the id).
  @inline(__always)
  static func find(
    _ id: UnsafePointer<CChar>, _ length: Int, revision: UInt32
  ) -> UnsafeMutablePointer<Interface>? {
    guard let table = unsafe current.load(ordering: .acquiring) else { return nil }
    return unsafe table.pointee.find(
      id, length, revision: revision, hash: hash(id, length, revision: revision))
  }

  @inline(__always)
  private func find(
    _ id: UnsafePointer<CChar>, _ length: Int, revision: UInt32, hash: UInt64
  ) -> UnsafeMutablePointer<Interface>? {
    var place = Int(truncatingIfNeeded: hash) & mask
    while let interface = unsafe slots[place].interface.load(ordering: .acquiring) {
      if unsafe slots[place].hash.load(ordering: .relaxed) == hash,
        unsafe interface.pointee.revision == revision, unsafe interface.pointee.idLength == length,
        unsafe memcmp(interface.pointee.id, id, length) == 0
      {
        return unsafe interface
      }
      place = (place + 1) & mask
    }
    return nil
  }

  /// The interface, made where there is none; nil where there is no memory. Under the registry's lock.
  static func intern(
    _ id: UnsafePointer<CChar>, revision: UInt32
  ) -> UnsafeMutablePointer<Interface>? {
    let length = unsafe strlen(id)
    if let interface = unsafe find(id, length, revision: revision) { return unsafe interface }
    guard let table = unsafe roomy() else { return nil }
    let size = MemoryLayout<Interface>.stride
    guard let room = unsafe Memory.allocate(size + length + 1) else { return nil }
    let copy = unsafe (room + size).assumingMemoryBound(to: CChar.self)
    unsafe memcpy(copy, id, length + 1)
    let interface = unsafe room.assumingMemoryBound(to: Interface.self)
    unsafe interface.initialize(
      to: Interface(
        hash: hash(id, length, revision: revision), revision: revision, idLength: length, id: copy)
    )
    unsafe table.pointee.insert(interface)
    return unsafe interface
  }

  private func insert(_ interface: UnsafeMutablePointer<Interface>) {
    var place = unsafe Int(truncatingIfNeeded: interface.pointee.hash) & mask
    while unsafe slots[place].interface.load(ordering: .relaxed) != nil {
      place = (place + 1) & mask
    }
    unsafe slots[place].hash.store(interface.pointee.hash, ordering: .relaxed)
    unsafe slots[place].interface.store(interface, ordering: .releasing)
    count.add(1, ordering: .relaxed)
  }

  /// The table, made larger where it is half full.
  private static func roomy() -> UnsafeMutablePointer<InterfaceTable>? {
    let old = unsafe current.load(ordering: .relaxed)
    if let old = unsafe old,
      unsafe old.pointee.count.load(ordering: .relaxed) * 2 <= old.pointee.mask
    {
      return unsafe old
    }
    let capacity = unsafe old.map { unsafe ($0.pointee.mask + 1) * 4 } ?? 64
    guard let table = unsafe Memory.allocate(InterfaceTable.self) else { return nil }
    guard let room = unsafe Memory.allocateZeroed(capacity * MemoryLayout<Slot>.stride) else {
      unsafe free(table)
      return nil
    }
    unsafe table.initialize(
      to: InterfaceTable(
        mask: capacity - 1, slots: room.assumingMemoryBound(to: Slot.self), replaced: old))
    if let old = unsafe old { unsafe old.pointee.forEach { unsafe table.pointee.insert($0) } }
    unsafe current.store(table, ordering: .releasing)
    return unsafe table
  }

  func forEach(_ body: (UnsafeMutablePointer<Interface>) -> Void) {
    for place in 0...mask {
      if let interface = unsafe slots[place].interface.load(ordering: .acquiring) {
        unsafe body(interface)
      }
    }
  }
}
