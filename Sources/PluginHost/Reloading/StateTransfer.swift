internal import CPluginABI

/// Hands the state of one version of a plugin on to the next.
struct StateTransfer {
  enum Failure: Error {
    case declined(Refusal)
    case failed(Refusal)
  }

  let options: ReloadOptions

  /// Nothing where neither has a state, or only the new one.
  ///
  /// - Complexity: O(bytes of the state); they are in memory twice at most.
  func run(from old: LoadedPlugin, to new: LoadedPlugin) throws(Failure) {
    guard let source = try table(of: old) else { return }
    guard let target = try table(of: new) else {
      if options.dropsState { return }
      throw .declined(
        Refusal(
          .stateDeclined, field: PLR_STATE_ID, found: "not offered by the new version",
          expected: "a table, because the old version has a state",
          fix: "offer it, or reload with dropsState"))
    }
    guard (target.oldest_accepted...target.version).contains(source.version) else {
      throw .declined(
        Refusal(
          .stateDeclined, field: "state.version", found: "\(source.version)",
          expected: "\(target.oldest_accepted) to \(target.version)",
          fix: "teach the new version to read it"))
    }
    let bytes = try save(source, old)
    var error = plr_error()
    error.size = UInt32(MemoryLayout<plr_error>.size)
    let status = unsafe bytes.withUnsafeBytes {
      unsafe target.accept(new.account, source.version, $0.baseAddress, $0.count, &error)
    }
    switch status {
    case PLR_OK: return
    case PLR_ERROR_DECLINED: throw .declined(Self.refusal(.stateDeclined, "accept", status, error))
    default: throw .failed(Self.refusal(.stateFailed, "accept", status, error))
    }
  }

  private func save(_ table: plr_state, _ plugin: LoadedPlugin) throws(Failure) -> [UInt8] {
    struct Room {
      var bytes: [UInt8] = []
      var limit: Int
    }
    var room = Room(limit: options.maximalStateBytes)
    var error = plr_error()
    error.size = UInt32(MemoryLayout<plr_error>.size)
    let status = unsafe withUnsafeMutablePointer(to: &room) { room in
      var writer = unsafe plr_state_writer(
        size: UInt32(MemoryLayout<plr_state_writer>.size), reserved: 0, context: room,
        write: { writer, bytes, count in
          let room = unsafe writer!.pointee.context.assumingMemoryBound(to: Room.self)
          let left = unsafe room.pointee.limit - room.pointee.bytes.count
          guard count <= left else { return PLR_ERROR_OUT_OF_MEMORY }
          unsafe room.pointee.bytes.append(
            contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
          return PLR_OK
        })
      return unsafe table.save(plugin.account, &writer, &error)
    }
    guard status == PLR_OK else {
      throw .failed(Self.refusal(.stateFailed, "save", status, error))
    }
    return room.bytes
  }

  private func table(of plugin: LoadedPlugin) throws(Failure) -> plr_state? {
    guard
      let pointer = unsafe PluginCalls.interface(
        plugin.table, account: plugin.account, PLR_STATE_ID, revision: UInt32(PLR_STATE_REVISION))
    else { return nil }
    let size = unsafe pointer.loadUnaligned(as: UInt32.self)
    guard size >= UInt32(PLR_STATE_SIZE_1_0) else {
      throw .failed(
        Refusal(
          .tableMalformed, field: "state.size", found: "\(size)",
          expected: "at least \(PLR_STATE_SIZE_1_0)", fix: "build the plugin with plr_state.h"))
    }
    let table = unsafe pointer.assumingMemoryBound(to: plr_state.self).pointee
    let missing: String? = unsafe table.save == nil ? "save" : table.accept == nil ? "accept" : nil
    if let missing {
      throw .failed(
        Refusal(
          .tableMalformed, field: "state.\(missing)", found: "NULL", expected: "a function",
          fix: "fill every function of the table"))
    }
    guard table.oldest_accepted <= table.version else {
      throw .failed(
        Refusal(
          .tableMalformed, field: "state.oldest_accepted", found: "\(table.oldest_accepted)",
          expected: "at most \(table.version), its own version",
          fix: "name the oldest format that accept can read"))
    }
    return table
  }

  private static func refusal(
    _ code: Refusal.Code, _ function: String, _ status: plr_status, _ error: plr_error
  ) -> Refusal {
    Refusal(
      code, field: "state.\(function)",
      found: error.code == PLR_OK ? "status \(status) without a reason" : error.text,
      expected: "PLR_OK", fix: "see the plugin's own words, or ask its author")
  }
}
