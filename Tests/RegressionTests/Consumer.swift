import Platform
import TestSupport

/// Programs that read these formats in real life.
enum Consumer {
  static let xmllint = found("xmllint", ["xmllint", "--version"])
  static let junitparser = hasModule("junitparser")
  static let prometheus = hasModule("prometheus_client")
  static let jsonschema = hasModule("jsonschema")
  static let yaml = hasModule("yaml")
  static let anyPython = found("python3", [interpreter, "--version"])

  /// The schema of SARIF 2.1.0 that OASIS publishes, which may not be copied into this repository.
  static let sarifSchema: String? = {
    let path = environmentVariables()["SARIF_SCHEMA"]
    if path == nil {
      printError(
        "SKIPPED: SARIF is held against a part of its schema only; name the whole with SARIF_SCHEMA, "
          + "from docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
      )
    }
    return path
  }()

  private static func found(_ name: String, _ command: [String]) -> Bool {
    let runs = (try? CommandRun(command))?.status.isSuccess ?? false
    if !runs { printError("SKIPPED: '\(name)' is missing; run tools/setup --tests") }
    return runs
  }

  /// Debian's packages are modules of Debian's Python, whichever comes first on the path.
  private static let interpreter = "/usr/bin/python3"

  private static func hasModule(_ name: String) -> Bool {
    found("python3-\(name)", [interpreter, "-c", "import \(name)"])
  }

  static func check(_ text: String, _ command: [String]) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("document")
    try Files.replace(path, with: Array(text.utf8))
    try Tool.run(command + [path])
  }

  static func python(_ text: String, _ script: String, _ arguments: String...) throws -> String {
    let directory = try TemporaryDirectory()
    let path = directory.file("document")
    try Files.replace(path, with: Array(text.utf8))
    return try Tool.run(
      [interpreter, "-c", "import sys\npath = sys.argv[1]\n" + script, path] + arguments)
  }

  /// What is wrong with a document in JSON by a schema, a line for each place; empty where nothing is.
  ///
  /// - Parameter schema: a Python expression, or with `file` nothing but the path of the schema.
  static func violations(of text: String, schema: String, file: String? = nil) throws -> String {
    try python(
      text,
      """
      import json, jsonschema
      schema = \(file == nil ? schema : "json.load(open(sys.argv[2]))")
      kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft7Validator)
      kind.check_schema(schema)
      for error in kind(schema, format_checker=jsonschema.FormatChecker()).iter_errors(
          json.load(open(path))):
          print("/".join(map(str, error.absolute_path)), error.message)
      """, file ?? "")
  }
}
