internal import Glibc
internal import Platform

extension Disturbance {
  /// Looks at the machine now, and again when the measurement is over.
  struct Watch {
    private let before = Snapshot.now()
    private let loadAverage = Machine.current().loadAverage

    func finish() -> Disturbance {
      var disturbance = Disturbance(from: before, to: Snapshot.now())
      disturbance.loadAverage = loadAverage
      return disturbance
    }
  }

  /// What lies between two looks. Counters that went down were set back, by a processor that went
  /// off-line or a machine that moved: they tell nothing.
  init(from before: Snapshot, to after: Snapshot) {
    self.init()
    if let old = before.ticks, let new = after.ticks, new.total > old.total {
      let total = Double(new.total - old.total)
      let rate = Double(sysconf(Int32(_SC_CLK_TCK)))
      if new.steal >= old.steal { steal = Double(new.steal - old.steal) / total }
      if new.busy >= old.busy {
        let busy = Double(new.busy - old.busy) / rate
        otherLoad = max(0, busy - (after.ownSeconds - before.ownSeconds)) / (total / rate)
      }
    }
    func difference(_ old: UInt64?, _ new: UInt64?) -> UInt64? {
      guard let old, let new, new >= old else { return nil }
      return new - old
    }
    swappedPages = difference(before.swapped, after.swapped)
    throttled = difference(before.throttled, after.throttled)
    let governors = Set(before.governors + after.governors).sorted()
    governor = governors.isEmpty ? nil : governors.joined(separator: "', '")
    if let old = before.frequency, let new = after.frequency {
      frequencies = Frequencies(before: old, after: new)
    }
  }

  /// What the kernel counts, at one moment; nil is what it does not tell.
  struct Snapshot: Equatable {
    var ticks: Ticks?
    /// Processor time of this process and of all its children that have ended.
    var ownSeconds = 0.0
    var swapped: UInt64?
    var throttled: UInt64?
    /// One for each processor that tells.
    var governors: [String] = []
    /// Hertz, of the fastest processor.
    var frequency: Double?
  }

  /// The first line of `/proc/stat`: all processors together.
  struct Ticks: Equatable {
    var total: UInt64
    var busy: UInt64
    var steal: UInt64
  }
}

extension Disturbance.Snapshot {
  /// Of this moment.
  static func now() -> Self {
    var now = Self(ticks: Disturbance.Ticks())
    now.ownSeconds = [RUSAGE_SELF.rawValue, RUSAGE_CHILDREN.rawValue].reduce(0) { sum, whom in
      var usage = rusage()
      unsafe getrusage(__rusage_who_t(whom), &usage)
      return sum + Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
    if let text = try? Files.readText("/proc/vmstat") {
      let values = text.split(separator: "\n").filter { $0.hasPrefix("pswp") }
        .compactMap { $0.split(separator: " ").last.flatMap { UInt64($0) } }
      now.swapped = values.isEmpty ? nil : values.reduce(0, +)
    }
    let throttles = ofProcessors("thermal_throttle/core_throttle_count").compactMap { UInt64($0) }
    now.throttled = throttles.isEmpty ? nil : throttles.reduce(0, +)
    now.governors = ofProcessors("cpufreq/scaling_governor")
    // In kilohertz; where no driver tells, the processor itself may, in megahertz.
    now.frequency =
      ofProcessors("cpufreq/scaling_cur_freq").compactMap { Double($0) }.max().map { $0 * 1e3 }
      ?? megahertz().max().map { $0 * 1e6 }
    return now
  }

  /// The text of a file that each processor has.
  private static func ofProcessors(_ file: String) -> [String] {
    (0..<processorCount()).compactMap { number in
      (try? Files.readText("/sys/devices/system/cpu/cpu\(number)/\(file)"))?
        .filter { $0 != "\n" }
    }
  }

  private static func megahertz() -> [Double] {
    guard let text = try? Files.readText("/proc/cpuinfo") else { return [] }
    return text.split(separator: "\n").filter { $0.hasPrefix("cpu MHz") }
      .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
  }
}

extension Disturbance.Ticks {
  fileprivate init?() {
    guard let line = try? Files.readText("/proc/stat").split(separator: "\n").first else {
      return nil
    }
    let values = line.split(separator: " ").dropFirst().compactMap { UInt64($0) }
    // user nice system idle iowait irq softirq steal; guests are in user and nice already.
    guard values.count >= 8 else { return nil }
    self.init(
      total: values[..<8].reduce(0, +),
      busy: values[0] + values[1] + values[2] + values[5] + values[6], steal: values[7])
  }
}
