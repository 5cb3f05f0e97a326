import ELFInspection
import Glibc
import Platform
import SizeAnalysis
import TestSupport
import Testing

@Suite("A file that does not stay as it is", .serialized)
struct ChangingFileTests {
  /// Reads a file again and again while another thread does something to it.
  private func codes(
    whileDoing change: @escaping @Sendable (_ path: String, _ good: [UInt8]) throws -> Void
  ) throws -> Set<ELFError.Code> {
    let path = Path.join(try TemporaryDirectory.make(), "library.so")
    let good = try Files.read(try LyingFile.Base.swift.path())
    try FileEdits.write(good, to: path)
    let isDone = Guarded(false)
    let thread = TestThread {
      while !isDone.withLock({ $0 }) { try? change(path, good) }
    }
    var codes: Set<ELFError.Code> = []
    for _ in 0..<150 {
      let set = FileSet.read([[path]], depth: .symbols)[0]
      for error in set.failures { codes.insert(error.code) }
      for file in set.files {
        #expect(file.accountedFileSize == file.fileSize)
        #expect(file.ownership()?.total == file.fileSize)
      }
    }
    isDone.withLock { $0 = true }
    thread.join()
    return codes
  }

  @Test("that is cut and made whole again is refused or read whole, and raises no signal")
  func cut() throws {
    let codes = try codes { path, good in
      try retrying("truncate", path) { unsafe truncate(path, good.count / 3) }
      let file = try FileDescriptor(opening: path, O_WRONLY)
      try file.write(good)
    }
    #expect(codes.isSubset(of: [.changed, .truncated]), "\(codes)")
    #expect(!codes.isEmpty, "nothing was ever cut while it was read")
  }

  @Test("that grows is refused or read whole")
  func grows() throws {
    let codes = try codes { path, good in
      for step in 0..<64 {
        try retrying("truncate", path) { unsafe truncate(path, good.count + step * 4096) }
      }
    }
    #expect(codes.isSubset(of: [.changed]), "\(codes)")
  }

  @Test("that is replaced by renaming is always read whole")
  func renamed() throws {
    let codes = try codes { path, good in
      try FileEdits.write(good, to: path + ".new")
      try Files.rename(path + ".new", to: path)
    }
    #expect(codes.isEmpty, "\(codes)")
  }
}

@Suite("What is no regular file, or has no bytes")
struct OtherFileTests {
  @Test("gets a sentence that says so")
  func sentences() throws {
    let directory = try TemporaryDirectory.make()
    let fifo = Path.join(directory, "fifo")
    try FileEdits.makeFIFO(fifo)
    let empty = Path.join(directory, "empty")
    try FileEdits.write([], to: empty)
    let set = FileSet.read(
      [
        [
          fifo, directory, "/dev/null", "/dev/zero", "/dev/full", empty, "/proc/self/maps",
          "/proc/self/mem", "/proc/kcore/nothing", Path.join(directory, "nothing"),
        ]
      ], depth: .symbols)[0]
    #expect(set.files.isEmpty)
    #expect(
      set.failures.map(\.code) == [
        .notELF, .notELF, .notELF, .notELF, .notELF, .notELF, .notELF, .notELF, .unreadable,
        .unreadable,
      ])
    for error in set.failures {
      #expect(!error.found.isEmpty && error.description.contains("expected"), "\(error)")
    }
  }
}
