internal import FoundationEssentials

/// `package-runtime/1`: what was packaged, as JSON. Frozen: fields may be added, never changed.
public struct PackageSchema1: Codable, Equatable, Sendable {
  public struct Toolchain: Codable, Equatable, Sendable {
    public var swift: String
    public var target: String
  }

  public struct File: Codable, Equatable, Sendable {
    public enum Role: String, Codable, Sendable {
      case host, plugin, runtime, forwarding, library, record, debug, license

      /// Where a file of that role lies in a bundle.
      func place(of name: String) -> String {
        switch self {
        case .host: "bin/" + name
        case .plugin: "lib/plugins/" + name
        case .runtime, .forwarding, .library, .record: "lib/" + name
        case .debug: "debug/" + name
        case .license: "licenses/" + name
        }
      }

      /// The directory that holds the libraries, as the loader is told by a file of that role.
      var searchPath: String? {
        switch self {
        case .host: "$ORIGIN/../lib"
        case .plugin: "$ORIGIN/.."
        case .runtime, .forwarding, .library: "$ORIGIN"
        case .record, .debug, .license: nil
        }
      }
    }
    /// Below the directory.
    public var path: String
    public var role: Role
    /// Bytes.
    public var size: Int
    /// Hexadecimal digits.
    public var sha256: String
    public var buildID: String?
    public var runpath: String?
    /// What was taken out of it for debuggers lies there, below the directory.
    public var debug: String?
    /// Who needs it, below the directory, or why else it is here; in byte order.
    public var because: [String]
  }

  public struct SystemLibrary: Codable, Equatable, Sendable {
    public var name: String
    public var because: [String]
  }

  public var schema = "package-runtime/1"
  /// "toolchain", "merged" or "trimmed".
  public var packaging: String
  public var toolchain: Toolchain
  /// Where the files lie; absent in a bundle's own manifest, which moves with them.
  public var directory: String?
  public var files: [File]
  /// What is left to the system; absent where libraries alone were made.
  public var system: [SystemLibrary]?
  /// The oldest version of glibc that has what the files ask for; absent where they ask for none.
  public var glibc: String?
  /// How many symbols the runtime library exports; absent for the toolchain's packaging.
  public var exports: Int?
  /// How a plugin of object files is linked against the runtime library.
  public var pluginCommand: [String]?

  /// The document as text.
  public func encoded() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// Whether `text` is a document of this schema.
  static func isDocument(_ text: [UInt8]) -> Bool {
    struct Head: Decodable { var schema: String }
    return (try? JSONDecoder().decode(Head.self, from: Data(text)))?.schema == "package-runtime/1"
  }
}
