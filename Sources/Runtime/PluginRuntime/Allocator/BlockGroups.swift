import CPluginABI
import Glibc

/// Blocks of an account by where they were allocated or, where that is not known, by size class.
@safe struct BlockGroups: ~Copyable {
  private var groups: UnsafeMutablePointer<plr_block_group>
  private var capacity = 64
  private(set) var count = 0
  /// Whether there was no memory for a group.
  private(set) var isShort = false

  /// nil where there is no memory.
  init?() {
    guard
      let room = unsafe Memory.allocate(capacity * MemoryLayout<plr_block_group>.stride)
    else { return nil }
    unsafe groups = room.bindMemory(to: plr_block_group.self, capacity: capacity)
  }

  deinit { unsafe free(groups) }

  /// - Complexity: O(groups): places of allocation that leak are few.
  mutating func add(room: Int, byteCount: Int, caller: UInt) {
    let size = caller == 0 ? UInt64(room) : 0
    var place = 0
    while place < count,
      unsafe UInt(bitPattern: groups[place].caller) != caller || groups[place].block_size != size
    {
      place += 1
    }
    if place == count {
      guard makeRoom() else { return }
      unsafe groups[place] = plr_block_group(
        blocks: 0, bytes: 0, block_size: size, caller: UnsafeRawPointer(bitPattern: caller))
      count += 1
    }
    unsafe groups[place].blocks += 1
    unsafe groups[place].bytes += UInt64(byteCount)
  }

  private mutating func makeRoom() -> Bool {
    if count < capacity { return true }
    let stride = unsafe MemoryLayout<plr_block_group>.stride
    guard Memory.isGranted(), let larger = unsafe realloc(groups, 2 * capacity * stride) else {
      isShort = true
      return false
    }
    capacity *= 2
    unsafe groups = larger.bindMemory(to: plr_block_group.self, capacity: capacity)
    return true
  }

  /// Copies the largest `capacity` groups, the largest first, to `target`.
  mutating func copy(to target: UnsafeMutablePointer<plr_block_group>?, capacity: Int) {
    for place in 0..<min(capacity, count) {
      var largest = place
      for other in place..<count where unsafe isBefore(groups[other], groups[largest]) {
        largest = other
      }
      let group = unsafe groups[largest]
      unsafe groups[largest] = unsafe groups[place]
      unsafe groups[place] = unsafe group
      unsafe target![place] = unsafe group
    }
  }

  private func isBefore(_ left: plr_block_group, _ right: plr_block_group) -> Bool {
    if unsafe left.bytes != right.bytes { return unsafe left.bytes > right.bytes }
    return unsafe left.block_size > right.block_size
  }
}
