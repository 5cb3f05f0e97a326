/// An interface that a plugin offers, as its file says. See `plr_offer` in `plugin_abi.h`.
public struct InterfaceOffer: Hashable, Sendable, CustomStringConvertible {
  public var id: String
  public var revision: UInt32

  public init(id: String, revision: UInt32) {
    self.id = id
    self.revision = revision
  }

  public var description: String { "\(id)/\(revision)" }
}

/// An interface that a plugin cannot be without, as its file says. See `plr_requirement` in `plugin_abi.h`.
public struct RequiredInterface: Hashable, Sendable, CustomStringConvertible {
  public var id: String
  public var revision: UInt32

  public init(id: String, revision: UInt32) {
    self.id = id
    self.revision = revision
  }

  public func isMet(by offer: InterfaceOffer) -> Bool {
    revision == offer.revision && id == offer.id
  }

  public var description: String { "\(id)/\(revision)" }
}
