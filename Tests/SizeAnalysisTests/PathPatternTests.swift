import SizeAnalysis
import Testing

@Suite("A pattern of paths")
struct PathPatternTests {
  @Test(
    "matches",
    arguments: [
      ("*.so", "a.so"), ("*.so", "build/plugins/a.so"), ("plugins/*.so", "build/plugins/a.so"),
      ("/build/*.so", "/build/a.so"), ("a?.so", "ab.so"), ("a?.so", "aä.so"), ("**", "a/b/c"),
      ("build/**/a.so", "build/a.so"), ("build/**/a.so", "build/x/y/a.so"), ("a**z.so", "a/b/z.so"),
      ("**/a.so", "a.so"), ("/**/a.so", "/x/a.so"), ("[x].so", "[x].so"), ("*", "a"),
      ("a*b*c", "aXbYbZc"), ("./a.so", "./a.so"),
    ])
  func matches(pattern: String, path: String) {
    #expect(PathPattern(pattern).matches(path))
  }

  @Test(
    "does not match",
    arguments: [
      ("*.so", "a.so.1"), ("plugins/*.so", "plugins/x/a.so"), ("plugins/*.so", "otherplugins/a.so"),
      ("/build/*.so", "x/build/a.so"), ("a?.so", "a.so"), ("a?b", "a/b"), ("a.so", "ba.so"),
      ("build/**/a.so", "build/ba.so"), ("", "a"), ("a.so", ""), ("*/a", "a"),
    ])
  func doesNotMatch(pattern: String, path: String) {
    #expect(!PathPattern(pattern).matches(path))
  }

  @Test("takes no more time for patterns that others need ages for")
  func staysLinear() {
    let path = String(repeating: "a", count: 4000)
    #expect(!PathPattern(String(repeating: "*a", count: 400) + "b").matches(path))
    #expect(!PathPattern(String(repeating: "**/", count: 300) + "b").matches(path))
    #expect(PathPattern(String(repeating: "*", count: 999)).matches(path))
  }
}
