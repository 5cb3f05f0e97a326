internal import ELFInspection
internal import Platform

/// The source text of one plugin of a set, filled in from the templates.
///
/// Plugin *i* of a profile is always the same text: own module, types, conformances and strings.
struct PluginSource {
  /// From 1.
  let number: Int
  let swift: String
  /// The same work in Embedded Swift.
  let embedded: String
  let c: String

  var module: String { "BenchPlugin\(Self.digits(number))" }
  static func fileName(_ number: Int) -> String { "plugin-\(digits(number)).so" }

  private static func digits(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 4 - text.count)) + text
  }
}

/// The templates in `Benchmarks/PluginTemplates`.
struct PluginTemplates {
  private let texts: [String: String]

  init(directory: String) throws(PluginSetError) {
    var texts: [String: String] = [:]
    for name in [
      "plugin.swift", "embedded.swift", "type0.swift", "type1.swift", "type2.swift", "plugin.c",
      "type.c",
    ] {
      do {
        texts[name] = try Files.readText(Path.join(directory, name + ".template"))
      } catch {
        throw .system(error)
      }
    }
    self.texts = texts
  }

  /// Plugin `number` with the types of `profile`.
  func source(_ number: Int, profile: Profile) -> PluginSource {
    let digits = String(PluginSource.fileName(number).dropFirst(7).dropLast(3))
    var types = (swift: "", c: "")
    var entries = (swift: "", c: "")
    for index in 0..<profile.typeCount {
      let name = "\(Self.word(number &* 31 &+ index, capitalized: true))\(digits)T\(index)"
      let seed = (number * 7919 + index * 104_729) % 65_536
      let values = [
        "name": name, "number": digits, "seed": "\(seed)", "factor": "\(2 * seed + 1)",
        "word": "\(Self.word(number &* 17 &+ index * 5, capitalized: false))-\(number)-\(index)",
      ]
      types.swift += fill("type\(index % 3).swift", values)
      types.c += fill("type.c", values)
      entries.swift += "    enter(\(name).self),\n"
      entries.c += "    &class_\(name),\n"
    }
    let common = [
      "number": digits, "word": "\(Self.word(number, capitalized: false))-\(number)",
      "count": "\(profile.typeCount)",
      // To print a value of unknown type is to ask at run time what it conforms to.
      "shown": profile == .tiny ? "parts[0].label" : "parts[0]",
    ]
    func manifest(isEmbedded: Bool) -> String {
      PluginManifest(
        name: "bench-\(digits)", version: "1.0.0", isUnloadable: isEmbedded,
        sharesSwiftRuntime: !isEmbedded, offers: [InterfaceOffer(id: "bench.unit", revision: 1)]
      ).swiftDeclaration()
    }
    func swift(_ template: String, isEmbedded: Bool) -> String {
      let own = [
        "types": types.swift, "entries": entries.swift,
        "manifest": manifest(isEmbedded: isEmbedded),
      ]
      return fill(template, common.merging(own) { $1 })
    }
    return PluginSource(
      number: number, swift: swift("plugin.swift", isEmbedded: false),
      embedded: swift("embedded.swift", isEmbedded: true),
      c: fill("plugin.c", common.merging(["types": types.c, "entries": entries.c]) { $1 }))
  }

  /// Replaces `{{name}}` by its value in one pass, so that a value is never searched again.
  private func fill(_ template: String, _ values: [String: String]) -> String {
    var result = ""
    var rest = texts[template]![...]
    while let open = rest.firstRange(of: "{{"),
      let close = rest[open.upperBound...].firstRange(of: "}}")
    {
      let name = String(rest[open.upperBound..<close.lowerBound])
      result += rest[..<open.lowerBound]
      result += values[name] ?? "{{\(name)}}"
      rest = rest[close.upperBound...]
    }
    return result + rest
  }

  /// A made-up word of three syllables that depends on `number` alone.
  private static func word(_ number: Int, capitalized: Bool) -> String {
    let syllables = [
      "ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu",
      "za",
    ]
    // Knuth's multiplicative hash, so that neighbours differ.
    let mixed = UInt32(truncatingIfNeeded: number) &* 2_654_435_761
    let word =
      syllables[Int(mixed >> 28)] + syllables[Int(mixed >> 24 & 15)]
      + syllables[Int(mixed >> 20 & 15)]
    return capitalized ? word.prefix(1).uppercased() + word.dropFirst() : word
  }
}
