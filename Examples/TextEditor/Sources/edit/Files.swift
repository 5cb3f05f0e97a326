import EditorCore
import Glibc

/// Texts in files.
struct Files: EditorFiles {
  struct Failure: Error, CustomStringConvertible {
    var description: String

    init(_ what: String, _ path: String) {
      description = unsafe "cannot \(what) '\(path)': \(String(cString: strerror(errno)))"
    }
  }

  func read(_ path: String) throws -> String {
    guard let file = unsafe fopen(path, "r") else {
      if errno == ENOENT { return "" }
      throw Failure("open", path)
    }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = unsafe fread(&chunk, 1, chunk.count, file), count > 0 {
      bytes += chunk[..<count]
    }
    guard unsafe ferror(file) == 0 else { throw Failure("read", path) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Beside the file and renamed, so that it is whole at any moment.
  func write(_ text: String, to path: String) throws {
    let draft = path + ".new"
    guard let file = unsafe fopen(draft, "w") else { throw Failure("write", draft) }
    let bytes = Array(text.utf8)
    let count = unsafe fwrite(bytes, 1, bytes.count, file)
    guard unsafe fclose(file) == 0, count == bytes.count else { throw Failure("write", draft) }
    guard unsafe rename(draft, path) == 0 else { throw Failure("write", path) }
  }
}
