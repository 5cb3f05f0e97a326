internal import CPluginABI
internal import PluginRuntime

extension PluginHost {
  /// What the three services of this process's runtime have done for each open account, as JSON of the
  /// schema `plr-statistics/1`; nil where there is no memory for it.
  ///
  /// The corresponding C function is `plr_runtime_snapshot`.
  public static func serviceStatistics() -> String? {
    var length = 0
    // Accounts may come between asking for the length and asking for the text.
    for _ in 0..<8 {
      var bytes = [CChar](repeating: 0, count: length + 4096)
      if unsafe plr_runtime_snapshot(&bytes, bytes.count, &length) == PLR_OK {
        return String(decoding: bytes.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      }
    }
    return nil
  }
}
