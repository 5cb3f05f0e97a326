internal import CPluginABI
internal import CPluginHeap

/// The calls from host to plugin that can fail, and what their failures are called.
enum PluginCalls {
  /// Calls the entry and then `init`.
  ///
  /// - Throws: `Refusal`: `entryFailed`, `tableMalformed` or `initFailed`.
  static func start(
    _ entry: plr_entry, account: UnsafePointer<plr_host>
  ) throws(Refusal) -> UnsafePointer<plr_plugin> {
    var error = plr_error()
    error.size = UInt32(MemoryLayout<plr_error>.size)
    let owner = unsafe HeapTracking.owner(account)
    guard let table = unsafe call(entry, account, &error, in: owner) else {
      throw Refusal(
        .entryFailed, field: PLR_ENTRY_SYMBOL,
        found: error.code == PLR_OK ? "NULL without a reason" : error.text,
        expected: "a plugin table", fix: "see the plugin's own words, or ask its author")
    }
    try unsafe check(table)
    let status =
      if let tracker = unsafe HeapTracking.tracker {
        unsafe tracker.pointee.call_init(owner, table, account, &error)
      } else {
        unsafe table.pointee.`init`(account, &error)
      }
    guard status == PLR_OK else {
      throw Refusal(
        .initFailed, field: "init",
        found: error.code == PLR_OK ? "status \(status) without a reason" : error.text,
        expected: "PLR_OK", fix: "see the plugin's own words, or ask its author")
    }
    return unsafe table
  }

  private static func call(
    _ entry: plr_entry, _ account: UnsafePointer<plr_host>, _ error: inout plr_error,
    in owner: UInt32
  ) -> UnsafePointer<plr_plugin>? {
    if let tracker = unsafe HeapTracking.tracker {
      return unsafe tracker.pointee.call_entry(owner, entry, account, &error)
    }
    return unsafe entry(account, &error)
  }

  /// Calls `deinit`.
  static func stop(_ table: UnsafePointer<plr_plugin>, account: UnsafePointer<plr_host>) {
    if let tracker = unsafe HeapTracking.tracker {
      unsafe tracker.pointee.call_deinit(HeapTracking.owner(account), table, account)
    } else {
      unsafe table.pointee.`deinit`(account)
    }
  }

  /// Calls `query_interface`.
  static func interface(
    _ table: UnsafePointer<plr_plugin>, account: UnsafePointer<plr_host>, _ id: String,
    revision: UInt32
  ) -> UnsafeRawPointer? {
    if let tracker = unsafe HeapTracking.tracker {
      return unsafe tracker.pointee.call_query_interface(
        HeapTracking.owner(account), table, account, id, revision)
    }
    return unsafe table.pointee.query_interface(account, id, revision)
  }

  private static func check(_ table: UnsafePointer<plr_plugin>) throws(Refusal) {
    // A shorter table may end where the mapped memory does: its size is all that is sure to be there.
    let size = unsafe UnsafeRawPointer(table).loadUnaligned(as: UInt32.self)
    guard size >= UInt32(PLR_PLUGIN_SIZE_1_0) else {
      throw Refusal(
        .tableMalformed, field: "plugin.size", found: "\(size)",
        expected: "at least \(PLR_PLUGIN_SIZE_1_0)",
        fix: "build the plugin with the header of ABI version \(PLR_ABI_MAJOR)")
    }
    let table = unsafe table.pointee
    let major = table.abi_major
    guard major == UInt16(PLR_ABI_MAJOR) else {
      throw Refusal(
        .tableMalformed, field: "plugin.abi_major", found: "\(major)", expected: "\(PLR_ABI_MAJOR)",
        fix: "build manifest and table of the plugin with one header")
    }
    let missing: String? =
      unsafe table.`init` == nil
      ? "init"
      : unsafe table.`deinit` == nil
        ? "deinit" : unsafe table.query_interface == nil ? "query_interface" : nil
    if let missing {
      throw Refusal(
        .tableMalformed, field: "plugin.\(missing)", found: "NULL", expected: "a function",
        fix: "fill every function of the table")
    }
  }
}

extension plr_error {
  /// Subject and message as one text; both are cut at their first NUL or at the end of the field.
  var text: String {
    func field<Field>(_ pointer: UnsafePointer<Field>, _ capacity: Int32) -> String {
      let bytes = unsafe UnsafeRawBufferPointer(start: pointer, count: Int(capacity))
      return unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    var copy = self
    let subject = unsafe withUnsafePointer(to: &copy.subject) {
      unsafe field($0, PLR_SUBJECT_CAPACITY)
    }
    let message = unsafe withUnsafePointer(to: &copy.message) {
      unsafe field($0, PLR_MESSAGE_CAPACITY)
    }
    return subject.isEmpty ? message : "\(subject): \(message)"
  }
}
