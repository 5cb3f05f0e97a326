internal import CPluginABI
internal import CPluginProbe
internal import ELFReading
internal import PluginHost

/// The process in which a new plugin is loaded for a trial: it does with the plugin what a host does, and tells
/// on descriptor 3 how far it has come. Who starts it is `PluginProbe` in `PluginQuarantine`.
///
///     plugin-probe MEMORY FILE       MEMORY: bytes that the plugin may have
@main
enum PluginProbeMain {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let memory = UInt64(arguments[1]) else {
      fail("usage: plugin-probe MEMORY FILE, with descriptor 3 to tell on")
    }
    guard plugin_probe_begin(memory) == 0 else { fail("cannot bound this process") }
    do {
      try run(arguments[2])
    } catch {
      unsafe plugin_probe_tell("refused", error.description)
    }
    plugin_probe_end()
  }

  private static func run(_ path: String) throws(PluginHostError) {
    let host = try PluginHost(name: "plugin-probe")
    let observation = host.observe { event in
      switch event.to {
      case .admitted: unsafe plugin_probe_tell("stage", "load")
      case .loaded: unsafe plugin_probe_tell("stage", "init")
      default: break
      }
    }
    let id: PluginID
    do throws(PluginRefused) {
      id = try host.load(path)
    } catch {
      throw .refused(error)
    }
    // What its constructors have taken was given back; what its `init` has taken was not.
    plugin_probe_take_signals()
    unsafe plugin_probe_tell("stage", "call")
    for offer in Admission.check(path).manifest?.offers ?? [] {
      _ = unsafe try host.interface(of: id, offer.id, revision: offer.revision)
    }
    let trial = unsafe try host.interface(
      of: id, PLR_TRIAL_ID, revision: UInt32(PLR_TRIAL_REVISION))
    let account = unsafe try host.account(of: id)
    if let trial = unsafe trial {
      unsafe self.run(trial.assumingMemoryBound(to: plr_trial.self), account)
    }
    unsafe plugin_probe_tell("stage", "deinit")
    host.drainTimeoutNanoseconds = 1_000_000_000
    do throws(PluginHostError) {
      try host.unload(id)
    } catch {
      // Who holds on to it is the plugin itself: nobody else is here.
      guard case .busy = error else { throw error }
    }
    host.stopObserving(observation)
  }

  private static func run(_ trial: UnsafePointer<plr_trial>, _ account: UnsafePointer<plr_host>) {
    guard unsafe trial.pointee.size >= UInt32(PLR_TRIAL_SIZE_1_0),
      let function = unsafe trial.pointee.run
    else {
      unsafe plugin_probe_tell("failed", "its table of plr.trial is too short or has no run")
      return
    }
    var error = plr_error()
    error.size = UInt32(MemoryLayout<plr_error>.size)
    let status = unsafe function(account, &error)
    guard status != PLR_OK else { return }
    let words = unsafe withUnsafeBytes(of: &error.message) { message in
      unsafe String(decoding: message.prefix { $0 != 0 }, as: UTF8.self)
    }
    unsafe plugin_probe_tell("failed", words.isEmpty ? "status \(status) without a reason" : words)
  }

  private static func fail(_ reason: String) -> Never {
    unsafe plugin_probe_tell("refused", reason)
    plugin_probe_end()
  }
}
