import Glibc
import Testing

@testable import Reporting

@Suite("The colours of a page")
struct HTMLPaletteTests {
  @Test(
    "reach WCAG's level AA on every background",
    arguments: [HTMLPalette.light, HTMLPalette.dark])
  func contrast(palette: HTMLPalette) {
    for text in palette.texts {
      for background in palette.backgrounds {
        #expect(contrast(text, background) >= 4.5, "\(text) on \(background)")
      }
    }
  }

  @Test(
    "let names be read on every area of a treemap",
    arguments: [HTMLPalette.light, HTMLPalette.dark])
  func treemap(palette: HTMLPalette) {
    #expect(palette.areas.count == HTMLPalette.categories.count)
    let fills = palette.areas + [palette.neutral, palette.grown, palette.shrunk]
    #expect(Set(palette.areas).count == palette.areas.count)
    for fill in fills {
      #expect(contrast(palette.text, fill) >= 4.5, "\(palette.text) on \(fill)")
    }
  }

  @Test("let the names of lines be read", arguments: [HTMLPalette.light, HTMLPalette.dark])
  func lines(palette: HTMLPalette) {
    #expect(Set(palette.lines).count == HTMLPalette.categories.count)
    for line in palette.lines {
      #expect(contrast(line, palette.page) >= 4.5, "\(line) on \(palette.page)")
    }
  }

  @Test("are measured as WCAG does")
  func knownContrast() {
    #expect(contrast("#000000", "#ffffff") == 21)
    #expect(abs(contrast("#767676", "#ffffff") - 4.54) < 0.01)
  }

  /// Source: WCAG 2.2, "contrast ratio".
  private func contrast(_ first: String, _ second: String) -> Double {
    let lights = [luminance(first), luminance(second)].sorted()
    return (lights[1] + 0.05) / (lights[0] + 0.05)
  }

  /// Source: WCAG 2.2, "relative luminance".
  private func luminance(_ color: String) -> Double {
    let value = Int(color.dropFirst(), radix: 16)!
    let channels = [value >> 16, value >> 8 & 0xFF, value & 0xFF].map { channel in
      let part = Double(channel) / 255
      return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
  }
}
