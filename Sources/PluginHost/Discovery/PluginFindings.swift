internal import ELFReading
public import Platform

/// What a search has found: every file that fits, judged, and of each plugin one.
public struct PluginFindings: Sendable {
  /// Every file and every directory that was refused, in the order of the search.
  public var verdicts: [AdmissionVerdict]

  /// The plugins to load, in the order of the search.
  public var admitted: [AdmissionVerdict] { verdicts.filter(\.isAdmitted) }

  /// Searches, and judges what is found from the files.
  ///
  /// Of several plugins with one name the newest version is taken, of several with one version the first
  /// of the search. The others are refused as `shadowed`. A plugin that is refused for another reason
  /// shadows nobody.
  /// - Parameter trust: asked about every file, where the host is to ask it as well.
  /// - Throws: `SystemError` where a directory cannot be read.
  public init(
    _ search: PluginSearch, trust: (any FileTrust)? = nil
  ) throws(SystemError) {
    verdicts = try search.candidates().map { candidate in
      guard let refusal = candidate.refusal else {
        return Admission.check(candidate.path, trust: trust)
      }
      return AdmissionVerdict(path: candidate.path, reasons: [refusal])
    }
    shadowDuplicates()
  }

  private mutating func shadowDuplicates() {
    var best: [String: Int] = [:]
    for (number, verdict) in verdicts.enumerated() where verdict.isAdmitted {
      guard let manifest = verdict.manifest else { continue }
      guard let rival = best[manifest.name], let other = verdicts[rival].manifest else {
        best[manifest.name] = number
        continue
      }
      let isNewer = PluginVersion(manifest.version).isNewer(than: PluginVersion(other.version))
      let winner = isNewer ? number : rival
      best[manifest.name] = winner
      shadow(isNewer ? rival : number, by: winner)
    }
  }

  private mutating func shadow(_ loser: Int, by winner: Int) {
    let found = verdicts[loser].manifest?.version ?? ""
    let taken = verdicts[winner].manifest?.version ?? ""
    verdicts[loser].unload = nil
    verdicts[loser].reasons.append(
      Refusal(
        .shadowed, field: "manifest.name",
        found: "version '\(found)' of '\(verdicts[loser].manifest?.name ?? "")'",
        expected: "no plugin of that name in '\(verdicts[winner].path)' (version '\(taken)')",
        fix: found == taken
          ? "remove one of the two, or search this directory first"
          : "remove the one that is not wanted"))
  }
}

extension PluginHost {
  /// Loads the plugins that a search has found, in its order.
  ///
  /// - Returns: those that are ready and those that were refused, by the search or when they were loaded.
  public func load(
    _ findings: PluginFindings
  ) -> (loaded: [PluginID], refused: [PluginRefused]) {
    var result: (loaded: [PluginID], refused: [PluginRefused]) = ([], [])
    loadGuard?.prepare(findings.admitted.map(\.path))
    for verdict in findings.verdicts {
      do throws(PluginRefused) {
        guard verdict.isAdmitted else {
          throw PluginRefused(path: verdict.path, reasons: verdict.reasons)
        }
        result.loaded.append(try load(verdict.path))
      } catch {
        result.refused.append(error)
      }
    }
    return result
  }
}
