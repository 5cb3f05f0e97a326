public import CPluginABI

/// An interface of the registry by id and revision, whose tables are `Table`s.
///
/// That the id and revision mean this type is what whoever makes one promises.
@safe public struct Interface<Table>: @unchecked Sendable {
  @usableFromInline let services: Services
  @usableFromInline let interface: UnsafePointer<plr_interface>
  private let id: StaticString
  let revision: UInt32

  /// - Returns: nil where `id` is no id or there is no memory.
  public init?(_ services: Services, _ id: StaticString, revision: UInt32, as type: Table.Type) {
    let found = unsafe id.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) {
      unsafe services.registry.pointee.find(services.host, $0, revision)
    }
    guard let found = unsafe found else { return nil }
    self.services = services
    unsafe interface = found
    self.id = id
    self.revision = revision
  }

  func withID<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    unsafe id.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) { unsafe body($0) }
  }

  /// Offers `table`, which must live until it is taken back or the plugin is retired.
  ///
  /// The corresponding C function is `plr_registry_add`; implementations are found in descending
  /// `priority`, then in the order they came.
  ///
  /// - Returns: `PLR_OK`, `PLR_ERROR_ALREADY_EXISTS` for a table that is offered already,
  ///   `PLR_ERROR_RETIRED` or `PLR_ERROR_OUT_OF_MEMORY`.
  public func add(_ table: UnsafePointer<Table>, priority: Int32 = 0) -> plr_status {
    unsafe withID {
      unsafe services.registry.pointee.add(services.host, $0, revision, priority, table, nil)
    }
  }

  /// Takes `table` back. References that are held stay valid.
  ///
  /// - Returns: `PLR_OK` or `PLR_ERROR_NOT_FOUND`.
  public func remove(_ table: UnsafePointer<Table>) -> plr_status {
    unsafe withID {
      unsafe services.registry.pointee.remove(services.host, $0, revision, table)
    }
  }

  /// How many implementations there are now.
  public var count: Int {
    unsafe withID {
      unsafe Int(services.registry.pointee.count(services.host, $0, revision))
    }
  }

  /// Pins all implementations that there are at one moment and calls `body` with their tables, in their
  /// order; nil where there is no memory or the plugin was retired.
  public func withAll<Result>(_ body: ([UnsafePointer<Table>]) -> Result) -> Result? {
    var references = unsafe [plr_reference]()
    var count = self.count
    while true {
      unsafe references = unsafe [plr_reference](
        repeating: plr_reference(table: nil, token: 0), count: count)
      let status = unsafe services.registry.pointee.acquire_all(
        services.host, interface, &references, count, &count)
      if status == PLR_OK { break }
      // More have come since they were counted.
      guard status == PLR_ERROR_INVALID_ARGUMENT else { return nil }
    }
    defer {
      for index in 0..<count {
        _ = unsafe services.registry.pointee.release(services.host, &references[index])
      }
    }
    var tables = unsafe [UnsafePointer<Table>]()
    for index in 0..<count {
      unsafe tables.append(references[index].table.assumingMemoryBound(to: Table.self))
    }
    return unsafe body(tables)
  }

  /// Pins implementation `index`, 0 being the first in order; nil where there are not so many.
  public func acquire(_ index: UInt32 = 0) -> Reference<Table>? {
    var reference = unsafe plr_reference()
    let status = unsafe services.registry.pointee.acquire_found(
      services.host, interface, index, &reference)
    guard status == PLR_OK else { return nil }
    return unsafe Reference(services: services, reference: reference)
  }

  /// Keeps the first implementation at hand.
  public func cached() -> CachedInterface<Table> { CachedInterface(self) }
}

/// A pinned implementation: its plugin is not taken down before this goes.
@safe public struct Reference<Table>: ~Copyable {
  private let services: Services
  private var reference: plr_reference

  init(services: Services, reference: plr_reference) {
    self.services = services
    unsafe self.reference = reference
  }

  deinit {
    var reference = unsafe reference
    _ = unsafe services.registry.pointee.release(services.host, &reference)
  }

  /// The table, which must not be used after the reference has gone.
  public var table: UnsafePointer<Table> {
    unsafe reference.table.assumingMemoryBound(to: Table.self)
  }
}

/// The first implementation of an interface, for one thread that asks often: one load and a comparison as
/// long as no other has become the first. Keeps the plugin behind it from being taken down until it is asked again
/// or goes.
@safe public struct CachedInterface<Table>: ~Copyable {
  @usableFromInline let services: Services
  @usableFromInline var cached: plugin_cached_reference

  init(_ interface: Interface<Table>) {
    services = interface.services
    unsafe cached = plugin_cached_reference()
    unsafe cached.interface_ = interface.interface
  }

  deinit {
    var reference = unsafe cached.reference
    if unsafe reference.token != 0 {
      _ = unsafe services.registry.pointee.release(services.host, &reference)
    }
  }

  /// nil where nobody implements it. Not to be kept: ask again.
  @inlinable @inline(__always)
  public mutating func table() -> UnsafePointer<Table>? {
    unsafe plugin_cached_table(services.registry, services.host, &cached)?
      .assumingMemoryBound(to: Table.self)
  }
}
