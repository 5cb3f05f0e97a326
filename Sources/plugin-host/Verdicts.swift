internal import ELFInspection
internal import FoundationEssentials
internal import PluginHost
internal import Reporting

/// What `verify` and `list` say of files.
struct Verdicts {
  let verdicts: [AdmissionVerdict]

  init(_ verdicts: [AdmissionVerdict]) { self.verdicts = verdicts }

  init(paths: [String], trust: (any FileTrust)?, allowsWritable: Bool) {
    verdicts = paths.map { path in
      if !allowsWritable, let refusal = Admission.refusal(ofPath: path) {
        return AdmissionVerdict(refusing: path, because: refusal)
      }
      return Admission.check(path, trust: trust)
    }
  }

  var isRefused: Bool { !verdicts.allSatisfy(\.isAdmitted) }

  var isUnreadable: Bool { verdicts.contains(where: \.isUnreadable) }

  /// How many of each there are, in a sentence. What could not be read was not judged.
  var headline: String {
    let admitted = verdicts.count(where: \.isAdmitted)
    let unreadable = verdicts.count(where: \.isUnreadable)
    return "\(admitted) admitted, \(verdicts.count - admitted - unreadable) refused"
      + (unreadable == 0 ? "." : ", \(unreadable) not to be read.")
  }

  /// For people: a table, and below it a sentence for each reason, which no column would hold.
  var report: Report {
    var table = Report.Table(
      columns: [
        .text("name"), .text("version"), .text("verdict"), .text("class"), .text("path"),
      ], whenEmpty: "(no file whose name ends in .so)")
    for verdict in verdicts { table.append(Self.cells(verdict)) }
    let refused = verdicts.filter { !$0.isAdmitted }
    var sections = [Report.Section("Verdicts", key: "verdicts", table: table)]
    if !refused.isEmpty {
      sections.append(
        Report.Section(
          refused.allSatisfy(\.isUnreadable) ? "Not to be read" : "Refused", key: "refused",
          paragraphs: refused.flatMap { verdict in
            verdict.reasons.map { "\(verdict.path): \($0.description)" }
          }))
    }
    let warned = verdicts.filter { $0.trust?.warnings.isEmpty == false }
    if !warned.isEmpty {
      sections.append(
        Report.Section(
          "Not vouched for", key: "warnings",
          paragraphs: warned.flatMap { verdict in
            verdict.trust!.warnings.map { "\(verdict.path): \($0.description)" }
          }))
    }
    let resident = verdicts.filter { $0.unload?.isUnloadable == false }
    if !resident.isEmpty {
      sections.append(
        Report.Section(
          "Resident", key: "resident",
          paragraphs: resident.map { verdict in
            "\(verdict.path) is never unmapped: \(verdict.unload!.because.joined(separator: "; "))."
          }))
    }
    return Report(
      title: "Plugins, from their files", headline: headline,
      sections: sections)
  }

  /// For spreadsheets: one table with everything.
  var figures: Report {
    var table = Report.Table(columns: [
      .text("name"), .text("version"), .text("verdict"), .text("class"), .text("path"),
      .text("because"),
    ])
    for verdict in verdicts {
      let because =
        verdict.isAdmitted ? verdict.unload?.because ?? [] : verdict.reasons.map(\.description)
      table.append(Self.cells(verdict) + [.text(because.joined(separator: "; "))])
    }
    return Report(
      title: "Plugins", headline: "",
      sections: [Report.Section("Verdicts", key: "verdicts", table: table)])
  }

  /// Name, version, verdict, class and path.
  static func cells(_ verdict: AdmissionVerdict) -> [Report.Cell] {
    [
      .text(verdict.manifest.flatMap { $0.name.isEmpty ? nil : $0.name }),
      .text(verdict.manifest.flatMap { $0.version.isEmpty ? nil : $0.version }),
      .text(verdict.word, tone: verdict.isAdmitted ? .good : .bad),
      .text(verdict.unload.map { $0.isUnloadable ? "unloadable" : "resident" }),
      .text(verdict.path),
    ]
  }

  func json() throws -> String {
    try PluginsSchema1(
      plugins: verdicts.map(PluginsSchema1.Plugin.init)
    ).encoded()
  }
}

extension AdmissionVerdict {
  /// The file was not judged, because nothing could be read of it.
  var isUnreadable: Bool { reasons.contains { $0.code == .unreadable } }

  /// For tables.
  var word: String { isAdmitted ? "admitted" : isUnreadable ? "unreadable" : "refused" }
}

/// `plugin-host/1`: the JSON form. Frozen: fields may be added, never changed.
struct PluginsSchema1: Codable {
  /// A symbol that is missing.
  struct Symbol: Codable {
    /// As the file has it.
    var name: String
    /// As people write it; the same where it is not mangled, or could become too long.
    var demangled: String
  }
  struct Reason: Codable {
    var code: String
    var field: String
    var found: String
    var expected: String
    var fix: String
    /// Of `symbol-missing`: all of them.
    var symbols: [Symbol]?

    init(_ refusal: Refusal) {
      code = refusal.code.rawValue
      field = refusal.field
      found = refusal.found
      expected = refusal.expected
      fix = refusal.fix
      if !refusal.symbols.isEmpty {
        symbols = zip(refusal.symbols, refusal.demangledSymbols).map(Symbol.init)
      }
    }
  }
  /// Nanoseconds of loading one plugin, and what unloading it found.
  struct Load: Codable {
    var totalNanoseconds: UInt64
    var admissionNanoseconds: UInt64
    var openNanoseconds: UInt64
    var pluginNanoseconds: UInt64
    var hostNanoseconds: UInt64
    var leakedBlocks: UInt64?
    var leakedBytes: UInt64?
    var unmapped: Bool?
  }
  struct Plugin: Codable {
    var path: String
    var admitted: Bool
    /// nil where the file was refused before its class mattered.
    var `class`: String?
    var because: [String]?
    var name: String?
    var version: String?
    var reasons: [Reason]
    var load: Load?
    /// BLAKE2b-512 of the file, where somebody was asked to vouch for it.
    var digest: String?
    /// The id of the key whose signature was found good.
    var signer: String?
    /// What is wrong but does not keep the file from being loaded.
    var warnings: [Reason]?
    /// Of an index: what the plugin says it offers, nil where it does not say.
    var offers: [Offer]?
    /// Of an index.
    var file: File?
    /// Of `inspect`.
    var manifest: Manifest?
    var needed: [Needed]?
    var unload: Unload?
    /// Of `load --stats`.
    var statistics: Statistics?
  }

  var schema = "plugin-host/1"
  var plugins: [Plugin]
  var indexes: [Index]?
  var lock: Lock?
  var event: Event?
  /// Of `load --stats`: what the services of the runtime have done.
  var services: Services?
  /// Of `quarantine`.
  var quarantine: QuarantineStore?

  func encoded() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}

extension PluginsSchema1.Plugin {
  init(_ verdict: AdmissionVerdict) {
    self.init(
      path: verdict.path, admitted: verdict.isAdmitted,
      class: verdict.unload.map { $0.isUnloadable ? "unloadable" : "resident" },
      because: verdict.unload?.because, name: verdict.manifest?.name,
      version: verdict.manifest?.version, reasons: verdict.reasons.map(PluginsSchema1.Reason.init),
      digest: verdict.trust?.digest, signer: verdict.trust?.signer,
      warnings: verdict.trust?.warnings.map(PluginsSchema1.Reason.init))
  }
}
