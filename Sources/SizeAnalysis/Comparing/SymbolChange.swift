/// What shows that two symbols are one before and after, from the surest to the loosest.
public enum SymbolMatch: String, CaseIterable, Sendable {
  /// Name, section and size.
  case exact
  /// Name and section.
  case name
  /// The name, in another section.
  case elsewhere
  /// The name without parameters, result, generic arguments, private discriminator and what compilers
  /// append to the names of the variants they make.
  case signature
  /// That without the module, or without the mark of a part that was split off a function.
  case module
}

/// A symbol before and after; or only one of them.
public struct SymbolChange: Sendable {
  /// nil for what was added.
  public var old: SymbolCost?
  /// nil for what was removed.
  public var new: SymbolCost?
  public var status: ChangeStatus
  /// nil unless both are there.
  public var matchedBy: SymbolMatch?
  /// Both are there, in sections with different names, or defined in only one of the two.
  public var isMoved: Bool

  /// Both are there, under different names.
  public var isRenamed: Bool {
    if let old, let new { old.name != new.name } else { false }
  }

  /// The name after; before, where it is no longer there.
  public var name: NameID { new?.name ?? old?.name ?? .none }

  /// Whose it is after; before, where it is no longer there.
  public var holder: ByteHolder { (new ?? old)?.holder ?? .unnamed }

  /// Bytes of the file that exist for it.
  public var size: SizeChange {
    SizeChange(old: old?.fileSize ?? 0, new: new?.fileSize ?? 0)
  }

  /// Bytes of it, in the file or only in memory, without what exists for them.
  public var body: SizeChange { SizeChange(old: old?.body ?? 0, new: new?.body ?? 0) }

  init(old: SymbolCost?, new: SymbolCost?, matchedBy: SymbolMatch?, isMoved: Bool) {
    self.old = old
    self.new = new
    self.matchedBy = matchedBy
    self.isMoved = isMoved
    status = .unchanged
    status = ChangeStatus(wasThere: old != nil, isThere: new != nil, size)
    if status == .unchanged {
      if isRenamed { status = .renamed } else if isMoved { status = .moved }
    }
  }
}
