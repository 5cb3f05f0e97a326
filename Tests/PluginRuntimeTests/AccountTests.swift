import CPluginABI
import Testing

@Suite("Accounts")
struct AccountTests {
  @Test("are a table of this version")
  func hostTable() {
    let account = TestAccount()
    let table = unsafe account.host.pointee
    #expect(unsafe table.size == UInt32(MemoryLayout<plr_host>.size))
    #expect(unsafe table.abi_major == UInt16(PLR_ABI_MAJOR))
    #expect(unsafe table.abi_minor == UInt16(PLR_ABI_MINOR))
    #expect(unsafe table.runtime == plr_runtime_identity())
    #expect(unsafe String(cString: table.name) == account.name)
  }

  @Test("are refused without a name or a place")
  func incomplete() {
    var host: UnsafePointer<plr_host>?
    let unnamed = unsafe Answer { error in unsafe plr_account_open("", &host, error) }
    #expect(unnamed.status == PLR_ERROR_INVALID_ARGUMENT)
    let nameless = unsafe Answer { error in unsafe plr_account_open(nil, &host, error) }
    #expect(nameless.status == PLR_ERROR_INVALID_ARGUMENT)
    let placeless = unsafe Answer { error in unsafe plr_account_open("name", nil, error) }
    #expect(placeless.status == PLR_ERROR_INVALID_ARGUMENT)
    let closed = unsafe Answer { error in unsafe plr_account_close(nil, nil, error) }
    #expect(closed.status == PLR_ERROR_INVALID_ARGUMENT)
    #expect(unsafe host == nil)
  }

  @Test(
    "offer three services and no others",
    arguments: [
      (PLR_ALLOCATOR_ID, UInt32(PLR_ALLOCATOR_REVISION), true),
      (PLR_LOG_ID, UInt32(PLR_LOG_REVISION), true),
      (PLR_REGISTRY_ID, UInt32(PLR_REGISTRY_REVISION), true),
      (PLR_ALLOCATOR_ID, UInt32(PLR_ALLOCATOR_REVISION + 1), false), (PLR_LOG_ID, 0, false),
      ("plr.unknown", 1, false), ("", 1, false),
    ])
  func services(_ id: String, _ revision: UInt32, _ isThere: Bool) {
    let account = TestAccount()
    let query = unsafe account.host.pointee.query_interface!
    #expect(unsafe (query(account.host, id, revision) != nil) == isThere)
    #expect(unsafe query(account.host, nil, revision) == nil)
    #expect(unsafe query(nil, id, revision) == nil)
    #expect(account.close().answer == .ok)
    #expect(unsafe query(account.host, id, revision) == nil)
  }

  @Test("do not need a report of leaks, and leave a short one alone")
  func leakReport() {
    let account = TestAccount()
    #expect(account.allocate(8) != nil)
    var report = plr_leak_report()
    report.size = 8
    #expect(unsafe plr_account_close(account.host, &report, nil) == PLR_OK)
    #expect(report.blocks == 0)
  }
}

@Suite("Attaching")
struct AttachTests {
  @Test("gives the host's own table where both share the runtime")
  func shared() {
    let account = TestAccount()
    #expect(unsafe plr_attach(account.host, nil) == account.host)
    unsafe plr_detach(account.host)
    // Detaching ends what attaching began: nothing.
    #expect(account.allocate(8) != nil)
  }

  @Test("opens an account where the host has another runtime, and detaching closes it")
  func foreign() throws {
    let account = TestAccount()
    let recorder = Recorder(of: account)
    defer { recorder.remove() }
    var table = unsafe account.host.pointee
    unsafe table.runtime = unsafe UnsafeRawPointer(account.host)
    let attached = unsafe try #require(plr_attach(&table, nil))
    #expect(unsafe attached != account.host)
    #expect(unsafe attached.pointee.runtime == plr_runtime_identity())
    #expect(unsafe String(cString: attached.pointee.name) == account.name)
    let block = unsafe plr_allocate(attached, 100, 0)
    #expect(unsafe block != nil)
    #expect(account.statistics.live_blocks == 0)
    #expect(unsafe plr_registry_add(attached, "test.attach", 1, 0, attached, nil) == PLR_OK)
    unsafe plr_detach(attached)
    #expect(account.count("test.attach") == 0)
    #expect(unsafe plr_allocate(attached, 100, 0) == nil)
    #expect(recorder.records.count == 1)
    #expect(recorder.records.first?.level == PLR_LOG_WARNING)
    #expect(recorder.records.first?.text.contains("100 bytes") == true)
    unsafe plr_detach(attached)
  }

  @Test("refuses a host of another version of the ABI", arguments: [(2, 40), (0, 40), (1, 39)])
  func otherVersion(_ major: UInt16, _ size: UInt32) {
    let account = TestAccount()
    var table = unsafe account.host.pointee
    unsafe table.abi_major = major
    unsafe table.size = size
    let answer = unsafe Answer { error in
      unsafe plr_attach(&table, error) == nil ? PLR_ERROR_ABI_MISMATCH : PLR_OK
    }
    #expect(answer.status == PLR_ERROR_ABI_MISMATCH)
    #expect(!answer.message.isEmpty)
  }

  @Test("needs a host")
  func noHost() {
    let attached = unsafe plr_attach(nil, nil)
    #expect(unsafe attached == nil)
    plr_detach(nil)
  }
}
