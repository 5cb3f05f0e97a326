/// How a plugin is linked: a named choice of ``LinkOption``s.
///
/// Each takes all that the one before it takes.
public enum LinkPreset: String, CaseIterable, Sendable {
  /// What saves something and gives nothing up.
  case compatible
  /// Gives up debugging in place and systems of before 2022; protects as much.
  case small
  /// Gives up protection as well.
  case smallest

  /// One sentence for help texts.
  public var summary: String {
    switch self {
    case .compatible: return "what gives nothing up: all protection, symbols kept"
    case .small: return "no symbols, folded functions, packed relocations; all protection"
    case .smallest: return "the same; addresses of functions stay writable, and names lie with code"
    }
  }

  /// In the order in which they are given to the linker.
  public var options: [LinkOption] {
    switch self {
    case .compatible:
      return [.dropUnused, .shareStrings, .exportEntryOnly, .separateCode, .bindNow]
    case .small:
      return Self.compatible.options + [.strip, .foldCode, .packRelocations, .noStartFiles]
    case .smallest: return Self.small.options + [.noRelro, .readOnlyDynamic, .noReadOnlySegment]
    }
  }
}

/// What is asked of the linker when a plugin is linked: a preset, and perhaps more.
///
///     compatible                  a preset
///     compatible+norelro+strip    a preset and single options
///     plain                       nothing: what the linker does by itself
public struct LinkRecipe: Equatable, Sendable, CustomStringConvertible {
  public let description: String
  public let options: [LinkOption]

  public init(_ preset: LinkPreset) {
    description = preset.rawValue
    options = preset.options
  }

  /// Reads the form above.
  ///
  /// - Throws: `unknownLinkOption` naming the word that means nothing here, and what would.
  public init(_ text: String) throws(PluginSetError) {
    var words = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    let first = words.removeFirst()
    guard first == Self.plain || LinkPreset(rawValue: first) != nil else {
      throw .unknownLinkOption(
        name: first, others: LinkPreset.allCases.map(\.rawValue) + [Self.plain])
    }
    var options = LinkPreset(rawValue: first)?.options ?? []
    for word in words {
      guard let option = LinkOption(rawValue: word) else {
        throw .unknownLinkOption(name: word, others: LinkOption.allCases.map(\.rawValue))
      }
      if !options.contains(option) { options.append(option) }
    }
    description = text
    self.options = options
  }

  private static let plain = "plain"

  /// Who passes the options on to the linker.
  public enum Driver: String, CaseIterable, Sendable {
    /// `clang` or `clang++`.
    case clang
    case swiftc
  }

  /// The recipe as arguments of `driver`.
  ///
  /// - Parameters:
  ///   - exports: the path of a version script; see ``LinkOption/versionScript``.
  ///   - packsRelocations: false where the system's loader refuses packed relocations.
  public func arguments(
    for driver: Driver, exports: String, packsRelocations: Bool = true
  ) -> [String] {
    argumentsByOption(for: driver, exports: exports, packsRelocations: packsRelocations)
      .flatMap { $0 }
  }

  /// The same, those of each option by themselves; first those that choose the linker.
  public func argumentsByOption(
    for driver: Driver, exports: String, packsRelocations: Bool = true
  ) -> [[String]] {
    [[driver == .clang ? "-fuse-ld=lld" : "-use-ld=lld"]]
      + options.filter { $0 != .packRelocations || packsRelocations }.map { option in
        if option == .noStartFiles {
          return driver == .clang ? ["-nostartfiles"] : ["-Xclang-linker", "-nostartfiles"]
        }
        let words = option.words(exports: exports)
        return driver == .clang
          ? ["-Wl," + words.joined(separator: ",")] : words.flatMap { ["-Xlinker", $0] }
      }
  }
}
