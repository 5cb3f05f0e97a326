extension ValueDeclaration {
  /// The C header of the value.
  func header(_ values: [ValueDeclaration]) -> String {
    let names = ValueNames(values)
    let declaration: String
    switch kind {
    case .enumeration(_, let c, let cases):
      declaration = """
        \(commentInC(comment, indent: ""))typedef \(c) \(nameInC);
        \(cases.map { constant($0, c) }.joined(separator: "\n"))
        """
    case .structure(let fields):
      declaration = """
        \(commentInC(comment, indent: ""))typedef struct \(nameInC) {
        \(fields.map { commentInC($0.comment, indent: "  ") + "  \($0.type.parameterInC(names)) \($0.nameInC);" }
          .joined(separator: "\n"))
        } \(nameInC);
        """
    }
    return CHeader(
      name: nameInC, what: "the value \(id)", madeFrom: "type '\(name)'",
      includes: valueNames.map { "#include \"\(names[$0]).h\"\n" }.joined(),
      body: """
        \(declaration)

        PLR_ARRAY_OF(\(nameInC), \(nameInC));
        PLR_OPTIONAL_OF(\(nameInC), \(nameInC));\(release(values))
        """
    ).text
  }

  private func constant(_ element: Case, _ c: String) -> String {
    // C has no literal for the least number of 64 bits.
    let value =
      element.rawValue == "-9223372036854775808"
      ? "-9223372036854775807 - 1"
      : element.rawValue + (c == "uint64_t" ? "u" : "")
    return commentInC(element.comment, indent: "")
      + "#define \(nameInC.uppercased())_\(element.nameInC) ((\(nameInC))(\(value)))"
  }

  /// Whether what it points to has to be freed.
  func ownsMemory(_ values: [ValueDeclaration]) -> Bool {
    guard case .structure(let fields) = kind else { return false }
    return fields.contains { Self.ownsMemory($0.type, values) }
  }

  static func ownsMemory(_ type: CrossingType, _ values: [ValueDeclaration]) -> Bool {
    switch type {
    case .value(let name): values.first { $0.name == lastName(name) }?.ownsMemory(values) ?? false
    case .optional(let wrapped): ownsMemory(wrapped, values)
    case .text, .bytes, .array: true
    default: false
    }
  }

  private func release(_ values: [ValueDeclaration]) -> String {
    guard case .structure(let fields) = kind, ownsMemory(values) else { return "" }
    let statements = fields.flatMap { Self.release("value->\($0.nameInC)", $0.type, values) }
    return """


      /* Frees what a value that was given away points to. [any-thread] */
      static inline void \(nameInC)_release(const plr_allocator *allocator, const plr_host *host,
                                    const \(nameInC) *value) {
      \(statements.map { "  " + $0 }.joined(separator: "\n"))
      }
      """
  }

  private static func release(
    _ c: String, _ type: CrossingType, _ values: [ValueDeclaration]
  ) -> [String] {
    guard ownsMemory(type, values) else { return [] }
    switch type {
    case .text, .bytes: return ["allocator->deallocate(host, (void *)\(c).bytes);"]
    case .value(let name): return ["\(ValueNames(values)[name])_release(allocator, host, &\(c));"]
    case .optional(let wrapped):
      return ["if (\(c).has_value) {"] + release("\(c).value", wrapped, values).map { "  " + $0 }
        + ["}"]
    case .array(let element):
      let each = release("\(c).elements[i]", element, values)
      let loop =
        each.isEmpty
        ? [] : ["for (size_t i = 0; i < \(c).count; i += 1) {"] + each.map { "  " + $0 } + ["}"]
      return loop + ["allocator->deallocate(host, (void *)\(c).elements);"]
    default: return []
    }
  }
}
