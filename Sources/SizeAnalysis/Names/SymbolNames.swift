internal import Synchronization

/// A symbol's name; the same in all files of one ``SymbolNames``.
public struct NameID: Hashable, Sendable {
  let index: UInt32

  /// The name of what has none.
  public static let none = NameID(index: 0)
}

/// The names of the symbols of many files, each stored once. Threads may add at the same time.
final class SymbolNames: Sendable {
  private let pool = Mutex(NamePool())

  /// Adds all names of `other`; returns them by their numbers there.
  func merge(_ other: NamePool) -> [NameID] {
    pool.withLock { $0.merge(other).map(NameID.init(index:)) }
  }

  /// What is known of all names so far.
  func facts() -> NameFacts { NameFacts(pool.withLock { $0 }) }
}
