import CPluginABI
import TestSupport
import Testing

@Suite("A demand for an interface")
struct DemandTests {
  /// What was told, and what is added for it.
  final class Demands {
    let account = TestAccount()
    var told: [String] = []
    var adds: String?
  }

  private static func listen(_ demands: Demands) -> plr_status {
    unsafe plr_registry_on_demand(
      demands.account.host,
      { context, id, revision in
        let demands = unsafe Unmanaged<Demands>.fromOpaque(context!).takeUnretainedValue()
        let id = unsafe String(cString: id!)
        demands.told.append("\(id)/\(revision)")
        if id == demands.adds { _ = demands.account.add(id, table: 0x10) }
      }, Unmanaged.passUnretained(demands).toOpaque())
  }

  @Test("is told before the look-up is answered, so that what it adds is found")
  func toldFirst() {
    let demands = Demands()
    let user = TestAccount()
    demands.adds = "test.demand"
    #expect(Self.listen(demands) == PLR_OK)
    #expect(user.count("test.demand") == 1)
    #expect(user.count("test.other") == 0)
    var reference = unsafe plr_reference()
    #expect(
      unsafe plr_registry_acquire(user.host, "test.demand", 1, 0, &reference) == PLR_OK)
    #expect(unsafe plr_registry_release(user.host, &reference) == PLR_OK)
    #expect(demands.told == ["test.demand/1", "test.other/1", "test.demand/1"])
  }

  @Test("is not told to a host that went while another one was told")
  func goes() {
    let (late, first) = (Demands(), EndsAnother())
    first.other = late.account
    #expect(Self.listen(late) == PLR_OK)
    // Who came last is told first.
    #expect(
      unsafe plr_registry_on_demand(
        first.account.host,
        { context, _, _ in
          let first = unsafe Unmanaged<EndsAnother>.fromOpaque(context!).takeUnretainedValue()
          _ = unsafe plr_registry_on_demand(first.other?.host, nil, nil)
          first.told += 1
        }, Unmanaged.passUnretained(first).toOpaque()) == PLR_OK)
    #expect(first.account.count("test.gone") == 0)
    #expect(first.told == 1 && late.told == [])
    #expect(unsafe plr_registry_on_demand(first.account.host, nil, nil) == PLR_OK)
  }

  private final class EndsAnother {
    let account = TestAccount()
    var other: TestAccount?
    var told = 0
  }

  @Test("is told on the thread that asked to be told, and no more after that was taken back")
  func ends() {
    let demands = Demands()
    let user = TestAccount()
    #expect(Self.listen(demands) == PLR_OK)
    onThreads(1) { _ in _ = TestAccount().count("test.thread") }
    #expect(unsafe plr_registry_on_demand(demands.account.host, nil, nil) == PLR_OK)
    #expect(user.count("test.late") == 0)
    #expect(demands.told == [])
    #expect(
      plr_registry_on_demand(nil, nil, nil) == PLR_ERROR_INVALID_ARGUMENT)
  }
}
