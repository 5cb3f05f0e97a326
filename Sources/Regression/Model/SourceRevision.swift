internal import Platform

extension Revision {
  /// That of the checkout around the working directory, as git tells it; empty where there is none.
  ///
  /// A detached checkout, as CI makes them, has no branch: `GITHUB_HEAD_REF`, `GITHUB_REF_NAME` or
  /// `CI_COMMIT_REF_NAME` names it.
  public static func current(environment: [String: String]) -> Revision {
    guard let commit = git(["rev-parse", "--verify", "HEAD"]) else { return Revision() }
    let named = ["GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME"]
      .compactMap { environment[$0] }.first { !$0.isEmpty }
    let branch = git(["symbolic-ref", "--short", "-q", "HEAD"]) ?? named
    let changes = git(["status", "--porcelain", "--untracked-files=no"]) ?? ""
    return Revision(commit: commit, branch: branch, isModified: !changes.isEmpty)
  }

  private static func git(_ arguments: [String]) -> String? {
    guard let pipe = try? makePipe() else { return nil }
    let output = FileDescriptor(rawValue: pipe.read, path: "the output of git")
    let child: ChildProcess
    do {
      let input = FileDescriptor(rawValue: pipe.write, path: "a pipe")
      child = try ChildProcess(
        ["git"] + arguments, environment: processEnvironment() + ["GIT_OPTIONAL_LOCKS=0"],
        streams: [.null, .descriptor(input.rawValue), .null])
    } catch {
      return nil
    }
    let text = try? output.readToEnd(limit: 1 << 20)
    guard let status = try? child.wait(), status.isSuccess, let text else { return nil }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
  }
}
