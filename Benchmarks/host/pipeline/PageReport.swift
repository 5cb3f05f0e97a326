internal import Glibc
internal import Platform
internal import PluginHost

/// What the pages of plugins cost that were loaded in one way: of a process, and of all that do the same.
struct PageReport {
  let set: String
  /// `file` or `copy`.
  let way: String

  func run() throws {
    let host = try PluginHost(name: "host-pipeline")
    host.hold = way == "copy" ? .sealedCopy : .openFile
    let paths = try Discovery.plugins(in: Path.join(set, way == "copy" ? "copied" : "first"))
    for path in paths { try host.load(path) }
    var pages: [String: Int] = [:]
    var isPlugin = false
    for line in try Files.readText("/proc/self/smaps").split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      if words[0].contains("-") {
        let path = words.last ?? ""
        isPlugin = path.hasPrefix(set) || words.contains { $0.hasPrefix("/memfd:plugin") }
      } else if isPlugin, words.count == 3, let kilobytes = Int(words[1]) {
        pages[String(words[0].dropLast()), default: 0] += kilobytes << 10
      }
    }
    let count = paths.count
    print(
      "\(padded(way, 5)) rss \((pages["Rss"] ?? 0) / count)  pss \((pages["Pss"] ?? 0) / count)"
        + "  anonymous \((pages["Anonymous"] ?? 0) / count)")
    fflush(nil)
    // The others measure with these pages mapped.
    _ = try FileDescriptor(rawValue: 0, path: "standard input").readToEnd()
    exitProcess(0)
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }
}
