internal import InterfaceSyntax

/// A plugin's project outside of this checkout: its files, made of the declaration of an interface.
///
/// What a new plugin does is the same in all languages: a function returns the first of its parameters that has the
/// type of its result, or nothing of that type. The project's test says so, and both are there to be changed.
public struct Project: Sendable {
  public let name: ProjectName
  public let language: ProjectLanguage
  public let interface: DeclaredInterface
  /// The checkout of PluginRuntime that the project is built with.
  public let root: String

  public init(
    _ name: ProjectName, _ language: ProjectLanguage, _ interface: DeclaredInterface, root: String
  ) {
    self.name = name
    self.language = language
    self.interface = interface
    self.root = root
  }

  /// All files, by their paths below the project's directory.
  public func files() -> [ProjectFile] {
    let files =
      switch language {
      case .swift: filesInSwift()
      case .embeddedSwift: filesInEmbeddedSwift()
      case .c: filesInC()
      case .cxx: filesInCxx()
      case .rust: filesInRust()
      }
    return files + [
      ProjectFile("README.md", readme), ProjectFile(".gitignore", "/build\n/target\n/.build\n"),
    ]
  }

  var declaration: InterfaceDeclaration { interface.declaration }

  /// The first lines of every makefile.
  var makefileHead: String {
    """
    # make          builds the plugin
    # make test     builds it and a test, and has a host load both

    # Where PluginRuntime is.
    PLUGIN_RUNTIME ?= \(root)
    HOST ?= $(PLUGIN_RUNTIME)/tools/plugin-host
    """
  }

  /// How C compilers link a plugin: only its entry is seen, and what the loader has filled in is read-only then.
  var linkFlags: String { "-Wl,--version-script=plugin.exports -Wl,-z,relro,-z,now" }

  private var readme: String {
    let (plugin, test) =
      switch language {
      case .swift: ("Sources/\(name.camel)Plugin", "Tests/\(name.camel)PluginTests")
      case .embeddedSwift: ("src", "test")
      case .c, .cxx: ("src", "test")
      case .rust: ("plugin", "test")
      }
    return """
      # \(name.plugin)

      A plugin of PluginRuntime that implements `\(declaration.id)`, revision \(declaration.revision).

      ```
      make          # builds it
      make test     # has a host load it and calls it
      ```

      `\(plugin)` is the plugin, `\(test)` its test. What is called `\(declaration.nameInC)` or `\(declaration.name)` was
      written by `plugin-interface` and is not to be edited. `PLUGIN_RUNTIME` in the Makefile says where
      PluginRuntime is.

      """
  }
}
