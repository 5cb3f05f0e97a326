/// Something that a file says of itself and that is not so. The file can be read all the same; what
/// depends on the flaw may be missing from what is told of it.
///
/// What makes a file unreadable is an ``ELFError``.
public struct Flaw: Equatable, Hashable, Sendable, CustomStringConvertible {
  /// The kind of structure that is at fault.
  public enum Code: String, CaseIterable, Sendable {
    case header
    case segment
    case section
    /// Two structures claim the same bytes.
    case overlap
    /// A section refers to one that is not there, or of a kind that makes no sense.
    case link
    /// A table is not made of whole entries.
    case entrySize = "entry-size"
    /// A text has no end, or begins where there is none.
    case text
    case symbol
    case hash
    case relocation
    case dynamic
    case version
    case note
    case property
    case unwind
    case compression
    /// What Swift's compiler writes about types.
    case metadata
    case debugInformation = "debug-information"
  }

  public var code: Code
  /// "section 5 '.dynsym'", "segment 2".
  public var subject: String
  public var found: String
  public var expected: String

  public init(_ code: Code, _ subject: String, found: String, expected: String) {
    self.code = code
    self.subject = subject
    self.found = found
    self.expected = expected
  }

  public var description: String { "\(subject): \(found), expected \(expected)" }
}

/// Flaws while they are collected. A damaged file may have a million of them: the first say enough.
struct FlawList {
  private(set) var flaws: [Flaw] = []

  static var most: Int { 64 }

  /// Text is made only of what is kept.
  mutating func note(
    _ code: Flaw.Code, _ subject: @autoclosure () -> String, _ found: @autoclosure () -> String,
    expected: @autoclosure () -> String
  ) {
    guard flaws.count < Self.most else { return }
    flaws.append(Flaw(code, subject(), found: found(), expected: expected()))
  }
}

extension UInt64 {
  /// As addresses are written.
  var hexadecimal: String { "0x" + String(self, radix: 16) }

  /// 0 and 1 ask for no alignment.
  var isAlignment: Bool { self & (self &- 1) == 0 || self == 0 }
}
