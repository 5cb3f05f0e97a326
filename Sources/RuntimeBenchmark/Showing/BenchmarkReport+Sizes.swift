internal import Measurement
internal import PluginSets
internal import Reporting

extension BenchmarkResult {
  /// What must be shipped of each variant with the most plugins, file by file, and how to look into it.
  func sizeSection() -> Report.Section? {
    guard let most = subjects.map(\.pluginCount).max() else { return nil }
    let shown = subjects.filter { $0.pluginCount == most && !$0.files.isEmpty }
    guard !shown.isEmpty else { return nil }
    let nodes = shown.map { subject in
      Report.Treemap.Node(
        subject.name, detail: "\(subject.files.count) files",
        children: subject.files.map { file in
          Report.Treemap.Node(
            file.name, bytes: file.bytes, detail: Self.kinds[Self.kind(of: file.name)],
            category: Self.kind(of: file.name))
        })
    }
    let count = "\(most) plugin\(most == 1 ? "" : "s")"
    var table = Report.Table(columns: [
      .text("variant"), .number("files"), .number("size"), .name("look", title: "what is in them"),
    ])
    for subject in shown {
      table.append([
        .text(subject.name), .count(subject.files.count),
        .bytes(Double(subject.files.reduce(0) { $0 + $1.bytes })),
        .text("size-report \(Self.quoted(subject.artifacts))"),
      ])
    }
    return Report.Section(
      "What must be shipped with \(count)", key: "sizes",
      paragraphs: [
        "Each area is a file, as large as it is. size-report tells what every byte of it is, and whose."
      ],
      treemap: Report.Treemap("Files by variant, \(count)", sizes: nodes, categories: Self.kinds),
      table: table)
  }

  private static let kinds = ["host", "runtime and libraries", "plugin"]

  private static func kind(of name: String) -> Int {
    if name.hasPrefix("plugins/") { return 2 }
    return name.split(separator: "/").last?.hasPrefix("lib") == true ? 1 : 0
  }

  /// As a shell takes it.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy {
      $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        || $0 == UInt8(ascii: ".") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
        || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
        || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0
    }
    return isPlain ? path : "'\(path.replacing("'", with: "'\\''"))'"
  }
}
