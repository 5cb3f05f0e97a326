/// Text that is text in an XML 1.0 document, in elements and in attributes.
///
/// What no document can hold, escaped or not (control characters, the two code points that are none),
/// is shown by a picture or �. Source: XML 1.0, §2.2 and §2.4.
public enum XMLText {
  /// Returns a text as one line.
  public static func line(_ raw: String) -> String {
    var text = ""
    for scalar in SafeText.line(raw).unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "\u{FFFE}", "\u{FFFF}": text += "\u{FFFD}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
