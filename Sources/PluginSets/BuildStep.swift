/// One artefact and how it is made.
struct BuildStep {
  /// For people: "plugin 7 (static)".
  var label: String
  var key: ContentKey
  /// The name of the file it makes.
  var file: String
  /// Files to write into the working folder first: name and text, in which `STORE/` and `WORK/` stand
  /// for the paths as they do in ``commands``.
  var sources: [(name: String, text: String)] = []
  /// What is run, in this order; `OUTPUT` stands for the path of the file to be made, `WORK/` for the
  /// working folder and `STORE/` for the store: keys must not depend on where those lie.
  var commands: [[String]]
  /// Bytes that it takes on the disk, roughly.
  var estimatedSize: UInt64
}
