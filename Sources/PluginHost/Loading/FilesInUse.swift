internal import Platform
internal import Synchronization

/// Which files plugins of this process were loaded from.
///
/// One for all hosts, as the loader is: it gives two hosts that open one file one and the same
/// mapping, with one set of variables.
enum FilesInUse {
  /// A file that was taken for one plugin.
  struct Claim {
    fileprivate let place: Place
    fileprivate let number: UInt64
    /// What is mapped must be a copy: the loader would give what is mapped already, with all the values that its
    /// variables have.
    let mustBeCopy: Bool
  }

  /// A file that is asked for.
  struct Candidate {
    let status: FileStatus
    /// No other file can have got its identity since: see ``FileIdentity/isSettled(at:)``.
    let isSettled: Bool
    /// A copy of it will be mapped, in any case; the file itself may be gone by now.
    let isCopied: Bool

    init(_ held: borrowing HeldFile) {
      self.init(held.status, openedAt: held.tick, isCopied: held.hold == .sealedCopy)
    }

    /// - Parameter tick: when it was opened at the latest; see ``FileIdentity/clockTick()``.
    init(_ status: FileStatus, openedAt tick: Int64, isCopied: Bool) {
      self.status = status
      isSettled = status.identity.isSettled(at: tick)
      self.isCopied = isCopied
    }
  }

  /// Where a file system keeps a file: that of a file which is gone comes again.
  fileprivate struct Place: Hashable {
    var device: UInt64
    var inode: UInt64
    /// Files that lie together have numbers that follow each other.
    var hash: UInt32 { UInt32(truncatingIfNeeded: inode ^ device) &* 0x9e37_79b1 }

    init(_ status: FileStatus) {
      device = status.device
      inode = status.inode
    }
  }

  /// A file as one active plugin has it.
  private struct Use {
    let place: Place
    let number: UInt64
    var path: String
    var identity: FileIdentity
    /// See ``Candidate/isSettled``.
    var isSettled: Bool
    /// The file is mapped, not a copy, so that no other file can get its place.
    var isMapped: Bool
    /// It is being unmapped: whether it still is, nobody can tell.
    var isLeaving = false

    /// Whether a file that lies, or lay, at the same place is this one. Two files that are there at one time are. What
    /// a copy was made of may be gone by now; then the time of its change tells, which no program can set.
    func isOf(_ file: Candidate) -> Bool {
      if isMapped && !file.isCopied { return true }
      return isSettled && file.isSettled && !isLeaving && identity == file.status.identity
    }
  }

  private struct State {
    var last: UInt64 = 0
    /// In no order.
    private(set) var uses: [Use] = []
    private var places = HashedPlaces()
    /// Files whose code stays mapped, as they were then. Their places cannot come again, and size and time tell
    /// whether somebody wrote to them: another name or mode does no harm.
    var retained: [Place: FileStatus] = [:]

    /// The first use of the file at `place` that `isIt`.
    func first(at place: Place, where isIt: (Use) -> Bool) -> Int? {
      places.first(place.hash) { uses[$0].place == place && isIt(uses[$0]) }
    }

    mutating func add(_ use: Use) {
      places.insert(use.place.hash, uses.count)
      uses.append(use)
    }

    mutating func change(_ number: Int, _ body: (inout Use) -> Void) { body(&uses[number]) }

    mutating func remove(_ number: Int) {
      places.remove(uses[number].place.hash, number)
      let last = uses.removeLast()
      guard number < uses.count else { return }
      places.remove(last.place.hash, uses.count)
      places.insert(last.place.hash, number)
      uses[number] = last
    }
  }

  private static let state = Mutex(State())

  /// Takes a file for one plugin, until ``release(_:_:staysMapped:)``.
  ///
  /// - Parameter isAgain: a second life beside the first one is wanted.
  /// - Throws: `Refusal`: `alreadyLoaded`, or `mappingStale` for a file that was written to since it was
  ///   mapped: what is mapped of it changed with it, and is still referred to.
  static func claim(
    _ file: Candidate, at path: String, isAgain: Bool
  ) throws(Refusal) -> Claim {
    let status = file.status
    let result = state.withLock { state -> Result<Claim, Refusal> in
      let place = Place(status)
      if !isAgain, let other = state.first(at: place, where: { $0.isOf(file) }) {
        return .failure(
          Refusal(
            .alreadyLoaded, field: "file", found: "loaded from '\(state.uses[other].path)'",
            expected: "a file that is not loaded", fix: "unload it first"))
      }
      let retained = state.retained[place]
      if let retained, retained != status {
        return .failure(
          Refusal(
            .mappingStale, field: "file", found: "written to since it was mapped",
            expected: "one that is as it was",
            fix: "put the new version in place by renaming, never by writing into the file"))
      }
      let mustBeCopy =
        file.isCopied || retained != nil
        || state.first(at: place, where: { $0.isMapped || $0.isLeaving }) != nil
      state.last += 1
      state.add(
        Use(
          place: place, number: state.last, path: path, identity: status.identity,
          isSettled: file.isSettled, isMapped: !mustBeCopy))
      return .success(Claim(place: place, number: state.last, mustBeCopy: mustBeCopy))
    }
    return try result.get()
  }

  /// Whether it is the file that was taken, so that it would be refused.
  static func isTaken(_ file: Candidate, by claim: Claim) -> Bool {
    guard Place(file.status) == claim.place else { return false }
    return state.withLock { state in
      state.first(at: claim.place) { $0.number == claim.number && $0.isOf(file) } != nil
    }
  }

  /// Says that a file is about to be unmapped: from then on its place may be another file's.
  static func willUnmap(_ claim: Claim) {
    state.withLock { state in
      guard
        let use = state.first(
          at: claim.place, where: { $0.number == claim.number && $0.isMapped })
      else { return }
      state.change(use) {
        $0.isMapped = false
        $0.isLeaving = true
      }
    }
  }

  /// Gives a file back whose plugin is gone, or that the loader did not open.
  ///
  /// - Parameters:
  ///   - status: of the file when it was taken.
  ///   - staysMapped: itself; not a copy of it.
  static func release(_ claim: Claim, _ status: FileStatus, staysMapped: Bool) {
    state.withLock { state in
      if let use = state.first(at: claim.place, where: { $0.number == claim.number }) {
        state.remove(use)
      }
      if staysMapped { state.retained[claim.place] = status }
    }
  }
}
