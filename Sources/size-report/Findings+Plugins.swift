internal import ELFInspection
internal import Reporting
internal import SizeAnalysis

extension Findings {
  /// What the plugins say of themselves; nil where there is none.
  var plugins: Report.Section? {
    let plugins = files.filter { $0.manifest != nil }
    guard !plugins.isEmpty else { return nil }
    var table = Report.Table(columns: [
      .name("file"), .text("name"), .text("version"), .text("class", title: "promises to be"),
      .text("abi", title: "ABI"), .text("offers"), .text("toolchain"),
    ])
    for file in top(plugins) {
      guard let manifest = file.manifest else { continue }
      table.append([
        .text(label(file)), .text(manifest.name), .text(manifest.version),
        .text(manifest.className), .text("\(manifest.abiMajor).\(manifest.abiMinor)"),
        .text(manifest.offers.map { $0.map(\.description).joined(separator: ", ") }),
        .text(manifest.toolchain),
      ])
    }
    return Report.Section("Plugins", key: "plugins", table: table)
  }
}

extension PluginManifest {
  /// As `unload` calls it.
  var className: String { promisesUnloading ? "unloadable" : "resident" }
}
