internal import CLibelf
internal import Glibc
internal import Platform

/// A static library: relocatable files in an `ar` archive with an index of what they define.
public struct ELFArchive: Sendable {
  public let path: String
  /// What its members define for others, in byte order and without repetition.
  public let definedSymbols: [String]

  /// Reads the index of the archive at `path`, and no member.
  ///
  /// The corresponding C function is `elf_getarsym(3)`.
  /// - Throws: `ELFError`: `unreadable` or `notELF`; an archive without an index counts as `malformed`.
  /// - Complexity: O(*n* log *n*) for *n* symbols.
  public init(path: String) throws(ELFError) {
    let descriptor: FileDescriptor
    do {
      descriptor = try FileDescriptor(opening: path, O_RDONLY | O_NONBLOCK)
    } catch {
      throw ELFError(
        .unreadable, path: path, field: "file", found: error.reason, expected: "a readable file")
    }
    guard elf_version(UInt32(EV_CURRENT)) != UInt32(EV_NONE),
      let elf = unsafe elf_begin(descriptor.rawValue, ELF_C_READ, nil)
    else { throw ELFError.libelf(path: path, field: "libelf") }
    defer { unsafe elf_end(elf) }
    guard unsafe elf_kind(elf) == ELF_K_AR else {
      throw ELFError(
        .notELF, path: path, field: "file", found: "no archive", expected: "a static library")
    }
    var count = 0
    guard let index = unsafe elf_getarsym(elf, &count) else {
      throw ELFError(
        .malformed, path: path, field: "symbol index", found: "missing",
        expected: "one, as 'ranlib' makes it")
    }
    var names: Set<String> = []
    for position in 0..<count {
      // The last entry has no name.
      guard let name = unsafe index[position].as_name else { break }
      unsafe names.insert(String(cString: name))
    }
    self.path = path
    definedSymbols = names.sorted()
  }
}

extension ELFError {
  /// What libelf says went wrong. The corresponding C function is `elf_errmsg(3)`.
  fileprivate static func libelf(path: String, field: String) -> ELFError {
    // -1 asks for the last error, in words that stay where they are.
    let words = unsafe elf_errmsg(-1).map { unsafe String(cString: $0) } ?? "an unknown error"
    return ELFError(.malformed, path: path, field: field, found: words, expected: "a valid one")
  }
}
