internal import ELFInspection

/// What loading a file costs, as far as the file tells: exact counts, and from them a prediction.
///
/// Pages are of 4096 bytes, as on all machines but some ARM and POWER ones.
public struct LoadingCost: Equatable, Sendable {
  /// Distinct pages that relocating writes to.
  public var relocatedPages: Int
  /// Pages that the loader or the kernel certainly writes to: those, those of the dynamic section that
  /// glibc adjusts, and the last one of data from the file where zeros follow in it.
  public var dirtyPages: Int
  /// Pages of writable segments that come from the file: at most so many become private.
  public var writablePages: Int
  /// Pages of zeros; they cost memory when they are first written to.
  public var zeroPages: Int
  /// Bytes of thread-local storage for each thread.
  public var threadLocalSize: UInt64
  /// Its place is fixed when the file is loaded, and there is little room for that after start-up.
  public var usesStaticThreadLocals: Bool
  /// How the file's code comes to thread-local storage, its own and that of others; empty where it has
  /// nothing to do with any.
  public var threadLocalModels: [ThreadLocalModel]

  /// Bytes of memory that each process has for itself as soon as the file is loaded, without what the
  /// loader allocates and what the code does when it runs.
  public var predictedAnonymous: UInt64 { UInt64(dirtyPages) * Self.pageSize }

  /// Bytes of all pages that may become private, whatever the code does.
  public var writableBytes: UInt64 { UInt64(writablePages + zeroPages) * Self.pageSize }

  public static let pageSize: UInt64 = 4096

  init(_ file: borrowing ELFFile, _ relocations: RelocationSummary) {
    relocatedPages = relocations.dirtyPages
    var pages = Set(relocations.pages)
    for address in file.adjustedDynamicValues() { pages.insert(address / Self.pageSize) }
    var writable: UInt64 = 0
    var zero: UInt64 = 0
    for segment in file.segments where segment.isLoaded && segment.isWritable {
      let start = segment.address / Self.pageSize
      let fileEnd = segment.address &+ segment.fileSize
      let memoryEnd = segment.address &+ segment.memorySize
      writable &+= segment.fileSize == 0 ? 0 : (fileEnd &- 1) / Self.pageSize &- start &+ 1
      guard segment.memorySize > segment.fileSize else { continue }
      // Zeros that begin within a page of the file's data are written there.
      if segment.fileSize > 0, fileEnd % Self.pageSize != 0 {
        pages.insert(fileEnd / Self.pageSize)
      }
      let first = (fileEnd &+ Self.pageSize &- 1) / Self.pageSize
      let last = (memoryEnd &+ Self.pageSize &- 1) / Self.pageSize
      if last > first { zero &+= last - first }
    }
    dirtyPages = pages.count
    writablePages = Int(clamping: writable)
    zeroPages = Int(clamping: zero)
    threadLocalSize = file.segments.first(where: \.isThreadLocal)?.memorySize ?? 0
    usesStaticThreadLocals = file.usesStaticThreadLocals
    threadLocalModels = ThreadLocalModel.found(
      in: relocations, isProgram: file.isProgram, size: threadLocalSize)
  }
}

/// A way to come to a thread-local variable, as compilers call it (`-ftls-model`).
///
/// Source: Ulrich Drepper, "ELF Handling For Thread-Local Storage", §4; Alexandre Oliva, "TLS
/// Descriptors".
public enum ThreadLocalModel: String, CaseIterable, Sendable {
  /// A call to `__tls_get_addr` for each use. The local dynamic model looks the same to the loader.
  case generalDynamic = "general-dynamic"
  /// A call through a descriptor, which is short where the variable's place is fixed.
  case descriptor
  /// An offset from the thread's pointer that the loader fills in: room for it must be left when the
  /// file is loaded.
  case initialExec = "initial-exec"
  /// An offset that the linker knows: only programs.
  case localExec = "local-exec"

  /// - Parameter size: bytes of the file's own thread-local storage.
  static func found(
    in relocations: RelocationSummary, isProgram: Bool, size: UInt64
  ) -> [ThreadLocalModel] {
    var models: [ThreadLocalModel] = []
    if relocations.count(.threadLocal) > 0 { models.append(.generalDynamic) }
    if relocations.count(.threadLocalDescriptor) > 0 { models.append(.descriptor) }
    if relocations.count(.staticThreadLocal) > 0 { models.append(.initialExec) }
    // What a program has of its own is at a known place; linkers make its code shorter accordingly.
    if isProgram && size > 0 { models.append(.localExec) }
    return models
  }
}
