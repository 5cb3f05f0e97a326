internal import CommandLine
internal import Platform
internal import PluginSets

/// The subcommand that prints how a plugin is linked, for makefiles and manifests.
enum LinkFlags {
  static let command = Command(
    name: "link-flags", abstract: "Print what a plugin is linked with.",
    discussion: "PRESETS\n"
      + LinkPreset.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n")
      + "\n\nOPTIONS OF THE LINKER\n"
      + LinkOption.allCases.map {
        "  \($0.rawValue)\n    \($0.benefit)"
          + ($0.cost.map { "\n    gives up: \($0)" } ?? "")
      }.joined(separator: "\n")
      + "\n\nSingle options are added with '+': small+norelro. 'plain' is what the linker does by "
      + "itself.",
    arguments: [Argument("PRESET", help: "How: compatible, small, smallest.")],
    options: [
      .value(
        "--driver", "NAME", default: "clang",
        help: "Who passes it to the linker: clang or swiftc, as words on one line; or swiftpm, as "
          + "linkerSettings for a Package.swift.",
        choices: LinkRecipe.Driver.allCases.map(\.rawValue) + ["swiftpm"]),
      .value(
        "--exports", "FILE", default: "plugin.exports",
        help: "A file that holds '\(LinkOption.versionScript.dropLast())'; with swiftpm, its path "
          + "in the package."),
    ])

  static func text(_ values: ParsedValues) throws -> String {
    let recipe = try LinkRecipe(values.arguments[0])
    let exports = values.value("--exports")!
    guard let driver = LinkRecipe.Driver(rawValue: values.value("--driver")!) else {
      return manifest(recipe, exports: exports)
    }
    return recipe.arguments(for: driver, exports: exports).map(PackageRuntime.quoted)
      .joined(separator: " ") + "\n"
  }

  /// Text for the target of a plugin in a Package.swift.
  private static func manifest(_ recipe: LinkRecipe, exports: String) -> String {
    let lines = recipe.argumentsByOption(for: .swiftc, exports: exports).map { words in
      let literals = words.map { word in
        // The linker runs wherever SwiftPM likes.
        word == exports ? "Context.packageDirectory + \(literal("/" + exports))" : literal(word)
      }
      return "    " + literals.joined(separator: ", ") + ",\n"
    }
    return "linkerSettings: [\n  .unsafeFlags([\n" + lines.joined() + "  ])\n]\n"
  }

  private static func literal(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
