/// A pattern for the paths of files.
///
/// `*` stands for any characters within one component, `**` for any at all, `**/` also for none, and
/// `?` for one character within a component. A pattern that does not begin with a slash is compared
/// with the end of a path, from any component on: `plugins/*.so` matches `build/plugins/a.so`.
public struct PathPattern: Equatable, Sendable {
  /// As it was written.
  public let text: String
  private let tokens: [Token]

  private enum Token: Equatable {
    case character(Unicode.Scalar)
    /// Any but a slash.
    case one
    /// Any number of any but a slash.
    case many
    /// Any number of any.
    case all
    /// Whole components, perhaps none: where they begin.
    case beginComponents
    /// Within them; they end behind a slash.
    case components
  }

  public init(_ text: String) {
    self.text = text
    let scalars = Array(text.unicodeScalars)
    var tokens: [Token] = []
    if scalars.first != "/" { tokens += [.beginComponents, .components] }
    var index = 0
    while index < scalars.count {
      switch scalars[index] {
      case "*"
      where scalars[index...].starts(with: "**/".unicodeScalars)
        && (index == 0 || scalars[index - 1] == "/"):
        tokens += [.beginComponents, .components]
        index += 2
      case "*" where index + 1 < scalars.count && scalars[index + 1] == "*":
        tokens.append(.all)
        index += 1
      case "*": tokens.append(.many)
      case "?": tokens.append(.one)
      case let scalar: tokens.append(.character(scalar))
      }
      index += 1
    }
    self.tokens = tokens
  }

  /// Whether the whole of `path`, or for a pattern without a slash in front its end, is as the pattern
  /// says.
  ///
  /// Follows all ways to match at the same time. Source: Thompson, CACM 11(6), 1968.
  /// - Complexity: O(*n* · *m*) in the lengths of pattern and path, whatever they are.
  public func matches(_ path: String) -> Bool {
    var states = [Bool](repeating: false, count: tokens.count + 1)
    enter(0, &states)
    for scalar in path.unicodeScalars {
      var next = [Bool](repeating: false, count: tokens.count + 1)
      for index in tokens.indices where states[index] {
        switch tokens[index] {
        case .character(let expected): if scalar == expected { enter(index + 1, &next) }
        case .one: if scalar != "/" { enter(index + 1, &next) }
        case .many: if scalar != "/" { enter(index, &next) }
        case .all: enter(index, &next)
        case .beginComponents: break
        case .components:
          next[index] = true
          if scalar == "/" { enter(index + 1, &next) }
        }
      }
      states = next
    }
    return states[tokens.count]
  }

  /// Notes that the token at `index` is to match next, and those behind it where it can match nothing.
  private func enter(_ index: Int, _ states: inout [Bool]) {
    guard !states[index] else { return }
    states[index] = true
    guard index < tokens.count else { return }
    switch tokens[index] {
    case .many, .all: enter(index + 1, &states)
    case .beginComponents:
      states[index + 1] = true
      enter(index + 2, &states)
    case .character, .one, .components: break
    }
  }
}
