/// A size before and after.
public struct SizeChange: Equatable, Sendable {
  /// Bytes.
  public var old: UInt64
  /// Bytes.
  public var new: UInt64

  public init(old: UInt64 = 0, new: UInt64 = 0) {
    self.old = old
    self.new = new
  }

  /// Bytes that were added; negative for those that were taken away.
  ///
  /// Exact for all that a file can hold; a damaged file may claim memory that no integer can tell
  /// apart, and is then given the greatest one.
  public var delta: Int64 {
    new >= old ? Int64(clamping: new - old) : -Int64(clamping: old - new)
  }

  public static func += (sum: inout SizeChange, other: SizeChange) {
    sum.old = sum.old.addingClamped(other.old)
    sum.new = sum.new.addingClamped(other.new)
  }
}

extension UInt64 {
  /// The sum, or the greatest integer where it is larger.
  fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

extension Sequence<SizeChange> {
  /// All before and all after.
  func total() -> SizeChange {
    reduce(into: SizeChange()) { $0 += $1 }
  }
}

/// What became of something that has a size.
public enum ChangeStatus: String, CaseIterable, Sendable {
  case added
  case removed
  case grown
  case shrunk
  /// Of the same size under another name.
  case renamed
  /// Of the same size and name in another part of the file.
  case moved
  /// Of the same size; the bytes themselves may be others.
  case unchanged

  /// The status of what is there before, after, or both times, by its size alone.
  init(wasThere: Bool, isThere: Bool, _ size: SizeChange) {
    if !wasThere {
      self = .added
    } else if !isThere {
      self = .removed
    } else if size.new != size.old {
      self = size.new > size.old ? .grown : .shrunk
    } else {
      self = .unchanged
    }
  }
}
