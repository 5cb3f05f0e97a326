/// The plugins of one directory that a host knows and has not loaded: one of a list, in which no directory comes
/// twice.
///
/// A list of objects, and no bytes before something is loaded: the first array of a process makes what types are
/// made with, which was a sixth of a start from an index. Used by the thread that drives the host.
final class WaitingDirectory {
  let index: PluginIndex
  /// The place of the first entry's plugin in the host's books; the others follow.
  private let firstSlot: UInt32
  private(set) var next: WaitingDirectory?
  /// By entry: 1 where it was loaded, or refused when that was tried; empty where none was.
  private var isDone: [UInt8] = []
  /// Another took its place: nothing of it waits any more.
  private var isReplaced = false
  /// How far ``nextWaiting()`` has come.
  private var reached = 0

  init(_ index: PluginIndex, firstSlot: UInt32) {
    self.index = index
    self.firstSlot = firstSlot
  }

  /// Puts a directory at the end of a list, in place of what it has of the same one.
  static func put(_ directory: WaitingDirectory, into list: inout WaitingDirectory?) {
    guard let first = list else {
      list = directory
      return
    }
    if first.index.directory == directory.index.directory {
      first.isReplaced = true
      list = first.next
      put(directory, into: &list)
      // Whoever goes through the list and has come to that one comes to this one in the end.
      if first.next == nil { first.next = directory }
    } else {
      put(directory, into: &first.next)
    }
  }

  func slot(_ entry: Int) -> UInt32 { firstSlot + UInt32(entry) }

  /// The entry of a place in the host's books; nil where it is not of this directory.
  func entry(_ slot: UInt32) -> Int? {
    let entry = Int(slot) - Int(firstSlot)
    return (0..<index.count).contains(entry) ? entry : nil
  }

  func isWaiting(_ entry: Int) -> Bool {
    !isReplaced && (isDone.isEmpty || isDone[entry] == 0) && index.image.isAdmitted(entry)
  }

  func markDone(_ entry: Int) {
    if isDone.isEmpty { isDone = [UInt8](repeating: 0, count: index.count) }
    isDone[entry] = 1
  }

  /// The next entry that is waiting; each is given once.
  func nextWaiting() -> Int? {
    while reached < index.count {
      reached += 1
      if isWaiting(reached - 1) { return reached - 1 }
    }
    return nil
  }
}
