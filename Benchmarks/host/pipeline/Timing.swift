internal import Glibc
internal import Platform
internal import PluginHost

/// Loads the files of a set in turns, each way its own.
struct Timing {
  let set: String

  private struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Goals of the issue: the whole way against bare `dlopen`.
  private static let goals = ["first": 2.5, "cached": 1.5]

  func run() throws {
    let bare = try Discovery.plugins(in: Path.join(set, "bare"))
    let first = try Discovery.plugins(in: Path.join(set, "first"))
    let copied = try Discovery.plugins(in: Path.join(set, "copied"))
    let host = try PluginHost(name: "host-pipeline")
    let copying = try PluginHost(name: "copying")
    copying.hold = .sealedCopy
    let cached = try PluginHost(name: "cached")
    let index = try cached.discover(Path.join(set, "cached"), .readOnly)
    guard index.flaw == nil, index.isTrusted, index.count == bare.count else {
      throw Failure(description: "the index of '\(set)' is not as it should be")
    }
    var nanoseconds: [String: [UInt64]] = [:]
    var parts: [String: [LoadTimes]] = [:]
    // The first ones pay for what is made once.
    let warmUp = 4
    for number in bare.indices {
      for turn in 0..<4 {
        let way = ["bare", "first", "cached", "copied"][(turn + number) % 4]
        var times: LoadTimes?
        let begin = monotonicNanoseconds()
        switch way {
        case "bare":
          guard let handle = unsafe dlopen(bare[number], RTLD_NOW | RTLD_LOCAL),
            unsafe dlsym(handle, "plugin_entry") != nil
          else { throw Failure(description: "the loader does not take '\(bare[number])'") }
        case "first": times = host.information(try host.load(first[number]))!.times
        case "copied": times = copying.information(try copying.load(copied[number]))!.times
        default:
          guard let id = try cached.activateNext() else {
            throw Failure(description: "there are fewer plugins in the index")
          }
          times = cached.information(id)!.times
        }
        let passed = monotonicNanoseconds() - begin
        guard number >= warmUp else { continue }
        nanoseconds[way, default: []].append(passed)
        if let times { parts[way, default: []].append(times) }
      }
    }
    report(nanoseconds, parts)
    // What is taken down is not measured.
    _ = unsafe Unmanaged.passRetained(host)
    _ = unsafe Unmanaged.passRetained(copying)
    _ = unsafe Unmanaged.passRetained(cached)
  }

  private func report(_ nanoseconds: [String: [UInt64]], _ parts: [String: [LoadTimes]]) {
    let bare = Double(HostPipeline.median(nanoseconds["bare"]!))
    print("\(Path.name(of: set)), \(nanoseconds["bare"]!.count) plugins each way, medians in µs")
    print("  way        whole   ratio   admission   dlopen   plugin's own")
    for way in ["bare", "first", "cached", "copied"] {
      let whole = Double(HostPipeline.median(nanoseconds[way]!))
      var line = "  \(padded(way, 8))\(micro(whole, 8))\(padded(ratio(whole / bare), 8, left: true))"
      if way != "bare" {
        let times = parts[way]!
        line += micro(Double(HostPipeline.median(times.map(\.admission))), 12)
        line += micro(Double(HostPipeline.median(times.map(\.open))), 9)
        line += micro(Double(HostPipeline.median(times.map(\.plugin))), 15)
      }
      if let goal = Self.goals[way] {
        line += "   at most \(ratio(goal)): \(whole / bare <= goal ? "met" : "MISSED")"
      }
      print(line)
    }
  }

  private func micro(_ nanoseconds: Double, _ width: Int) -> String {
    padded(ratio(nanoseconds / 1000), width, left: true)
  }

  private func ratio(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  private func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.utf8.count))
    return left ? blanks + text : text + blanks
  }
}
