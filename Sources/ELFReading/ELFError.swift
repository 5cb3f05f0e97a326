/// Why a file cannot be read as ELF.
public struct ELFError: Error, Equatable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The file cannot be opened or read.
    case unreadable
    /// It does not begin as an ELF file does, or is no file at all.
    case notELF = "not-elf"
    /// A table or segment lies, in part, behind the end of the file.
    case truncated
    /// A structure contradicts itself.
    case malformed
    /// It was written to while it was read.
    case changed
  }

  public var code: Code
  public var path: String
  /// The structure at fault: "program header 3", "note".
  public var field: String
  public var found: String
  public var expected: String

  public init(_ code: Code, path: String, field: String, found: String, expected: String) {
    self.code = code
    self.path = path
    self.field = field
    self.found = found
    self.expected = expected
  }

  public var description: String { "'\(path)': \(field) is \(found), expected \(expected)" }
}
