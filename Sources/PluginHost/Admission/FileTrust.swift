public import Platform

/// Says whether the bytes of a file are those that somebody vouches for.
///
/// The host knows nothing of hashes and signatures; whoever wants them gives it a value of the module
/// `PluginTrust`, or one of their own.
public protocol FileTrust: Sendable {
  /// How the bytes are held on to between the judgement and the loader.
  var hold: FileHold { get }

  /// Judges the bytes of an open file. Neither position nor contents are changed.
  ///
  /// - Parameter path: the name by which the file was asked for.
  func judge(_ file: borrowing FileDescriptor, path: String) -> TrustVerdict
}

/// How the bytes that were judged are the ones that are loaded.
public enum FileHold: Sendable, Equatable {
  /// The file is opened once; read, judged and mapped through that. Whoever replaces it comes too late;
  /// its pages are shared with all processes that map it. Who may write into the file can still change
  /// it afterwards.
  case openFile
  /// The file is copied into memory that nobody can change any more, the process itself included, and
  /// that is judged and mapped. It costs the size of the file in each process.
  case sealedCopy
}

/// What a ``FileTrust`` says.
public struct TrustVerdict: Sendable, Equatable {
  /// Why the file must not be loaded.
  public var reasons: [Refusal]
  /// What is wrong but does not keep the file from being loaded.
  public var warnings: [Refusal]
  /// BLAKE2b-512 of the file in hexadecimal digits, where it was computed.
  public var digest: String?
  /// Whose signature was found good.
  public var signer: String?

  /// What is said; nothing where there is nothing to say.
  public init(
    reasons: [Refusal] = [], warnings: [Refusal] = [], digest: String? = nil, signer: String? = nil
  ) {
    self.reasons = reasons
    self.warnings = warnings
    self.digest = digest
    self.signer = signer
  }
}
