extension ValueDeclaration {
  /// The Swift extension that makes the type cross.
  ///
  /// - Parameter type: its whole name, where it is nested in another.
  public func adapter(extending type: String) -> String {
    """
    extension \(type): CrossingValue {
      \(access)typealias InC = \(nameInC)
      \(access)typealias ArrayInC = \(nameInC)_array
      \(access)typealias OptionalInC = \(nameInC)_optional

      \(access)static var crossingLayout: UInt64 { \(Layout.source(signature, values: valueNames)) }
      @unsafe \(access)static var noCrossing: InC { unsafe CrossingMemory.crossed(\(emptied)()) }
      @unsafe \(access)static var noOptionalCrossing: OptionalInC { unsafe CrossingMemory.crossed(OptionalInC()) }

    \(indented(conversions(), by: 2))
    }
    """
  }

  /// What an empty value is made by.
  private var emptied: String {
    if case .enumeration(let swift, _, _) = kind { return swift }
    return nameInC
  }

  private func conversions() -> String {
    switch kind {
    case .enumeration: return enumConversions()
    case .structure(let fields): return structConversions(fields)
    }
  }

  private func enumConversions() -> String {
    """
    /// - Throws: `PLR_ERROR_INVALID_ARGUMENT` for what is no case.
    @unsafe \(access)init(lent value: InC) throws(PluginError) {
      guard let known = Self(rawValue: value) else {
        throw PluginError.unknownCase("\(id)", "\\(value)")
      }
      self = known
    }

    @unsafe \(access)func crossing(_ memory: inout CrossingMemory) throws(PluginError) -> InC { rawValue }

    @unsafe \(access)static func releaseCrossing(_ value: InC, _ account: UnsafePointer<plr_host>) {}
    """
  }

  private func structConversions(_ fields: [Field]) -> String {
    // What holds pointers is unsafe to look at, also where a number is looked at; whether a value holds some is not
    // known here.
    let isUnsafe = fields.contains { $0.type.isUnsafeInC }
    let decoded = fields.map { field in
      var value = field.type.decoded("value.\(field.nameInC)")
      if isUnsafe, !value.isUnsafe {
        value.text = "CrossingMemory.crossed(\(value.text))"
        value.isUnsafe = true
      }
      return "self.\(field.name) = " + value.marked
    }
    let encoded = fields.map { field in
      let value = field.type.encoded("self.\(field.name)", memory: "memory")
      return (text: "\(field.nameInC): \(value.text)", value)
    }
    let mark =
      (encoded.contains { $0.1.canThrow } ? "try " : "")
      + (isUnsafe ? "unsafe " : "")
    let released = fields.flatMap { $0.type.released("value.\($0.nameInC)", account: "account") }
    return """
      @unsafe \(access)init(lent value: InC) throws(PluginError) {
      \(decoded.map { indented($0, by: 2) }.joined(separator: "\n"))
      }

      @unsafe \(access)func crossing(_ memory: inout CrossingMemory) throws(PluginError) -> InC {
        \(mark)InC(\(encoded.map(\.text).joined(separator: ", ")))
      }

      @unsafe \(access)static func releaseCrossing(_ value: InC, _ account: UnsafePointer<plr_host>) {
      \(released.map { indented($0, by: 2) }.joined(separator: "\n"))
      }
      """
  }
}
