import Glibc
import Platform
import TestSupport
import Testing

@Suite("A sealed copy of a file")
struct SealedCopyTests {
  private static func copy(_ file: borrowing FileDescriptor, of status: FileStatus) -> Int32 {
    do throws(SystemError) {
      _ = try file.sealedCopy(of: status)
      return 0
    } catch {
      return error.code
    }
  }

  @Test("has the bytes of the file, and nobody can change them")
  func holds() throws {
    let directory = try TemporaryDirectory()
    let bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try FileEdits.write(bytes, to: directory.file("a"))
    let file = try FileDescriptor(opening: directory.file("a"), O_RDONLY)
    let copy = try file.sealedCopy(of: try file.status())
    var held = [UInt8](repeating: 0, count: bytes.count + 1)
    #expect(try copy.read(&held, at: 0) == bytes.count)
    #expect(held.dropLast() == bytes[...])
    #expect(unsafe write(copy.rawValue, "x", 1) == -1 && errno == EPERM)
    #expect(ftruncate(copy.rawValue, 1) == -1)
  }

  @Test("is not made of one that is written to, nor of one that is absurdly large")
  func refusals() throws {
    let directory = try TemporaryDirectory()
    try FileEdits.write([1, 2, 3], to: directory.file("a"))
    let file = try FileDescriptor(opening: directory.file("a"), O_RDONLY)
    let status = try file.status()
    #expect(Self.copy(file, of: status) == 0)
    var other = status
    other.changeNanoseconds -= 1
    #expect(Self.copy(file, of: other) == EAGAIN)
    other = status
    for byteCount in [2, 4, FileDescriptor.largestCopy] {
      other.byteCount = byteCount
      #expect(Self.copy(file, of: other) == EAGAIN)
    }
    for byteCount in [FileDescriptor.largestCopy + 1, .max] {
      other.byteCount = byteCount
      #expect(Self.copy(file, of: other) == EFBIG)
    }
  }
}
