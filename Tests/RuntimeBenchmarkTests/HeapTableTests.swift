import Testing

@testable import RuntimeBenchmark

@Suite("The table of a process's heap")
struct HeapTableTests {
  private static func report(_ rows: String, bytes: Int, blocks: Int, inUse: Int = 100_000) throws
    -> ProbeReport
  {
    try ProbeReport(
      """
      probe 1
      \(rows)
      heap.bytes \(bytes)
      heap.blocks \(blocks)
      heap.overhead 16
      heap.unfollowed 3
      heap.inUse \(inUse)
      end

      """)
  }

  @Test("has the host first, then plugins by size, then what is nobody's")
  func order() throws {
    let table = try #require(
      try HeapTable(
        Self.report(
          """
          heap 0 10 1 5 (unattributed)
          heap 2 20 2 6 small
          heap 2 300 3 7 a name with blanks
          heap 1 4 1 8 (host)
          heap 3 6 1 1 (other plugins)
          """, bytes: 340, blocks: 8)))
    #expect(
      table.rows.map(\.name) == [
        "(host)", "a name with blanks", "small", "(other plugins)", "(unattributed)",
      ])
    #expect(table.rows[1].liveBytes == 300 && table.rows[1].allocations == 7)
    #expect(table.unfollowed == 3 && table.blockOverhead == 16)
  }

  @Test("is refused where its rows do not come to what is tracked")
  func sums() throws {
    let rows = "heap 1 100 2 2 (host)"
    #expect(throws: HeapTable.Flaw.self) {
      try HeapTable(Self.report(rows, bytes: 101, blocks: 2))
    }
    #expect(throws: HeapTable.Flaw.self) {
      try HeapTable(Self.report(rows, bytes: 100, blocks: 3))
    }
  }

  @Test("is refused where more is tracked than the C library has in use")
  func total() throws {
    let rows = "heap 1 100 2 2 (host)"
    #expect(throws: HeapTable.Flaw.self) {
      try HeapTable(Self.report(rows, bytes: 100, blocks: 2, inUse: 147))
    }
    #expect(try HeapTable(Self.report(rows, bytes: 100, blocks: 2, inUse: 148)) != nil)
  }

  @Test("is absent where nothing was tracked, and a row that is none is an error")
  func absent() throws {
    #expect(try HeapTable(try ProbeReport("probe 1\nplugins 2\nend\n")) == nil)
    for line in ["heap 9 1 1 1 name", "heap 1 -1 1 1 name", "heap 1 1 1 name"] {
      #expect(throws: ProbeReport.Failure.malformed(line: line)) {
        try ProbeReport("probe 1\n\(line)\nend\n")
      }
    }
  }
}
