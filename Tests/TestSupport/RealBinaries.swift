internal import Glibc
internal import Platform

/// ELF files of this machine that nobody here built, in an order that stays the same.
public enum RealBinaries {
  /// The libraries that come with the toolchain: where the one this process runs with lies.
  public static let toolchain = (try? Readelf.core).map { elfFiles(in: Path.parent(of: $0)) } ?? []

  /// Plugins for audio, as Debian's package `swh-plugins` has them.
  public static let ladspa = elfFiles(in: "/usr/lib/ladspa")

  /// The C library's converters between character sets.
  public static let gconv = subdirectories(of: "/usr/lib").flatMap {
    elfFiles(in: Path.join($0, "gconv"))
  }

  /// CPython's own extension modules.
  public static let python = subdirectories(of: "/usr/lib")
    .filter { Path.name(of: $0).hasPrefix("python3") }
    .flatMap { elfFiles(in: Path.join($0, "lib-dynload")) }

  /// Some of the libraries that lie beside the C library.
  public static let systemLibraries =
    mappedFile("libc.so.6").map { sample(of: elfFiles(in: Path.parent(of: $0)), count: 120) } ?? []

  /// Some of the programs.
  public static let programs = sample(of: elfFiles(in: "/usr/bin"), count: 60)

  /// `count` of the files that have at most two megabytes, evenly spread over all of them.
  public static func sample(of paths: [String], count: Int) -> [String] {
    let small = paths.filter { (try? Files.status($0)?.byteCount).map { $0 <= 2 << 20 } ?? false }
    guard small.count > count else { return small }
    return (0..<count).map { small[$0 * small.count / count] }
  }

  /// The path of what this process has mapped under a name.
  static func mappedFile(_ name: String) -> String? {
    let lines = (try? Files.readText("/proc/self/maps"))?.split(separator: "\n") ?? []
    return lines.first { $0.hasSuffix("/" + name) }.flatMap { line in
      line.firstIndex(of: "/").map { String(line[$0...]) }
    }
  }

  private static func subdirectories(of directory: String) -> [String] {
    ((try? Files.list(directory)) ?? []).sorted().map { Path.join(directory, $0) }
      .filter { (try? Files.status($0)?.isDirectory) == true }
  }

  /// Regular ELF files that are no links, by name.
  private static func elfFiles(in directory: String) -> [String] {
    ((try? Files.list(directory)) ?? []).sorted().map { Path.join(directory, $0) }.filter { path in
      guard (try? Files.status(path)?.isRegularFile) == true,
        (try? Files.resolve(path)).map({ Path.name(of: $0) }) == Path.name(of: path),
        let file = try? FileDescriptor(opening: path, O_RDONLY | O_NONBLOCK)
      else { return false }
      return (try? file.readToEnd(limit: 4).prefix(4)) == [0x7f, 0x45, 0x4c, 0x46]
    }
  }
}
