@_exported public import CPluginABI
@_exported public import PluginRuntime

/// A plugin's connection to the runtime: what it allocates, logs and registers is charged to it.
///
/// Made in the plugin's `init` from the host's table and ended in its `deinit`. It calls the runtime
/// that the plugin is linked with; where that is also the host's, nothing lies between.
@safe public struct PluginContext: ~Copyable {
  @usableFromInline let host: UnsafePointer<plr_host>

  /// Attaches to the runtime on behalf of the plugin that was given `host`.
  ///
  /// - Throws: `PluginError` where the host's ABI does not fit or there is no memory.
  @inlinable
  public init(attachingTo host: UnsafePointer<plr_host>?) throws(PluginError) {
    var error = plr_error()
    error.size = UInt32(MemoryLayout<plr_error>.size)
    guard let attached = unsafe plr_attach(host, &error) else {
      throw PluginError(code: error.code, error)
    }
    unsafe self.host = attached
  }

  @inlinable
  deinit {
    unsafe plr_detach(host)
  }

  /// The table that stands for this plugin in calls to `plr_…`.
  @inlinable
  public var table: UnsafePointer<plr_host> { unsafe host }

  /// Which copy of the runtime this plugin uses; equal for all who share one.
  @inlinable
  public var runtimeIdentity: UnsafeRawPointer { unsafe plr_runtime_identity() }

  /// Writes `message` to the log if its level passes; otherwise the message is not even made.
  @inlinable
  public func log(
    _ level: PluginLogLevel, category: StaticString = "", _ message: @autoclosure () -> String
  ) {
    guard unsafe plr_log_is_enabled(host, level.rawValue) != 0 else { return }
    var text = message()
    text.withUTF8 { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
        unsafe category.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) { category in
          unsafe plr_log_write(host, level.rawValue, category, bytes.baseAddress, bytes.count)
        }
      }
    }
  }

  /// A block of `byteCount` bytes that belongs to this plugin, or nil where there is none to be had.
  ///
  /// The block is undefined memory; it is given back with ``deallocate(_:)`` or, when the plugin is
  /// retired, by the runtime.
  @inlinable
  public func allocate(byteCount: Int, alignment: Int = 16) -> UnsafeMutableRawBufferPointer? {
    guard let block = unsafe plr_allocate(host, byteCount, alignment) else { return nil }
    return unsafe UnsafeMutableRawBufferPointer(start: block, count: byteCount)
  }

  /// Frees a block of ``allocate(byteCount:alignment:)``.
  @inlinable
  public func deallocate(_ block: UnsafeMutableRawBufferPointer) {
    unsafe plr_deallocate(host, block.baseAddress)
  }

  /// Offers `table`, which must stay where it is until the plugin's `deinit`, as an implementation.
  ///
  /// - Throws: `PluginError` with `PLR_ERROR_ALREADY_EXISTS` for the same table under the same id.
  @inlinable
  public func register<Table>(
    _ id: StaticString, revision: UInt32, priority: Int32 = 0, table: UnsafePointer<Table>
  ) throws(PluginError) {
    var error = plr_error()
    error.size = UInt32(MemoryLayout<plr_error>.size)
    let status = unsafe id.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) { id in
      unsafe plr_registry_add(host, id, revision, priority, table, &error)
    }
    guard status == PLR_OK else { throw PluginError(code: status, error) }
  }

  /// Takes an implementation back. True if it was there.
  @discardableResult @inlinable
  public func unregister<Table>(
    _ id: StaticString, revision: UInt32, table: UnsafePointer<Table>
  ) -> Bool {
    unsafe id.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) { id in
      unsafe plr_registry_remove(host, id, revision, table) == PLR_OK
    }
  }
}

/// The severities of the log, those of `plr_log.h`.
public struct PluginLogLevel: Sendable {
  public let rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Every step.
  @inlinable public static var trace: Self { Self(rawValue: PLR_LOG_TRACE) }
  /// What helps to find a mistake.
  @inlinable public static var debug: Self { Self(rawValue: PLR_LOG_DEBUG) }
  /// What happens anyway.
  @inlinable public static var info: Self { Self(rawValue: PLR_LOG_INFO) }
  /// What somebody may want to know.
  @inlinable public static var notice: Self { Self(rawValue: PLR_LOG_NOTICE) }
  /// What may become a failure.
  @inlinable public static var warning: Self { Self(rawValue: PLR_LOG_WARNING) }
  /// Something failed.
  @inlinable public static var error: Self { Self(rawValue: PLR_LOG_ERROR) }
  /// The plugin or its host cannot go on.
  @inlinable public static var critical: Self { Self(rawValue: PLR_LOG_CRITICAL) }
}
