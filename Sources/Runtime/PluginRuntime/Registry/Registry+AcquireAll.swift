import CPluginABI
import Synchronization

extension Registry {
  /// How often a moment is looked for before those who change the registry are kept away for it.
  private static let turns = 8

  /// Pins all implementations of `interface` that there are at one moment.
  ///
  /// - Returns: `PLR_OK`, or with nothing pinned `PLR_ERROR_INVALID_ARGUMENT` where there are more than
  ///   `capacity` (`count` says how many), `PLR_ERROR_RETIRED` or `PLR_ERROR_OUT_OF_MEMORY`.
  func acquireAll(
    _ interface: UnsafeMutablePointer<Interface>, for account: Account,
    _ references: UnsafeMutablePointer<plr_reference>?, capacity: Int, _ count: inout Int
  ) -> plr_status {
    for _ in 0..<Self.turns {
      if let status = unsafe acquireMoment(
        interface, for: account, references, capacity: capacity, &count)
      {
        return status
      }
    }
    // Plugins come and go faster than references are taken. Nothing changes under the lock.
    let arguments = unsafe Unchecked((interface, account, references))
    return withChangesHeld {
      let (interface, account, references) = unsafe arguments.value
      return unsafe acquireMoment(
        interface, for: account, references, capacity: capacity, &count)
        ?? PLR_ERROR_OUT_OF_MEMORY
    }
  }

  /// nil, with nothing pinned, where something has changed meanwhile.
  private func acquireMoment(
    _ interface: UnsafeMutablePointer<Interface>, for account: Account,
    _ references: UnsafeMutablePointer<plr_reference>?, capacity: Int, _ count: inout Int
  ) -> plr_status? {
    let changes = unsafe interface.pointee.changes.load(ordering: .acquiring)
    let list = unsafe interface.pointee.list.load(ordering: .acquiring)
    var taken = 0
    var status = PLR_OK
    while taken < capacity {
      status = unsafe acquire(interface, index: taken, for: account, references! + taken)
      guard status == PLR_OK else { break }
      taken += 1
    }
    let total = unsafe self.count(interface)
    // A list comes before it is counted as a change. One that is freed, and another in its place, does not.
    let isOneMoment =
      unsafe interface.pointee.list.load(ordering: .acquiring) == list
      && interface.pointee.changes.load(ordering: .acquiring) == changes
    if isOneMoment && taken == total {
      count = total
      return PLR_OK
    }
    for index in 0..<taken {
      _ = unsafe release(token: references![index].token)
      unsafe references![index] = unsafe plr_reference(table: nil, token: 0)
    }
    if status == PLR_ERROR_RETIRED || status == PLR_ERROR_OUT_OF_MEMORY { return status }
    // One that has just come, and is not counted as a change yet, is no lack of room.
    guard isOneMoment, taken == capacity else { return nil }
    count = total
    return PLR_ERROR_INVALID_ARGUMENT
  }
}
