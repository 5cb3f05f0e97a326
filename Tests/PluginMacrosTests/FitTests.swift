import CAllKinds
import CPluginABI
import PluginMacros
import PluginRuntime
import Testing

/// One after the other: they look at all that is registered for one interface.
@Suite("A table that does not fit is named before it is called", .serialized)
struct FitTests {
  /// Registers a table that `change` has spoiled, and says what whoever looks is told.
  private func misfits(_ change: (UnsafeMutablePointer<test_all_kinds>) -> Void) throws
    -> [PluginError]
  {
    let plugin = try Account("misfit")
    let host = try Account("host")
    let export = unsafe AllKindsExport(AllKindsInSwift(), account: plugin.host)
    var table = unsafe export.table.load(as: test_all_kinds.self)
    unsafe change(&table)
    return try unsafe withUnsafePointer(to: &table) { table in
      try #require(
        unsafe plr_registry_add(plugin.host, TEST_ALL_KINDS_ID, 1, 0, table, nil) == PLR_OK)
      defer { unsafe plr_registry_remove(plugin.host, TEST_ALL_KINDS_ID, 1, table) }
      let found = unsafe try AllKindsProxy.withFound(host.host) { $0 }
      #expect(found.fitting.isEmpty != found.misfits.isEmpty)
      // Who asks for the implementations alone gets none.
      let count = unsafe try AllKindsProxy.withImplementations(host.host) { $0.count }
      #expect(count == found.fitting.count)
      return withExtendedLifetime(export) { found.misfits }
    }
  }

  @Test("a table changed without a new revision")
  func changed() throws {
    let misfits = unsafe try misfits { unsafe $0.pointee.layout ^= 1 }
    #expect(misfits.map(\.code) == [PLR_ERROR_ABI_MISMATCH])
    #expect(misfits.first?.subject == "test.all-kinds/1")
    #expect(misfits.first?.message.contains("the table has another layout: it says 0x") == true)
    #expect(
      misfits.first?.message.contains("was changed without a new one; build plugin and host")
        == true)
  }

  @Test("a missing function, by its name")
  func missing() throws {
    let misfits = unsafe try misfits { unsafe $0.pointee.echo_texts = nil }
    #expect(misfits.first?.message.contains("a function is missing: 'echo_texts' is NULL") == true)
  }

  @Test("a shorter table, with both sizes, however short")
  func shorter() throws {
    let whole = unsafe MemoryLayout<test_all_kinds>.size
    for size in [0, 8, 16, whole - 8] {
      let misfits = unsafe try misfits { unsafe $0.pointee.size = UInt32(size) }
      #expect(
        misfits.first?.message.contains(
          "the table is too short: it has \(size) bytes, \(whole) are")
          == true)
    }
  }

  @Test("a table that says another revision than it was registered for")
  func revision() throws {
    let misfits = unsafe try misfits { unsafe $0.pointee.revision = 7 }
    #expect(misfits.first?.message.contains("it says revision 7") == true)
  }

  @Test("but a longer one fits, and one that says nothing of its layout")
  func fits() throws {
    let longer = unsafe try misfits { unsafe $0.pointee.size += 64 }
    let silent = unsafe try misfits { unsafe $0.pointee.layout = 0 }
    #expect(longer.isEmpty && silent.isEmpty)
  }

  @Test("C is told the same before it calls")
  func inC() throws {
    let account = try Account()
    let export = unsafe AllKindsExport(AllKindsInSwift(), account: account.host)
    var table = unsafe export.table.load(as: test_all_kinds.self)
    let size = unsafe MemoryLayout<test_all_kinds>.size
    func flaw() -> String? {
      unsafe plugin_table_flaw(&table, 1, size, AllKindsProxy.interfaceLayout).map {
        unsafe String(cString: $0)
      }
    }
    #expect(flaw() == nil)
    unsafe table.drop = nil
    #expect(flaw() == "a function is missing")
    unsafe table.layout = 5
    #expect(flaw() == "the table has another layout")
    unsafe table.size = 8
    #expect(flaw() == "the table is too short")
    #expect(unsafe plugin_table_flaw(nil, 1, size, 0) != nil)
    withExtendedLifetime(export) {}
  }

  @Test("the number in the header is the one that Swift has")
  func numbers() {
    #expect(AllKindsProxy.interfaceLayout == TEST_ALL_KINDS_LAYOUT)
    #expect(AllKindsExport.interfaceLayout == TEST_ALL_KINDS_LAYOUT)
    #expect(AllKindsExport.protocolNumber == AllKindsProxy.protocolNumber)
  }
}

@Suite("How an implementation is called")
struct CallWayTests {
  private func way(
    native: Bool = true, _ change: (UnsafeMutablePointer<plr_table_traits>) -> Void = { _ in }
  ) throws -> (way: CallWay, isItself: Bool) {
    let account = try Account()
    let implementation = AllKindsInSwift()
    let export = unsafe AllKindsExport(implementation, account: account.host)
    unsafe change(export.traits)
    let found = unsafe AllKindsProxy.implementation(
      at: export.table, account: account.host, native: native)
    // The same calls in any case.
    #expect(found.interface.echoInt(-7) == -7)
    #expect(try found.interface.echoText("a\0ü") == "a\0ü")
    return withExtendedLifetime(export) {
      (found.way, found.interface as? AllKindsInSwift === implementation)
    }
  }

  @Test("is natively, as the Swift value itself, where runtime, toolchain and protocol are shared")
  func native() throws {
    let (way, isItself) = unsafe try way()
    #expect(way == .native && isItself)
    #expect("\(way)" == "native")
  }

  @Test("is through the table where anything of that differs, and it says what")
  func table() throws {
    #expect(unsafe try way { unsafe $0.pointee.protocol ^= 1 }.way == .table(.otherProtocol))
    #expect(unsafe try way { unsafe $0.pointee.swift_runtime = nil }.way == .table(.otherRuntime))
    #expect(unsafe try way { unsafe $0.pointee.existential = nil }.way == .table(.notSwift))
    #expect(unsafe try way { unsafe $0.pointee.size = 8 }.way == .table(.notSwift))
    let other: StaticString = "Clang 99.0.0"
    let (way, isItself) = unsafe try way {
      unsafe $0.pointee.toolchain = UnsafeRawPointer(other.utf8Start).assumingMemoryBound(
        to: CChar.self)
    }
    #expect(way == .table(.otherToolchain) && !isItself)
    #expect("\(way)" == "table: its toolchain is another one")
  }

  @Test("is through the table where the caller wants that")
  func askedFor() throws {
    #expect(unsafe try way(native: false).way == .table(.askedFor))
  }

  @Test("is through the table for what is not Swift")
  func notSwift() throws {
    let account = try Account()
    let inC = AllKindsTests.InC(account)
    let found = unsafe AllKindsProxy.implementation(at: inC.table, account: account.host)
    #expect(found.way == .table(.notSwift))
    withExtendedLifetime(inC) {}
  }
}
