internal import Platform

/// Runs commands in a name space of mounts of their own: other processes see nothing of it.
public enum PrivateMounts {
  /// Why there are none here; nil where there are. Only root may, and not in every container.
  public static let refusal: String? = {
    do {
      let run = try CommandRun(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
      return run.status.isSuccess ? nil : "unshare and mount: \(run.errors)"
    } catch {
      return "\(error)"
    }
  }()

  /// Whether there are any; says on standard error why not.
  public static var areAllowed: Bool {
    guard let refusal else { return true }
    printError("skipped, because the machine lets nobody mount privately: \(refusal)")
    return false
  }

  /// Runs `command` under the environment given with empty directories in place of `hidden`.
  public static func run(
    _ command: [String], hiding hidden: [String], environment: [String]
  ) throws -> CommandRun {
    try run(
      command, after: hidden.map { "mount -t tmpfs tmpfs '\($0)'" }, environment: environment)
  }

  /// Runs `command` with a file system at `directory` that is empty and can only be read.
  public static func run(_ command: [String], readOnly directory: String) throws -> CommandRun {
    try run(
      command, after: ["mount -t tmpfs -o ro tmpfs '\(directory)'"],
      environment: processEnvironment())
  }

  /// Runs `command` where what lies in `directory` can be read and not changed.
  public static func run(_ command: [String], onReadOnlyMedia directory: String) throws
    -> CommandRun
  {
    try run(
      command,
      after: [
        "mount --bind '\(directory)' '\(directory)'",
        "mount -o remount,bind,ro '\(directory)'",
      ], environment: processEnvironment())
  }

  /// Runs `command` with an empty file system of `size` bytes at `directory`.
  public static func run(
    _ command: [String], withSpace size: Int, at directory: String
  ) throws -> CommandRun {
    try run(
      command, after: ["mount -t tmpfs -o size=\(size) tmpfs '\(directory)'"],
      environment: processEnvironment())
  }

  private static func run(
    _ command: [String], after mounts: [String], environment: [String]
  ) throws -> CommandRun {
    let script = (mounts + ["cd /", "exec env -i \"$@\""]).joined(separator: " && ")
    return try CommandRun(["unshare", "-m", "/bin/sh", "-c", script, "sh"] + environment + command)
  }
}
