/// How plugins in Embedded Swift are compiled.
extension Recipe {
  /// The object of plugin `number`: the same work as that of ``object(_:_:)``, from a template of its own
  /// and the same types.
  func embeddedObject(_ number: Int, _ profile: Profile) -> BuildStep {
    let source = templates.source(number, profile: profile)
    return step(
      "plugin \(number) (embedded)", file: "plugin.o",
      inputs: [interfaceKey, ContentKey([source.embedded])],
      sources: [("plugin.swift", source.embedded)],
      commands: [
        [
          toolchain.swiftc, "-c", "-O", "-wmo", "-parse-as-library", "-suppress-warnings",
          "-enable-experimental-feature", "Embedded",
          // Without its runtime's parts that it does not use.
          "-Xfrontend", "-function-sections", "-Xcc", "-fPIC", "-module-name", source.module,
        ] + products.includeDirectories.flatMap { ["-I", $0] } + [
          BuildStep.work + "plugin.swift", "-o", "OUTPUT",
        ]
      ], size: 80_000)
  }
}
