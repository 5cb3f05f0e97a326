import CPluginABI
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

@Suite("Levels of categories")
struct LogCategoryTests {
  @Test("count by who said the most precise thing")
  func precedence() {
    let account = TestAccount()
    let other = TestAccount()
    let category = "test.precedence"
    let own = Gate(of: account, category)
    #expect(own.passes(PLR_LOG_TRACE))
    #expect(unsafe plr_log_set_category_level(nil, category, PLR_LOG_ERROR) == PLR_OK)
    #expect(!own.passes(PLR_LOG_WARNING))
    #expect(!Gate(of: other, category).passes(PLR_LOG_WARNING))
    #expect(unsafe plr_log_set_category_level(account.host, category, PLR_LOG_DEBUG) == PLR_OK)
    #expect(own.passes(PLR_LOG_DEBUG))
    #expect(!own.passes(PLR_LOG_TRACE))
    #expect(!Gate(of: other, category).passes(PLR_LOG_WARNING))
    #expect(account.isEnabled(PLR_LOG_TRACE))
    #expect(
      unsafe plr_log_set_category_level(account.host, category, PLR_LOG_INHERIT) == PLR_OK)
    #expect(!own.passes(PLR_LOG_WARNING))
    #expect(unsafe plr_log_set_category_level(nil, category, PLR_LOG_INHERIT) == PLR_OK)
    #expect(own.passes(PLR_LOG_TRACE))
    #expect(plr_log_set_category_level(nil, nil, 0) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(unsafe plr_log_set_category_level(nil, "x", 9) == PLR_ERROR_INVALID_ARGUMENT)
  }

  @Test("hold for records that name the category in passing")
  func withoutGate() {
    let account = TestAccount()
    let recorder = Recorder(of: account)
    defer { recorder.remove() }
    #expect(
      unsafe plr_log_set_category_level(account.host, "quiet", PLR_LOG_CRITICAL) == PLR_OK)
    account.log(PLR_LOG_ERROR, "not seen", category: "quiet")
    account.log(PLR_LOG_ERROR, "seen", category: "loud")
    account.log(PLR_LOG_ERROR, "seen too")
    #expect(recorder.records.map(\.text) == ["seen", "seen too"])
  }

  @Test("have one gate each, which is shut for ever when the plugin is retired")
  func gates() {
    let account = TestAccount()
    let gate = Gate(of: account, "one")
    #expect(unsafe Gate(of: account, "one").gate == gate.gate)
    #expect(unsafe Gate(of: account, "two").gate != gate.gate)
    #expect(unsafe Gate(of: account, "").gate == Gate(of: account, nil).gate)
    #expect(account.close().answer == .ok)
    #expect(!gate.passes(PLR_LOG_CRITICAL))
    gate.log(PLR_LOG_CRITICAL, "too late")
    #expect(unsafe plr_log_gate_of(account.host, "one") == nil)
  }
}
