/// One artefact and how it is made.
///
/// Its texts name places by placeholders, because keys must not depend on where the cache lies:
/// ``store`` and ``work`` before a relative path, and `OUTPUT` for the file to be made.
struct BuildStep {
  /// No path holds this character, so that no path can look like a placeholder.
  static let mark: Character = "\u{1}"
  static let store = "\u{1}S"
  static let work = "\u{1}W"

  /// For people: "plugin 7 (static)".
  var label: String
  var key: ContentKey
  /// The name of the file it makes.
  var file: String
  /// Files to write into the working folder first: name and text, with placeholders.
  var sources: [(name: String, text: String)] = []
  /// Static libraries of which changed copies are written there too, under their own names.
  var archives: (paths: [String], change: RetaggedArchive) = ([], RetaggedArchive())
  /// What is run, in this order, with placeholders.
  var commands: [[String]]
  /// Bytes that it takes on the disk, roughly.
  var estimatedSize: UInt64
}

extension BuildStep {
  /// A step whose key is that of everything it is made from.
  ///
  /// - Parameters:
  ///   - inputs: of what its commands read and is not among `sources`, archives included.
  ///   - toolchain: what its commands run.
  init(
    _ label: String, file: String, inputs: [ContentKey],
    sources: [(name: String, text: String)] = [],
    archives: (paths: [String], change: RetaggedArchive) = ([], RetaggedArchive()),
    commands: [[String]], size: UInt64, toolchain: Toolchain
  ) {
    let key = ContentKey(
      [toolchain.key.description, file] + inputs.map(\.description)
        + sources.flatMap { [$0.name, $0.text] }
        + archives.paths.flatMap { [archives.change.key, $0] }
        + commands.flatMap { $0 + [";"] })
    self.init(
      label: label, key: key, file: file, sources: sources, archives: archives,
      commands: commands, estimatedSize: size)
  }
}
