/// Colours and weights of a terminal, or none at all.
struct ANSIStyle: Sendable {
  var isEnabled: Bool

  func bold(_ text: String) -> String { wrap(text, "1") }

  func dim(_ text: String) -> String { wrap(text, "2") }

  /// Colours are the terminal's own red and green: only its user knows which are legible there.
  func tone(_ tone: Report.Tone, _ text: String) -> String {
    switch tone {
    case .plain: text
    case .good: wrap(text, "32")
    case .bad: wrap(text, "1;31")
    case .dim: dim(text)
    case .strong: bold(text)
    }
  }

  private func wrap(_ text: String, _ code: String) -> String {
    isEnabled && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
