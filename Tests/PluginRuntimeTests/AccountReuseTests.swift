import CPluginABI
import Testing

@Suite("Accounts of plugins that are gone")
struct AccountReuseTests {
  /// The table of the next account of that name.
  private func open(_ name: String) -> TestAccount {
    var host: UnsafePointer<plr_host>?
    let answer = unsafe Answer { error in unsafe plr_account_open(name, &host, error) }
    precondition(answer == .ok, answer.message)
    return unsafe TestAccount(adopting: host!)
  }

  private func records(of account: TestAccount) -> plr_log_statistics {
    var records = plr_log_statistics()
    records.size = UInt32(MemoryLayout<plr_log_statistics>.size)
    #expect(unsafe plr_log_get_statistics(account.host, &records) == PLR_OK)
    return records
  }

  private func giveBack(_ account: TestAccount) -> plr_status {
    unsafe plr_account_give_back(account.host)
  }

  @Test("are given to the next plugin of their name, and begin anew")
  func beginAnew() {
    let first = TestAccount()
    #expect(first.allocate(100) != nil)
    #expect(first.allocate(100_000) != nil)
    first.free(first.allocate(64))
    first.log(PLR_LOG_NOTICE, "once")
    _ = unsafe plr_log_set_category_level(first.host, "category", PLR_LOG_OFF)
    #expect(first.close().leaks.blocks == 2)
    #expect(giveBack(first) == PLR_OK)
    #expect(first.allocate(8) == nil, "until somebody has it, it is retired")

    let second = open(first.name)
    #expect(unsafe second.host == first.host)
    let nothing = second.statistics
    #expect(nothing.live_blocks == 0 && nothing.live_bytes == 0)
    #expect(nothing.peak_bytes == 0 && nothing.total_allocations == 0)
    #expect(
      records(of: second).submitted == 1, "records may be on their way still: their figures go on")
    let gate = unsafe plr_log_gate_of(second.host, "category")
    #expect(unsafe plugin_log_passes(gate!, PLR_LOG_CRITICAL) != 0, "a level is a life's own")
    let block = second.allocate(3000)
    #expect(block != nil)
    let one = second.statistics
    #expect(one.live_blocks == 1 && one.live_bytes == 3000)
    #expect(one.peak_bytes == 3000 && one.total_allocations == 1)
    #expect(second.add("reuse.\(second.name)", table: 1) == .ok)
    #expect(second.withdraw(timeoutNanoseconds: 0) == .ok)
    #expect(second.close().leaks == TestAccount.Leaks(blocks: 1, bytes: 3000))
  }

  @Test("are no other's, and never those of a plugin that may still be there")
  func areNoOthers() {
    let first = TestAccount()
    #expect(giveBack(first) == PLR_ERROR_INVALID_ARGUMENT, "it is open")
    #expect(first.close().answer == .ok)
    let beside = open(first.name)
    #expect(unsafe beside.host != first.host, "nobody has given it back")
    #expect(giveBack(first) == PLR_OK)
    #expect(giveBack(first) == PLR_ERROR_INVALID_ARGUMENT, "once")
    #expect(plr_account_give_back(nil) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(unsafe TestAccount().host != first.host)
    #expect(unsafe open(first.name).host == first.host)
  }

  @Test("limits end with the life that they were set for")
  func limits() {
    let first = TestAccount()
    #expect(unsafe plr_allocator_set_limits(first.host, .max, 1000, nil, nil) == PLR_OK)
    #expect(unsafe plr_log_set_rate(first.host, 1, 1) == PLR_OK)
    #expect(first.allocate(2000) == nil && first.allocate(500) != nil)
    for _ in 0..<3 { first.log(PLR_LOG_NOTICE, "too often") }
    #expect(first.close().leaks == TestAccount.Leaks(blocks: 1, bytes: 500))
    #expect(giveBack(first) == PLR_OK)
    let second = open(first.name)
    #expect(unsafe second.host == first.host)
    let block = second.allocate(2000)
    #expect(block != nil && second.statistics.live_blocks == 1)
    let before = records(of: second)
    for _ in 0..<3 { second.log(PLR_LOG_NOTICE, "as often as it likes") }
    let after = records(of: second)
    #expect(after.submitted - before.submitted == 3 && after.limited == before.limited)
    second.free(block)
    #expect(second.statistics.live_blocks == 0)
  }
}
