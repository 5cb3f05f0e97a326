/// The plugins that a host has loaded, by handle, and which of them has a name.
struct LoadedPlugins {
  /// In no order.
  private(set) var all: [LoadedPlugin] = []
  /// By slot: the place in ``all`` and 1; 0 where none of it is loaded.
  private var places: [UInt32] = []
  /// Slots, by the names of those that own them.
  private var owners = HashedPlaces()

  private func place(of id: PluginID) -> Int? {
    let slot = Int(id.slot)
    guard slot < places.count, places[slot] > 0 else { return nil }
    let place = Int(places[slot]) - 1
    return all[place].life.id == id ? place : nil
  }

  /// The plugin of a handle; nil for one that is stale.
  ///
  /// - Complexity: O(1).
  subscript(id: PluginID) -> LoadedPlugin? {
    get { place(of: id).map { all[$0] } }
    set {
      switch (place(of: id), newValue) {
      case (let place?, let plugin?): all[place] = plugin
      case (let place?, nil): remove(id, at: place)
      case (nil, let plugin?): append(plugin)
      case (nil, nil): break
      }
    }
  }

  /// What `body` makes of a plugin, which is not copied for it; nil where the handle is stale.
  @inline(__always)
  func with<Result>(_ id: PluginID, _ body: (borrowing LoadedPlugin) -> Result) -> Result? {
    guard let place = place(of: id) else { return nil }
    return body(all[place])
  }

  /// Takes in a plugin under a new handle, which owns its name.
  mutating func add(_ plugin: consuming LoadedPlugin) {
    let id = plugin.life.id
    append(plugin)
    own(id)
  }

  private mutating func append(_ plugin: consuming LoadedPlugin) {
    let slot = Int(plugin.life.id.slot)
    while places.count <= slot { places.append(0) }
    all.append(plugin)
    places[slot] = UInt32(all.count)
  }

  private mutating func remove(_ id: PluginID, at place: Int) {
    let last = all.removeLast()
    places[Int(id.slot)] = 0
    guard place < all.count else { return }
    all[place] = last
    places[Int(last.life.id.slot)] = UInt32(place + 1)
  }

  mutating func reserveCapacity(_ count: Int) {
    all.reserveCapacity(count)
    places.reserveCapacity(count)
  }

  // MARK: Names

  /// Which plugin has a name: of several versions, the one that is handed out.
  ///
  /// - Complexity: O(1) on average.
  func owner(of name: String) -> LoadedPlugin? {
    slot(of: name, HashedPlaces.hash(name)).map { all[Int(places[$0]) - 1] }
  }

  private func slot(of name: String, _ hash: UInt32) -> Int? {
    owners.first(hash) { all[Int(places[$0]) - 1].information.name == name }
  }

  /// Has a plugin that is loaded own its name.
  mutating func own(_ id: PluginID) {
    guard let name = with(id, { $0.information.name }) else { return }
    let hash = HashedPlaces.hash(name)
    if let old = slot(of: name, hash) { owners.remove(hash, old) }
    owners.insert(hash, Int(id.slot))
  }

  /// Frees a plugin's name if it owns it; before it is taken out.
  mutating func disown(_ id: PluginID) {
    guard let name = with(id, { $0.information.name }) else { return }
    owners.remove(HashedPlaces.hash(name), Int(id.slot))
  }
}
