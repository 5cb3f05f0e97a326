internal import Glibc
internal import Platform

/// The machine that a result comes from.
public struct Machine: Equatable, Sendable {
  public var architecture: String
  public var processor: String
  public var processors: Int
  public var memoryBytes: UInt64
  public var kernel: String
  public var system: String
  /// Runnable threads over the last minute when measuring began.
  public var loadAverage: Double?

  /// This machine, now. What cannot be read is empty.
  public static func current() -> Machine {
    func value(_ path: String, _ key: String) -> String? {
      guard let text = try? Files.readText(path) else { return nil }
      for line in text.split(separator: "\n") where line.hasPrefix(key) {
        guard let end = line.firstIndex(where: { $0 == ":" || $0 == "=" }) else { continue }
        return line[line.index(after: end)...].filter { $0 != "\"" && $0 != "\t" }
          .split(separator: " ").joined(separator: " ")
      }
      return nil
    }
    let memory = value("/proc/meminfo", "MemTotal")?.split(separator: " ").first.flatMap {
      UInt64($0)
    }
    let load = (try? Files.readText("/proc/loadavg"))?.split(separator: " ").first
    #if arch(x86_64)
      let architecture = "x86_64"
    #else
      let architecture = "aarch64"
    #endif
    return Machine(
      architecture: architecture,
      processor: value("/proc/cpuinfo", "model name") ?? "unnamed \(architecture)",
      processors: processorCount(), memoryBytes: (memory ?? 0) * 1024,
      kernel: ((try? Files.readText("/proc/sys/kernel/osrelease")) ?? "").filter { $0 != "\n" },
      system: value("/etc/os-release", "PRETTY_NAME") ?? "",
      loadAverage: load.flatMap { Double($0) })
  }
}
