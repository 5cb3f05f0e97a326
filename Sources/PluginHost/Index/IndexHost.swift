internal import CPluginABI

/// What verdicts depend on besides the file: a host that differs in any of it must not take them over. Those that
/// depend on other files as well are marked: see ``AdmissionVerdict/dependsOnOthers``.
struct IndexHost: CustomStringConvertible, Sendable {
  /// `e_machine`.
  var machine: UInt16
  var abiMajor: UInt16
  var abiMinor: UInt16
  /// The runtime holds Swift's standard library, and so refuses plugins that the toolchain's accepts.
  var holdsStandardLibrary: Bool
  /// The features that it knows.
  var features: UInt32
  /// That the runtime was built with.
  var toolchain: String
  /// Which runtime library that is, where it holds the standard library: another may lack what this has.
  var runtime: UInt64 = 0

  /// This process. Made once and never freed: at a start from an index, every string that goes away
  /// would cost more than comparing this.
  static let current = IndexHost(
    machine: Admission.machine, abiMajor: UInt16(PLR_ABI_MAJOR), abiMinor: UInt16(PLR_ABI_MINOR),
    holdsStandardLibrary: MergedRuntime.isHere, features: PLR_FEATURES_KNOWN,
    toolchain: unsafe String(cString: plr_runtime_toolchain()), runtime: MergedRuntime.identity)

  var description: String {
    "machine \(machine), ABI \(abiMajor).\(abiMinor), features 0x\(String(features, radix: 16)), "
      + "standard library \(holdsStandardLibrary ? "inside" : "beside") the runtime"
      + (runtime == 0 ? "" : " 0x" + String(runtime, radix: 16)) + ", \(toolchain)"
  }
}
