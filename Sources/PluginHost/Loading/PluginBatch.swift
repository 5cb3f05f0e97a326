internal import ELFReading
internal import Platform

/// Files that are loaded one after the other, and out of turn where one requires what another offers.
///
/// Used by the thread that drives the host.
final class PluginBatch {
  struct File {
    var path: String
    /// Where somebody has judged it already; one that is refused is not loaded.
    var verdict: AdmissionVerdict?
    /// What it offers, once somebody has asked for that.
    fileprivate var offers: [InterfaceOffer]?
    fileprivate var isDone = false

    init(_ path: String, _ verdict: AdmissionVerdict? = nil) {
      self.path = path
      self.verdict = verdict
    }
  }

  private var files: [File]
  private(set) var loaded: [PluginID] = []
  private(set) var refused: [PluginRefused] = []

  init(_ files: [File]) {
    self.files = files
    loaded.reserveCapacity(files.count)
  }

  var count: Int { files.count }

  func loadAll(into host: PluginHost) {
    for number in files.indices { load(number, into: host) }
  }

  /// Loads those that have not come yet and offer an interface.
  ///
  /// - Returns: those that were refused.
  func load(offering interface: RequiredInterface, in host: PluginHost) -> [PluginRefused] {
    let before = refused.count
    for number in files.indices where !files[number].isDone {
      let offers = files[number].offers ?? self.offers(of: files[number], host)
      files[number].offers = offers
      if offers.contains(where: interface.isMet) { load(number, into: host) }
    }
    return Array(refused[before...])
  }

  private func offers(of file: File, _ host: PluginHost) -> [InterfaceOffer] {
    let verdict = file.verdict ?? host.verdict(onFileAt: file.path)
    return verdict.isAdmitted ? verdict.manifest?.offers ?? [] : []
  }

  private func load(_ number: Int, into host: PluginHost) {
    guard !files[number].isDone else { return }
    // First: what it requires may require it.
    files[number].isDone = true
    let path = files[number].path
    do throws(PluginRefused) {
      if let verdict = files[number].verdict, !verdict.isAdmitted {
        throw PluginRefused(path: path, reasons: verdict.reasons)
      }
      loaded.append(try host.load(path))
    } catch {
      refused.append(error)
    }
  }
}

extension PluginHost {
  /// Loads files in their order, but those first that others require.
  func load(
    _ files: [PluginBatch.File]
  ) -> (loaded: [PluginID], refused: [PluginRefused]) {
    let batch = PluginBatch(files)
    let outer = self.batch
    self.batch = batch
    defer { self.batch = outer }
    order.reserveCapacity(order.count + batch.count)
    loaded.reserveCapacity(order.count + batch.count)
    verdicts.reserveCapacity(batch.count)
    batch.loadAll(into: self)
    return (batch.loaded, batch.refused)
  }
}
