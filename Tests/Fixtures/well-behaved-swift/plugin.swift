// A whole Swift plugin, resident as such plugins are.
import CFixture
import PluginKit

@section(".note.plugin-runtime") @used
private let manifest: {{manifest-type}} = {{manifest well-behaved-swift 0}}

/// A conformance, which Swift's runtime keeps the address of.
struct Answer: CustomStringConvertible, Hashable {
  var value: UInt64
  var description: String { "\(value)" }
}

nonisolated(unsafe) private var context: PluginContext?
nonisolated(unsafe) private var block: UnsafeMutableRawBufferPointer?

nonisolated(unsafe) private var unit = unsafe fixture_unit(
  size: UInt32(MemoryLayout<fixture_unit>.size), revision: UInt32(FIXTURE_UNIT_REVISION),
  answer: { input in
    let answers: [any CustomStringConvertible] = [Answer(value: 3 &* input &+ 1)]
    return UInt64("\(answers[0])") ?? 0
  },
  log: { level, message in
    let text = unsafe message.map { unsafe String(cString: $0) } ?? ""
    unsafe context?.log(PluginLogLevel(rawValue: level), category: "fixture", text)
  },
  runtime: { unsafe context?.runtimeIdentity })

nonisolated(unsafe) private var table = unsafe plr_plugin(
  init: { host, error in
    do throws(PluginError) {
      let attached = unsafe try PluginContext(attachingTo: host)
      unsafe block = attached.allocate(byteCount: Int(FIXTURE_BLOCK_SIZE))
      // Under the name that the host gave, not one that is written here: as the C fixtures do.
      var reason = plr_error()
      reason.size = UInt32(MemoryLayout<plr_error>.size)
      let status = unsafe plr_registry_add(
        attached.table, attached.table.pointee.name, UInt32(FIXTURE_UNIT_REVISION), 0,
        pointer(to: &unit), &reason)
      guard status == PLR_OK else { throw PluginError(code: status, reason) }
      attached.log(.notice, category: "fixture", "init")
      unsafe context = consume attached
      return PLR_OK
    } catch let failure {
      return unsafe failure.write(to: error)
    }
  },
  deinit: { _ in
    if let block = unsafe block { unsafe context?.deallocate(block) }
    unsafe context?.log(.notice, category: "fixture", "deinit")
    unsafe block = nil
    unsafe context = nil
  },
  queryInterface: { id, revision in
    unsafe matches(id, "fixture.unit") && revision == FIXTURE_UNIT_REVISION
      ? UnsafeRawPointer(pointer(to: &unit)) : nil
  })

@c(plugin_entry)
public func pluginEntry(
  _ host: UnsafePointer<plr_host>?, _ error: UnsafeMutablePointer<plr_error>?
) -> UnsafePointer<plr_plugin>? {
  unsafe pointer(to: &table)
}
