// A plugin in Embedded Swift: it asks its host for everything and brings no runtime of its own.
import CFixture
import CPluginABI

@section(".note.plugin-runtime") @used
private let manifest: {{manifest-type}} = {{manifest well-behaved-embedded 1}}

nonisolated(unsafe) private var host: UnsafePointer<plr_host>?
nonisolated(unsafe) private var log: UnsafePointer<plr_log>?
nonisolated(unsafe) private var registry: UnsafePointer<plr_registry>?
nonisolated(unsafe) private var allocator: UnsafePointer<plr_allocator>?
nonisolated(unsafe) private var block: UnsafeMutableRawPointer?

/// A class, so that reference counting is part of the plugin.
final class Answer {
  let value: UInt64
  init(_ input: UInt64) { value = 3 &* input &+ 1 }
}

private func write(_ level: UInt32, _ text: StaticString) {
  text.utf8Start.withMemoryRebound(to: CChar.self, capacity: text.utf8CodeUnitCount) {
    log?.pointee.write(host, level, "fixture", $0, text.utf8CodeUnitCount)
  }
}

nonisolated(unsafe) private var unit = fixture_unit(
  size: UInt32(MemoryLayout<fixture_unit>.size), revision: UInt32(FIXTURE_UNIT_REVISION),
  answer: { input in
    let answers = (0..<4).map { _ in Answer(input) }
    return answers[3].value
  },
  log: { level, message in
    var length = 0
    while message![length] != 0 { length += 1 }
    log?.pointee.write(host, level, "fixture", message, length)
  },
  runtime: { host?.pointee.runtime })

/// A service of the host as its table.
private func service<Table>(
  _ id: StaticString, _ revision: Int32, as type: Table.Type
) -> UnsafePointer<Table>? {
  id.utf8Start.withMemoryRebound(to: CChar.self, capacity: id.utf8CodeUnitCount) {
    host?.pointee.query_interface(host, $0, UInt32(revision))
  }.map { $0.assumingMemoryBound(to: Table.self) }
}

nonisolated(unsafe) private var table = plr_plugin(
  size: UInt32(MemoryLayout<plr_plugin>.size), abi_major: UInt16(PLR_ABI_MAJOR),
  abi_minor: UInt16(PLR_ABI_MINOR),
  init: { given, error in
    host = given
    log = service("plr.log", PLR_LOG_REVISION, as: plr_log.self)
    registry = service("plr.registry", PLR_REGISTRY_REVISION, as: plr_registry.self)
    allocator = service("plr.allocator", PLR_ALLOCATOR_REVISION, as: plr_allocator.self)
    block = allocator?.pointee.allocate(host, Int(FIXTURE_BLOCK_SIZE), 0)
    write(PLR_LOG_NOTICE, "init")
    return registry?.pointee.add(
      host, host?.pointee.name, UInt32(FIXTURE_UNIT_REVISION), 0, &unit, error)
      ?? PLR_ERROR_NOT_FOUND
  },
  deinit: { _ in
    _ = registry?.pointee.remove(host, host?.pointee.name, UInt32(FIXTURE_UNIT_REVISION), &unit)
    allocator?.pointee.deallocate(host, block)
    write(PLR_LOG_NOTICE, "deinit")
  },
  query_interface: { id, revision in
    let expected: StaticString = "fixture.unit"
    for index in 0...expected.utf8CodeUnitCount
    where UInt8(bitPattern: id![index]) != expected.utf8Start[index] {
      return nil
    }
    guard revision == UInt32(FIXTURE_UNIT_REVISION) else { return nil }
    return withUnsafePointer(to: &unit) { UnsafeRawPointer($0) }
  })

@c(plugin_entry)
public func pluginEntry(
  _ host: UnsafePointer<plr_host>?, _ error: UnsafeMutablePointer<plr_error>?
) -> UnsafePointer<plr_plugin>? {
  withUnsafePointer(to: &table) { $0 }
}
