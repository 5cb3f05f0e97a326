internal import Glibc
internal import Platform
internal import PluginHost

/// What a host's whole way from a path to a plugin that is active takes, beside `dlopen(3)` and `dlsym(3)` alone of
/// equal files, in one process and in turns.
///
///     host-pipeline SET…                 times the sets; see `loading`
///     host-pipeline --hold SET WAY       loads the set and tells its pages, and waits for the end of its input
///
/// A SET is a directory with the directories `bare`, `first`, `cached` and `copied`, which hold as many copies of
/// one plugin, each by another name.
@main
enum HostPipeline {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      if arguments.count == 3, arguments[0] == "--hold" {
        try PageReport(set: arguments[1], way: arguments[2]).run()
      } else {
        for set in arguments { try Timing(set: set).run() }
      }
    } catch {
      printError("host-pipeline: \(error)")
      exitProcess(1)
    }
  }

  /// The median; of an even number the higher one of the middle.
  static func median(_ values: [UInt64]) -> UInt64 { values.sorted()[values.count / 2] }
}
