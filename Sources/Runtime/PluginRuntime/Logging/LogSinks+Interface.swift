import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

/// Ids of sinks, and the lock of those who open and remove deferred ones.
private let nextSink = Mutex(PLR_LOG_SINK_STANDARD_ERROR + 1)

private func newSinkID() -> plr_log_sink {
  nextSink.withLock { next in
    next += 1
    return next - 1
  }
}

@c @implementation
public func plr_log_add_file_sink(
  _ path: UnsafePointer<CChar>!, _ sink: UnsafeMutablePointer<plr_log_sink>!,
  _ error: UnsafeMutablePointer<plr_error>!
) -> plr_status {
  guard let path = unsafe path, let sink = unsafe sink else {
    return unsafe plugin_fail(
      error, PLR_ERROR_INVALID_ARGUMENT, "sink", "a file sink needs a path and a place for its id")
  }
  let descriptor = unsafe open(path, LogFile.flags, 0o644)
  guard descriptor >= 0 else {
    return unsafe plugin_fail(error, PLR_ERROR_SYSTEM, path, String(cString: strerror(errno)))
  }
  let id = newSinkID()
  ImmediateSinks.shared.add(id, .descriptor(descriptor, ownsIt: true, isColored: false))
  unsafe sink.pointee = id
  return PLR_OK
}

@c @implementation
public func plr_log_add_callback_sink(
  _ callback: plr_log_callback!, _ context: UnsafeMutableRawPointer!,
  _ sink: UnsafeMutablePointer<plr_log_sink>!, _ error: UnsafeMutablePointer<plr_error>!
) -> plr_status {
  guard let callback = unsafe callback, let sink = unsafe sink else {
    return unsafe plugin_fail(
      error, PLR_ERROR_INVALID_ARGUMENT, "sink", "a sink needs a callback and a place for its id")
  }
  let id = newSinkID()
  // Before it can be called.
  unsafe sink.pointee = id
  unsafe ImmediateSinks.shared.add(id, .callback(callback, context))
  return PLR_OK
}

@c @implementation
public func plr_log_open_sink(
  _ options: UnsafePointer<plr_log_sink_options>!, _ sink: UnsafeMutablePointer<plr_log_sink>!,
  _ error: UnsafeMutablePointer<plr_error>!
) -> plr_status {
  guard let options = unsafe options, let sink = unsafe sink,
    unsafe options.pointee.size >= UInt32(MemoryLayout<plr_log_sink_options>.size)
  else {
    return unsafe plugin_fail(
      error, PLR_ERROR_INVALID_ARGUMENT, "sink",
      "a sink needs options with their size and a place for its id")
  }
  let wanted = unsafe options.pointee
  guard unsafe wanted.format <= PLR_LOG_FORMAT_JSON, unsafe wanted.color <= PLR_LOG_COLOR_NEVER,
    unsafe wanted.threshold <= PLR_LOG_OFF
  else {
    return unsafe plugin_fail(
      error, PLR_ERROR_INVALID_ARGUMENT, "sink", "format, color and threshold must be known ones")
  }
  Runtime.prepare()
  var format =
    unsafe wanted.format == PLR_LOG_FORMAT_JSON ? LogFormat.json : .text(isColored: false)
  let target: DeferredSink.Target
  switch unsafe wanted.target {
  case PLR_LOG_TARGET_STANDARD_ERROR:
    if case .text = format {
      format = unsafe .text(
        isColored: wanted.color == PLR_LOG_COLOR_ALWAYS
          || (wanted.color == PLR_LOG_COLOR_AUTO && LogFormat.isColoredByDefault))
    }
    target = .descriptor(STDERR_FILENO)
  case PLR_LOG_TARGET_FILE:
    guard let path = unsafe wanted.path else {
      return unsafe plugin_fail(
        error, PLR_ERROR_INVALID_ARGUMENT, "sink", "a file sink needs a path")
    }
    guard let copy = unsafe LogFile.copy(of: path) else {
      return unsafe plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, path, "no memory for a sink")
    }
    let descriptor = unsafe open(path, LogFile.flags, 0o644)
    guard descriptor >= 0 else {
      let words = unsafe String(cString: strerror(errno))
      unsafe free(copy)
      return unsafe plugin_fail(error, PLR_ERROR_SYSTEM, path, words)
    }
    target = unsafe .file(
      LogFile(
        descriptor, path: copy, maximalBytes: wanted.rotate_bytes,
        maximalNanoseconds: wanted.rotate_nanoseconds,
        keptFiles: wanted.kept_files == 0 ? 5 : Int(min(wanted.kept_files, 1000))))
  case PLR_LOG_TARGET_JOURNAL:
    let path = unsafe String(cString: wanted.path ?? staticPointer("/run/systemd/journal/socket"))
    let socket = runtime_open_datagram_socket()
    guard socket >= 0, let copy = unsafe strdup(path) else {
      return unsafe plugin_fail(error, PLR_ERROR_SYSTEM, path, String(cString: strerror(errno)))
    }
    guard unsafe access(path, W_OK) == 0 else {
      let words = unsafe String(cString: strerror(errno))
      close(socket)
      unsafe free(copy)
      return unsafe plugin_fail(error, PLR_ERROR_SYSTEM, path, words)
    }
    format = .journal
    target = unsafe .journal(socket: socket, path: copy)
  case PLR_LOG_TARGET_CALLBACK:
    guard let callback = unsafe wanted.callback else {
      return unsafe plugin_fail(
        error, PLR_ERROR_INVALID_ARGUMENT, "sink", "a callback sink needs a callback")
    }
    target = unsafe .callback(callback, wanted.context)
  default:
    return unsafe plugin_fail(
      error, PLR_ERROR_INVALID_ARGUMENT, "sink", "the target must be a known one")
  }
  let id = newSinkID()
  guard
    let opened = unsafe DeferredSink(
      id: id, threshold: wanted.threshold, format: format, target: target)
  else {
    DeferredSink.discard(target)
    return unsafe plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, "sink", "no memory for a sink")
  }
  let failure = nextSink.withLock { _ in LogWriter.shared.start() }
  guard failure == 0 else {
    opened.close()
    return unsafe plugin_fail(
      error, PLR_ERROR_SYSTEM, "writer", String(cString: strerror(failure)))
  }
  unsafe sink.pointee = id
  LogWriter.shared.add(opened)
  return PLR_OK
}

func staticPointer(_ text: StaticString) -> UnsafePointer<CChar> {
  unsafe UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

@c @implementation
public func plr_log_remove_sink(_ sink: plr_log_sink) -> plr_status {
  if let status = ImmediateSinks.shared.remove(sink) { return status }
  guard LogWriter.shared.has(sink) else { return PLR_ERROR_NOT_FOUND }
  guard !LogWriter.shared.isWriterThread else { return PLR_ERROR_BUSY }
  _ = LogWriter.shared.flush(timeoutNanoseconds: .max)
  guard let taken = LogWriter.shared.take(sink) else { return PLR_ERROR_NOT_FOUND }
  // The pass under way may still have it.
  _ = LogWriter.shared.flush(timeoutNanoseconds: .max)
  taken.close()
  return PLR_OK
}

@c @implementation
public func plr_log_flush_on_crash(_ error: UnsafeMutablePointer<plr_error>!) -> plr_status {
  // Made here: a handler of signals must not be the first to need it.
  _ = LogWriter.shared
  ThreadRecord.keepAlternateStacks()
  let failure = runtime_on_crash { LogWriter.shared.writeInCrash() }
  guard failure == 0 else {
    return unsafe plugin_fail(error, PLR_ERROR_SYSTEM, "signal", String(cString: strerror(failure)))
  }
  return PLR_OK
}
