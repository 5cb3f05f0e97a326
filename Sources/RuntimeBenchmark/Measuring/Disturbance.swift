internal import Glibc
internal import Platform

/// What else went on on the machine while something was measured.
public struct Disturbance: Equatable, Sendable {
  /// Runnable threads over the last minute when measuring began.
  public var loadAverage: Double?
  /// The share of all processors' time that other processes took.
  public var otherLoad: Double?
  /// The share that the hypervisor gave to others.
  public var steal: Double?
  /// Pages that went to swap space or came from it.
  public var swappedPages: UInt64?
  /// How the kernel chooses the processors' frequency; nil where it does not say.
  public var governor: String?

  /// A sentence, without its stop, for each thing that disturbs.
  public var warnings: [String] {
    var warnings: [String] = []
    func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
    if let otherLoad, otherLoad > 0.1 {
      warnings.append("other processes took \(percent(otherLoad)) of the processors' time")
    }
    if let steal, steal > 0.01 {
      warnings.append("the hypervisor gave \(percent(steal)) of the processors' time to others")
    }
    if let swappedPages, swappedPages > 0 {
      warnings.append("\(swappedPages) pages were swapped")
    }
    if let governor, governor != "performance" {
      warnings.append("the processors' frequency follows the governor '\(governor)'")
    }
    return warnings
  }

  /// Looks at the machine now, and again when the measurement is over.
  struct Watch {
    private let ticks = Ticks()
    private let swapped = Self.swapped()
    private let own = Self.ownSeconds()
    private let loadAverage = Machine.current().loadAverage

    func finish() -> Disturbance {
      var disturbance = Disturbance(loadAverage: loadAverage)
      if let before = ticks, let now = Ticks(), now.total > before.total {
        let total = Double(now.total - before.total)
        let busy = Double(now.busy - before.busy) / Double(sysconf(Int32(_SC_CLK_TCK)))
        let seconds = total / Double(sysconf(Int32(_SC_CLK_TCK)))
        disturbance.steal = Double(now.steal - before.steal) / total
        disturbance.otherLoad = max(0, busy - (Self.ownSeconds() - own)) / seconds
      }
      if let before = swapped, let now = Self.swapped() { disturbance.swappedPages = now - before }
      disturbance.governor =
        (try? Files.readText(
          "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"))?.filter { $0 != "\n" }
      return disturbance
    }

    /// Processor time of this process and of all its children that have ended.
    private static func ownSeconds() -> Double {
      [RUSAGE_SELF.rawValue, RUSAGE_CHILDREN.rawValue].reduce(0) { sum, whom in
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(whom), &usage)
        return sum + Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
          + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
      }
    }

    private static func swapped() -> UInt64? {
      guard let text = try? Files.readText("/proc/vmstat") else { return nil }
      let values = text.split(separator: "\n").filter { $0.hasPrefix("pswp") }
        .compactMap { $0.split(separator: " ").last.flatMap { UInt64($0) } }
      return values.isEmpty ? nil : values.reduce(0, +)
    }
  }

  /// The first line of `/proc/stat`: all processors together.
  fileprivate struct Ticks {
    var total: UInt64
    var busy: UInt64
    var steal: UInt64

    init?() {
      guard let line = try? Files.readText("/proc/stat").split(separator: "\n").first else {
        return nil
      }
      let values = line.split(separator: " ").dropFirst().compactMap { UInt64($0) }
      // user nice system idle iowait irq softirq steal; guests are in user and nice already.
      guard values.count >= 8 else { return nil }
      total = values[..<8].reduce(0, +)
      steal = values[7]
      busy = total - values[3] - values[4] - steal
    }
  }
}
