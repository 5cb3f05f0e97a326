internal import CPluginABI
internal import ELFReading
internal import Platform

/// What is done about plugins that require what the one to be retired offers.
public enum DependentsPolicy: Sendable {
  /// They are named as holders, and nothing is retired.
  case refuse
  /// They are retired first, and what depends on them before them.
  case cascade
}

/// Plugins that cannot be without others.
///
/// What a plugin requires are interfaces, not plugins: whoever offers one will do.
extension PluginHost {
  /// The plugins, in the order they came, that cannot be without this one: it alone offers something that they
  /// require.
  ///
  /// An interface that the host itself, or somebody whose file does not say so, has registered as well when the
  /// plugin was loaded counts for none of the plugins.
  /// - Complexity: O(plugins · requirements).
  public func dependents(of id: PluginID) -> [PluginID] { dependencies(on: id).map(\.id) }

  func dependencies(on id: PluginID) -> [(id: PluginID, interface: RequiredInterface)] {
    // Most hosts end here.
    guard !requiring.isEmpty, let plugin = loaded[id], !plugin.pins.isReplaced,
      let offers = plugin.information.offers, !offers.isEmpty
    else { return [] }
    return requiring.compactMap { other in
      guard other != id, let plugin = loaded[other] else { return nil }
      let interface = plugin.requires.first { required in
        offers.contains(where: required.isMet) && !isOffered(required, except: [id, other])
      }
      return interface.map { (other, $0) }
    }
  }

  /// All that go when a plugin goes, each behind what requires it.
  func retireOrder(before id: PluginID) -> [PluginID] {
    var seen: Set<PluginID> = [id]
    var order: [PluginID] = []
    func visit(_ id: PluginID) {
      for dependent in dependencies(on: id).reversed() where seen.insert(dependent.id).inserted {
        visit(dependent.id)
        order.append(dependent.id)
      }
    }
    visit(id)
    return order
  }

  /// Those that require a plugin and have to be gone before it. Where plugins have come to require each other,
  /// the later one goes first.
  func mustGo(before id: PluginID) -> [PluginID] {
    dependencies(on: id).map(\.id).filter { other in
      guard retireOrder(before: other).contains(id) else { return true }
      return (order.firstIndex(of: other) ?? 0) > (order.firstIndex(of: id) ?? 0)
    }
  }

  /// Those who hold on to a plugin because they require it.
  func dependentHolders(of id: PluginID) -> [PluginHolder] {
    dependencies(on: id).map { dependent in
      PluginHolder(
        .requirement(
          plugin: loaded[dependent.id]?.information.name ?? "",
          interface: dependent.interface.id, revision: dependent.interface.revision), count: 1)
    }
  }

  /// Whether an active plugin offers an interface.
  private func isOffered(_ interface: RequiredInterface, except: [PluginID]) -> Bool {
    loaded.all.contains { plugin in
      !except.contains(plugin.life.id) && plugin.life.state == .active
        && plugin.information.offers?.contains(where: interface.isMet) == true
    }
  }

  // MARK: Loading

  /// Has everything loaded that a plugin requires and that can be.
  ///
  /// - Returns: what of it plugins offer.
  /// - Throws: `Refusal`: `requirementMissing` or `requirementCyclic`.
  func meet(_ manifest: PluginManifest) throws(Refusal) -> [RequiredInterface] {
    guard !manifest.requires.isEmpty else { return [] }
    loading.append(manifest)
    defer { loading.removeLast() }
    for interface in manifest.requires {
      let before = refusedOnDemand.count
      // Whoever is waiting for that is loaded by the look-up.
      guard !isRegistered(interface) else { continue }
      var refused = Array(refusedOnDemand[before...])
      if let batch {
        refused += batch.load(offering: interface, in: self)
        if isRegistered(interface) { continue }
      }
      throw unmet(interface, by: manifest, refused)
    }
    return manifest.requires.filter { isOffered($0, except: []) }
  }

  private func isRegistered(_ interface: RequiredInterface) -> Bool {
    unsafe plr_registry_count(account, interface.id, interface.revision) > 0
  }

  /// - Parameter refused: those that offer the interface, and were refused when they were to be loaded for it.
  private func unmet(
    _ interface: RequiredInterface, by manifest: PluginManifest, _ refused: [PluginRefused]
  ) -> Refusal {
    let field = "requirement \(interface)"
    let expected = "a plugin that offers it, or a host that registers it"
    if let first = loading.firstIndex(where: { plugin in
      plugin.offers?.contains(where: interface.isMet) == true
    }) {
      let names = loading[first...].map { "'\($0.name)'" } + ["'\(loading[first].name)'"]
      return Refusal(
        .requirementCyclic, field: field, found: names.joined(separator: " requires "),
        expected: "plugins that can be loaded one after the other",
        fix: "take one of the requirements out, and look the interface up when it is needed")
    }
    guard let other = refused.last, let reason = other.reasons.first else {
      return Refusal(
        .requirementMissing, field: field, found: "offered by nobody", expected: expected,
        fix: "load a plugin that offers it first, or put one into the same directory")
    }
    return Refusal(
      reason.code == .requirementCyclic ? .requirementCyclic : .requirementMissing, field: field,
      found: "offered by '\(other.path)', which was refused: \(reason.finding)",
      expected: expected, fix: reason.fix)
  }

  /// Refuses a new version that leaves plugins without what they require of the old one.
  func checkDependents(_ manifest: PluginManifest, of old: PluginID) throws(Refusal) {
    // One that does not say what it offers may offer it.
    guard let offers = manifest.offers else { return }
    for (id, interface) in dependencies(on: old)
    where !offers.contains(where: interface.isMet) {
      throw Refusal(
        .requirementMissing, field: "offer \(interface)", found: "not in the new version",
        expected: "it, because '\(loaded[id]?.information.name ?? "")' requires it",
        fix: "retire that plugin first, or go on offering the interface")
    }
  }
}
