internal import ELFInspection
internal import Platform

/// The symbols that a number of files want of the runtime library.
public struct RuntimeImports: Equatable, Sendable {
  /// Each once, in byte order.
  public let names: [String]

  public init(names: some Sequence<String>) { self.names = Set(names).sorted() }

  /// What the files at `paths` do not define: of linked files what the loader looks for, of objects
  /// what the linker does where they are linked together. What libc defines is among it.
  ///
  /// - Complexity: O(symbols) over all files.
  public init(of paths: [String]) throws(PluginSetError) {
    var names: Set<String> = []
    var defined: Set<String> = []
    for path in paths {
      do {
        let file = try ELFFile(path: path)
        names.formUnion(file.importedSymbols().map(\.name))
        defined.formUnion(file.definedLinkSymbols())
      } catch {
        throw .unreadable(error.description)
      }
    }
    self.init(names: names.subtracting(defined))
  }

  /// Those that the library at `path` defines.
  public func defined(by path: String) throws(PluginSetError) -> RuntimeImports {
    do {
      let defined = Set(try ELFFile(path: path).definedDynamicSymbols())
      return RuntimeImports(names: names.filter(defined.contains))
    } catch {
      throw .unreadable(error.description)
    }
  }

  /// Equal for equal names.
  public var key: String { ContentKey(names).description }
}

extension RuntimeImports {
  private static let title = "# What a runtime library was trimmed for: one symbol a line, sorted."
  private static let keyMark = "# key: "

  /// The record that lies beside a trimmed library.
  public var record: String {
    "\(Self.title)\n\(Self.keyMark)\(key)\n" + names.map { $0 + "\n" }.joined()
  }

  /// Reads a ``record``; nil where the text is none or its names are not those of its key.
  public init?(record: String) {
    let lines = record.split(separator: "\n", omittingEmptySubsequences: true)
    let names = lines.filter { !$0.hasPrefix("#") }.map(String.init)
    guard
      let key = lines.first(where: { $0.hasPrefix(Self.keyMark) })?
        .dropFirst(Self.keyMark.count)
    else { return nil }
    self.init(names: names)
    guard self.key == key else { return nil }
  }
}
