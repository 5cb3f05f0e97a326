internal import CSodium

/// One run of a measuring command on one machine, as history keeps it.
public struct Run: Equatable, Sendable {
  /// Milliseconds since 1970 by the machine's clock when measuring began.
  public var startedAt: Int64
  /// Where it stands in the order of runs: `startedAt`, or just after the last run of that machine
  /// where the clock had gone back when it was made. nil until it is recorded.
  public var position: Int64?
  public var machine: MachineFacts
  /// The version texts of the Swift compiler, its target and the C compiler, a line each; empty where
  /// no compiler was used. Old results have the first line alone.
  public var toolchain: String
  public var revision: Revision
  /// What disturbed the measurement, a sentence each.
  public var warnings: [String]
  public var figures: [Figure]

  public init(
    startedAt: Int64, machine: MachineFacts, toolchain: String, revision: Revision,
    warnings: [String] = [], figures: [Figure]
  ) {
    self.startedAt = startedAt
    self.machine = machine
    self.toolchain = toolchain
    self.revision = revision
    self.warnings = warnings
    self.figures = figures.sorted { Series.areInOrder($0.series, $1.series) }
  }

  /// A name that follows from what was measured, where and when: 40 hexadecimal digits. The same run
  /// recorded by two machines, or imported twice, has one name.
  public var id: String {
    get throws(HistoryError) {
      let bytes = try RunSchema1(self).contentBytes()
      var digest = [UInt8](repeating: 0, count: 20)
      let code = unsafe crypto_generichash(
        &digest, digest.count, bytes, UInt64(bytes.count), nil, 0)
      precondition(code == 0, "BLAKE2b takes any input and 20 bytes of output")
      let digits = Array("0123456789abcdef".utf8)
      return String(
        decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
  }
}

/// The state of the sources that were measured.
public struct Revision: Hashable, Sendable {
  /// The full hash; nil where the sources are in no repository.
  public var commit: String?
  public var branch: String?
  /// There were changes that no commit holds.
  public var isModified: Bool

  public init(commit: String? = nil, branch: String? = nil, isModified: Bool = false) {
    self.commit = commit
    self.branch = branch
    self.isModified = isModified
  }

  /// "3f2a91c0b7d1", with "+" where there were changes; nil without a commit.
  public var shortCommit: String? {
    commit.map { $0.prefix(12) + (isModified ? "+" : "") }
  }
}

/// What is known of a machine.
public struct MachineFacts: Hashable, Sendable {
  public var architecture: String
  public var processor: String
  public var processors: Int
  public var memoryBytes: UInt64
  public var kernel: String
  public var system: String

  public init(
    architecture: String, processor: String, processors: Int, memoryBytes: UInt64, kernel: String,
    system: String
  ) {
    self.architecture = architecture
    self.processor = processor
    self.processors = processors
    self.memoryBytes = memoryBytes
    self.kernel = kernel
    self.system = system
  }

  /// What must be equal for times and memory to compare: "x86_64, Intel Xeon, 2 processors, 4 GiB,
  /// Debian GNU/Linux 12, kernel 6.1". The last digits of a kernel's version do not count.
  public var machineClass: String {
    let gibibytes = (Double(memoryBytes) / 1_073_741_824).rounded()
    let release = kernel.split(separator: ".").prefix(2).joined(separator: ".")
    return [
      architecture, processor,
      // Files have neither.
      processors == 0 ? "" : "\(processors) processor\(processors == 1 ? "" : "s")",
      memoryBytes == 0 ? "" : "\(Int(gibibytes)) GiB", system,
      release.isEmpty ? "" : "kernel \(release)",
    ].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// What must be equal for a figure of that kind to compare: files are the same on any machine of an
  /// architecture.
  func comparisonClass(exact: Bool) -> String { exact ? architecture : machineClass }
}
