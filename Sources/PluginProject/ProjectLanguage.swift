/// What a plugin can be written in.
public enum ProjectLanguage: String, CaseIterable, Sendable {
  case swift
  case embeddedSwift = "embedded-swift"
  case c
  case cxx
  case rust

  /// The programs without which it cannot be built, and where they come from.
  public var tools: [(program: String, source: String)] {
    let make = (program: "make", source: "Debian's package 'make'")
    switch self {
    case .swift: return [make, (program: "swift", source: "https://www.swift.org/install")]
    case .embeddedSwift:
      return [
        make, (program: "swiftc", source: "https://www.swift.org/install"),
        (program: "cc", source: "Debian's package 'gcc'"),
      ]
    case .c: return [make, (program: "cc", source: "Debian's package 'gcc'")]
    case .cxx: return [make, (program: "c++", source: "Debian's package 'g++'")]
    case .rust: return [make, (program: "cargo", source: "Debian's package 'cargo'")]
    }
  }
}

/// A file of a project, by its path in it.
public struct ProjectFile: Equatable, Sendable {
  public var path: String
  public var text: String

  init(_ path: String, _ text: String) {
    self.path = path
    self.text = text
  }
}
