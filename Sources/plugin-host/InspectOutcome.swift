internal import ELFInspection
internal import Platform
internal import PluginHost
internal import PluginQuarantine
internal import Reporting

/// What `inspect` says of files: all that can be known before any code of them runs.
struct InspectOutcome {
  private struct Inspection {
    var verdict: AdmissionVerdict
    /// nil where the file cannot be read as ELF.
    var forecast: UnloadForecast?
    var needed: NeededTree?
    var hardening: Hardening?
  }

  private let inspections: [Inspection]

  /// Nothing of the files runs. A file that others could change is looked into all the same, and refused.
  ///
  /// - Parameters:
  ///   - allowsWritable: such a file is not refused for that.
  ///   - quarantine: one that tries nothing; nil where there is none.
  init(
    paths: [String], trust: (any FileTrust)?, allowsWritable: Bool, quarantine: Quarantine?
  ) {
    inspections = paths.map { path in
      var verdict = Admission.check(path, trust: trust)
      if !allowsWritable, let refusal = Admission.refusal(ofPath: path),
        // What is not there is said once.
        !verdict.reasons.contains(refusal)
      {
        verdict.reasons.insert(refusal, at: 0)
      }
      if verdict.isAdmitted, let refusal = quarantine?.refusal(of: path) {
        verdict.reasons.append(refusal)
      }
      var inspection = Inspection(verdict: verdict)
      guard let file = try? ELFFile(path: path) else { return inspection }
      // A plugin that is refused would be taken down all the same, if it could be loaded.
      let unload =
        verdict.unload ?? verdict.manifest.map { file.unloadVerdict(manifest: $0) }
        ?? UnloadVerdict(because: [PluginManifest.noPromise])
      inspection.forecast = UnloadForecast(file, unload)
      inspection.hardening = file.hardening()
      inspection.needed = try? NeededTree(
        of: path.contains("/") ? path : "./" + path,
        search: .ofThisSystem(for: file.header, environment: environmentVariables()))
      return inspection
    }
  }

  var verdicts: [AdmissionVerdict] { inspections.map(\.verdict) }

  // MARK: For people

  var report: Report {
    Report(
      title: "Plugins, from their files", headline: Verdicts(verdicts).headline,
      sections: inspections.flatMap(Self.sections))
  }

  private static func sections(_ inspection: Inspection) -> [Report.Section] {
    let verdict = inspection.verdict
    var table = Report.Table(columns: [.text("field"), .text("value")])
    func add(_ field: String, _ value: String?, tone: Report.Tone = .plain) {
      table.append([.text(field), .text(value, tone: tone)])
    }
    add(
      "verdict", verdict.word,
      tone: verdict.isAdmitted ? .good : .bad)
    if let manifest = verdict.manifest {
      add("name", manifest.name)
      add("version", manifest.version)
      add("ABI", "\(manifest.abiMajor).\(manifest.abiMinor)")
      add("class", manifest.promisesUnloading ? "promises to be unloadable" : "resident")
      add("features", manifest.features == 0 ? "none" : "0x" + String(manifest.features, radix: 16))
      add("toolchain", manifest.toolchain)
      add("offers", manifest.offers?.map(\.description).joined(separator: ", ") ?? "does not say")
    }
    if let trust = verdict.trust {
      add("BLAKE2b-512", trust.digest)
      add("signed by", trust.signer)
    }
    if let forecast = inspection.forecast {
      add("file", "\(forecast.fileBytes) bytes")
      add("mapped", "\(forecast.mappedBytes) bytes, \(forecast.writableBytes) writable")
    }
    if let hardening = inspection.hardening {
      add("relro", hardening.relro.rawValue)
      add("binds", hardening.bindsNow ? "at once" : "when called")
    }
    var sections = [Report.Section(verdict.path, key: "file", table: table)]
    func add(_ title: String, _ key: String, _ paragraphs: [String]) {
      if !paragraphs.isEmpty {
        sections.append(Report.Section(title, key: key, paragraphs: paragraphs))
      }
    }
    add("Refused", "refused", verdict.reasons.map(\.description))
    add("Not vouched for", "warnings", verdict.trust?.warnings.map(\.description) ?? [])
    if let needed = inspection.needed { sections.append(section(needed)) }
    if let forecast = inspection.forecast {
      let because =
        forecast.verdict.isUnloadable
        ? [
          "It can be unmapped: its manifest promises it, and nothing in the file speaks against it."
        ]
        : ["It is never unmapped: \(forecast.verdict.because.joined(separator: "; "))."]
      add("An unload", "unload", because + forecast.effects.map { "Then \($0)." })
    }
    return sections
  }

  private static func section(_ needed: NeededTree) -> Report.Section {
    var table = Report.Table(
      columns: [.text("library"), .text("found"), .text("path")], whenEmpty: "(none)")
    needed.forEach { depth, request in
      table.append([
        .text(String(repeating: "  ", count: depth) + request.name),
        .text(
          words(request.finding), tone: isMissing(request) ? .bad : .plain),
        .text(request.object.map { needed.objects[$0].path }),
      ])
    }
    return Report.Section("Needed libraries", key: "needed", table: table)
  }

  private static func isMissing(_ request: NeededTree.Request) -> Bool {
    request.object == nil && request.finding != .loadedAlready
      && (request.kind == .needed || request.kind == .filter)
  }

  private static func words(_ finding: NeededTree.Finding) -> String {
    switch finding {
    case .loadedAlready: "there already"
    case .rpath(let file): "RPATH of \(file)"
    case .libraryPath: "LD_LIBRARY_PATH"
    case .runpath: "RUNPATH"
    case .cache: "the loader's cache"
    case .defaultDirectory: "a directory of the system"
    case .path: "by its path"
    case .missing: "missing"
    case .unusable(_, let reason): "unusable: \(reason)"
    case .notSearched: "not searched"
    }
  }

  // MARK: For scripts

  func json() throws -> String {
    try PluginsSchema1(
      plugins: inspections.map { inspection in
        var plugin = PluginsSchema1.Plugin(inspection.verdict)
        plugin.manifest = inspection.verdict.manifest.map { manifest in
          .init(
            abiMajor: manifest.abiMajor, abiMinor: manifest.abiMinor, name: manifest.name,
            version: manifest.version, promisesUnloading: manifest.promisesUnloading,
            features: manifest.features, toolchain: manifest.toolchain)
        }
        plugin.offers = inspection.verdict.manifest?.offers?.map {
          .init(id: $0.id, revision: $0.revision)
        }
        plugin.needed = inspection.needed.map { tree in
          var all: [PluginsSchema1.Needed] = []
          tree.forEach { depth, request in
            all.append(
              .init(
                name: request.name, depth: depth, found: Self.words(request.finding),
                path: request.object.map { tree.objects[$0].path },
                missing: Self.isMissing(request)))
          }
          return all
        }
        plugin.unload = inspection.forecast.map { forecast in
          .init(
            class: forecast.verdict.isUnloadable ? "unloadable" : "resident",
            because: forecast.verdict.because, effects: forecast.effects,
            fileBytes: forecast.fileBytes, mappedBytes: forecast.mappedBytes,
            writableBytes: forecast.writableBytes, threadLocals: forecast.hasThreadLocals)
        }
        return plugin
      }
    ).encoded()
  }
}

extension PluginsSchema1 {
  /// What a plugin's file says of itself.
  struct Manifest: Codable {
    var abiMajor: UInt16
    var abiMinor: UInt16
    var name: String
    var version: String
    var promisesUnloading: Bool
    var features: UInt32
    var toolchain: String
  }
  /// A library that is asked for, by the plugin (depth 0) or by the library before it of one depth less.
  struct Needed: Codable {
    var name: String
    var depth: Int
    var found: String
    var path: String?
    var missing: Bool
  }
  /// What an unload would do.
  struct Unload: Codable {
    var `class`: String
    var because: [String]
    var effects: [String]
    var fileBytes: UInt64
    var mappedBytes: UInt64
    var writableBytes: UInt64
    var threadLocals: Bool
  }
}
