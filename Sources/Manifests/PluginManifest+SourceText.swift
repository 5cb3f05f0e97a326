internal import CPluginABI

extension PluginManifest {
  /// The toolchain text of whoever compiles this: what plugins of the same toolchain carry.
  public static var currentToolchain: String { unsafe String(cString: plugin_toolchain()) }

  /// A manifest of this version of the ABI, made by the current toolchain.
  ///
  /// - Parameters:
  ///   - offers: the interfaces that the plugin will register; nil where it does not say.
  ///   - requires: those that it cannot be without.
  public init(
    name: String, version: String, isUnloadable: Bool, sharesSwiftRuntime: Bool,
    offers: [InterfaceOffer]? = nil, requires: [RequiredInterface] = []
  ) {
    self.init(
      abiMajor: UInt16(PLR_ABI_MAJOR), abiMinor: UInt16(PLR_PLUGIN_ABI_MINOR),
      unloadClass: isUnloadable ? PLR_UNLOAD_UNLOADABLE : PLR_UNLOAD_RESIDENT,
      features: sharesSwiftRuntime ? PLR_FEATURE_SWIFT_RUNTIME : 0, name: name, version: version,
      toolchain: Self.currentToolchain, offers: offers, requires: requires)
  }

  /// What keeps the manifest from being written down: nil, or a sentence.
  public var flaw: String? {
    for (field, text, capacity) in [
      ("name", name, PLR_MANIFEST_NAME_CAPACITY),
      ("version", version, PLR_MANIFEST_VERSION_CAPACITY),
      ("toolchain", toolchain, PLR_MANIFEST_TOOLCHAIN_CAPACITY),
    ] {
      if text.utf8.count >= Int(capacity) {
        return "the \(field) has \(text.utf8.count) bytes; at most \(capacity - 1) fit"
      }
      if !text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f && $0 != 0x22 && $0 != 0x5c }) {
        return "the \(field) holds control characters, quotes or backslashes"
      }
    }
    if name.isEmpty || name.utf8.contains(0x20) {
      return "the name must not be empty or hold blanks"
    }
    for id in (offers ?? []).map(\.id) + requires.map(\.id) {
      guard !id.isEmpty, id.utf8.count < Int(PLR_OFFER_ID_CAPACITY),
        id.utf8.allSatisfy({
          (0x21...0x7e).contains($0) && $0 != 0x22 && $0 != 0x5c
        })
      else {
        return
          "the interface '\(id)' must have 1 to \(PLR_OFFER_ID_CAPACITY - 1) characters of "
          + "printable ASCII, no blanks, quotes or backslashes"
      }
    }
    for (count, limit) in [
      (offers?.count ?? 0, PLR_OFFERS_LIMIT), (requires.count, PLR_REQUIREMENTS_LIMIT),
    ] where count > Int(limit) {
      return "there are \(count) interfaces; at most \(limit) fit"
    }
    return nil
  }

  /// The manifest as a Swift declaration: the note of `plr_manifest_note`, byte for byte. Swift
  /// cannot yet put a string literal into a section.
  ///
  /// - Precondition: ``flaw`` is nil.
  public func swiftDeclaration() -> String {
    func bytes(_ text: String, _ capacity: Int32) -> String {
      let padding = Array(repeating: UInt8(0), count: Int(capacity) - text.utf8.count)
      var lines: [String] = []
      var line = "    "
      for byte in text.utf8 + padding {
        if line.utf8.count + 5 > 96 {
          lines.append(line)
          line = "    "
        }
        line += " \(byte),"
      }
      lines.append(line)
      return "    [\n" + lines.joined(separator: "\n") + "\n    ]"
    }
    let size = MemoryLayout<plr_manifest>.size
    // Offers and requirements are laid out alike.
    let notes =
      (offers ?? []).map { ("Offers", PLR_NOTE_TYPE_OFFER, $0.id, $0.revision) }
      + requires.map { ("Requires", PLR_NOTE_TYPE_REQUIREMENT, $0.id, $0.revision) }
    let noteSize = MemoryLayout<plr_offer>.size
    // One constant for all notes: the compiler may align each one more strictly than notes are padded.
    let noteTypes = notes.map { _ in
      """
      ,
        UInt32, UInt32, UInt32, InlineArray<16, UInt8>, UInt32, UInt32, InlineArray<64, UInt8>
      """
    }.joined()
    let noteValues = notes.map { verb, type, id, revision in
      """
      ,
          // \(verb) \(id)/\(revision): see plr_\(type == PLR_NOTE_TYPE_OFFER ? "offer" : "requirement")_note.
          \(PLR_NOTE_OWNER.utf8.count + 1), \(noteSize), \(type),
      \(bytes(PLR_NOTE_OWNER, PLR_NOTE_OWNER_CAPACITY)),
          \(noteSize), \(revision),
      \(bytes(id, PLR_OFFER_ID_CAPACITY))
      """
    }.joined()
    return """
      // The manifest of \(name) \(version): see plr_manifest_note in plugin_abi.h.
      @section("\(PLR_NOTE_SECTION)") @used
      private let manifest:
        (
          UInt32, UInt32, UInt32, InlineArray<16, UInt8>, UInt32, UInt16, UInt16, UInt32, UInt32,
          InlineArray<64, UInt8>, InlineArray<32, UInt8>, InlineArray<128, UInt8>\(noteTypes)
        ) = (
          \(PLR_NOTE_OWNER.utf8.count + 1), \(size), \(PLR_NOTE_TYPE_MANIFEST),
      \(bytes(PLR_NOTE_OWNER, PLR_NOTE_OWNER_CAPACITY)),
          \(size), \(abiMajor), \(abiMinor), \(unloadClass), \(features),
      \(bytes(name, PLR_MANIFEST_NAME_CAPACITY)),
      \(bytes(version, PLR_MANIFEST_VERSION_CAPACITY)),
      \(bytes(toolchain, PLR_MANIFEST_TOOLCHAIN_CAPACITY))\(noteValues)
        )

      """
  }

  /// The manifest as a use of the C macro.
  ///
  /// - Precondition: ``flaw`` is nil.
  public func cDeclaration() -> String {
    let unloadName =
      unloadClass == PLR_UNLOAD_UNLOADABLE ? "PLR_UNLOAD_UNLOADABLE" : "PLR_UNLOAD_RESIDENT"
    let features = self.features == 0 ? "0" : "PLR_FEATURE_SWIFT_RUNTIME"
    return "PLR_MANIFEST(\"\(name)\", \"\(version)\", \(unloadName), \(features));\n"
      + (offers ?? []).map { "PLR_OFFERS(\"\($0.id)\", \($0.revision));\n" }.joined()
      + requires.map { "PLR_REQUIRES(\"\($0.id)\", \($0.revision));\n" }.joined()
  }
}
