internal import InterfaceSyntax

/// What a function of a new plugin does, and a call of it that its test makes.
struct SampleCall {
  /// Which parameter is returned; nil where nothing is.
  let echoed: Int?
  /// Whether all that crosses can be written down in any language.
  let isCallable: Bool

  init(_ function: InterfaceDeclaration.Function) {
    let isSimple = Self.isSimple(function.result)
    echoed =
      isSimple && function.result != .nothing
      ? function.parameters.firstIndex {
        $0.type == function.result || Self.isLent($0.type, of: function.result)
      } : nil
    isCallable = function.parameters.allSatisfy { Self.isSimple($0.type) } && isSimple
  }

  /// Whether a new plugin can return it without being told more.
  static func isSimple(_ type: CrossingType) -> Bool {
    switch type {
    case .scalar, .text, .bytes, .nothing, .borrowed(.text), .borrowed(.bytes): true
    default: false
    }
  }

  private static func isLent(_ type: CrossingType, of result: CrossingType) -> Bool {
    switch (type, result) {
    case (.borrowed(.text), .text), (.borrowed(.bytes), .bytes): true
    default: false
    }
  }

  /// Parameter number `index`, as a number; each is another one and fits into any type.
  static func number(_ index: Int) -> Int { index + 2 }

  /// Parameter number `index`, as a text.
  static func text(_ index: Int) -> String { ["Ada", "Grace", "Edsger", "Barbara"][index % 4] }
}
