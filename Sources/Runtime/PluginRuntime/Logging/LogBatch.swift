import Glibc
import Synchronization

/// The records that sinks have taken and not yet given to the kernel, so that what the kernel refuses is
/// counted as dropped and not as written.
@safe final class LogBatch {
  static let capacity = 4096

  /// Whose each record is.
  private let accounts: UnsafeMutablePointer<UnsafeMutablePointer<AccountState>>
  private let isLost: UnsafeMutablePointer<Bool>
  private(set) var count = 0

  /// nil where there is no memory.
  init?() {
    let stride = unsafe MemoryLayout<UnsafeMutablePointer<AccountState>>.stride
    guard let room = unsafe Memory.allocate(Self.capacity * (stride + 1)) else { return nil }
    unsafe accounts = room.bindMemory(
      to: UnsafeMutablePointer<AccountState>.self, capacity: Self.capacity)
    unsafe isLost = (room + Self.capacity * stride).bindMemory(
      to: Bool.self, capacity: Self.capacity)
  }

  deinit { unsafe free(accounts) }

  var isFull: Bool { count == Self.capacity }

  /// Takes note of one more record.
  func add(_ account: Account) {
    unsafe accounts[count] = unsafe account.state
    unsafe isLost[count] = false
    count += 1
  }

  /// That a sink has not written the record at `place`.
  func lose(_ place: Int) { unsafe isLost[place] = true }

  /// Counts what became of the records: all sinks have written out.
  func end() {
    for place in 0..<count {
      if unsafe isLost[place] {
        unsafe accounts[place].pointee.dropped.add(1, ordering: .relaxed)
      } else {
        unsafe accounts[place].pointee.written.addAlone(1)
      }
    }
    count = 0
  }
}
