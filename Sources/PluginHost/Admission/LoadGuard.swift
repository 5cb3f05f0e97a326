/// Is asked of a file that is admitted, the last before any code of it runs in this process.
///
/// The host knows nothing of how that is found out; whoever wants files to be tried in another process first
/// gives it a value of the module `PluginQuarantine`, or one of their own.
public protocol LoadGuard: AnyObject {
  /// These are about to be asked for one after the other: what takes long may be done for all at once.
  func prepare(_ paths: [String])

  /// Why the file at `path` must not be loaded; nil where it may be. [host-thread]
  func refusal(of path: String) -> Refusal?
}
