internal import Foundation
internal import Glibc
internal import Platform

/// A headless Chromium, driven over its debugging pipe.
///
/// Source: https://chromedevtools.github.io/devtools-protocol/. Messages are JSON, each ended by a
/// zero byte; the browser reads descriptor 3 and writes descriptor 4.
public final class Browser {
  public typealias Message = [String: Any]

  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  /// Where Debian and others install it; nil where it is missing.
  public static let path = [
    "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
  ]
  .first { Files.exists($0) }

  private let child: ChildProcess
  private let toBrowser: Int32
  private let fromBrowser: Int32
  private let directory: String
  private var received: [UInt8] = []
  private var nextID = 1
  private var session: String?

  /// What the page said: exceptions, `console` calls, and the log, where violations of the content
  /// policy stand.
  public private(set) var complaints: [String] = []

  /// Starts the browser with one empty page.
  public init() throws {
    guard let path = Self.path else { throw Failure(description: "no Chromium") }
    directory = try TemporaryDirectory.make("browser")
    let commands = try makePipe()
    let answers = try makePipe()
    child = try ChildProcess(
      [
        path, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking",
        "--disable-component-update", "--remote-debugging-pipe",
        "--user-data-dir=\(directory)/profile",
      ],
      environment: processEnvironment().filter { !$0.hasPrefix("HOME=") } + ["HOME=\(directory)"],
      streams: [.null, .null, .null, .descriptor(commands.read), .descriptor(answers.write)])
    close(commands.read)
    close(answers.write)
    toBrowser = commands.write
    fromBrowser = answers.read
    let target = try send("Target.createTarget", ["url": "about:blank"])["targetId"] ?? ""
    session =
      try send("Target.attachToTarget", ["targetId": target, "flatten": true])["sessionId"]
      as? String
    for domain in ["Page", "Runtime", "Log", "DOM"] { try send("\(domain).enable") }
  }

  deinit {
    child.kill()
    _ = try? child.wait()
    close(toBrowser)
    close(fromBrowser)
  }

  /// Loads a page from a file, and waits until it is there.
  public func load(_ html: String) throws {
    let file = "\(directory)/page.html"
    try Files.replace(file, with: Array(html.utf8))
    complaints = []
    try send("Page.navigate", ["url": "file://\(file)"])
    while try receive()["method"] as? String != "Page.loadEventFired" {}
  }

  /// Returns the value of an expression, which may be a promise.
  @discardableResult
  public func value(_ expression: String) throws -> Any? {
    let answer = try send(
      "Runtime.evaluate",
      ["expression": expression, "returnByValue": true, "awaitPromise": true])
    if let details = answer["exceptionDetails"] {
      throw Failure(description: "\(expression): \(details)")
    }
    return (answer["result"] as? Message)?["value"]
  }

  /// Presses a key on what has the focus.
  public func press(_ key: String, code: Int) throws {
    for type in ["keyDown", "keyUp"] {
      let text = type == "keyDown" && key == "Enter" ? ["text": "\r"] : [:]
      try send(
        "Input.dispatchKeyEvent",
        (["type": type, "key": key, "code": key, "windowsVirtualKeyCode": code] as Message)
          .merging(text) { $1 })
    }
  }

  /// Types a text into what has the focus.
  public func type(_ text: String) throws {
    try send("Input.insertText", ["text": text])
  }

  public func setScripts(enabled: Bool) throws {
    try send("Emulation.setScriptExecutionDisabled", ["value": !enabled])
  }

  /// Sets what the page may ask about its reader.
  public func set(scheme: String, width: Int) throws {
    try send(
      "Emulation.setEmulatedMedia",
      ["features": [["name": "prefers-color-scheme", "value": scheme]]])
    try send(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false])
  }

  /// A picture of the whole page as the reader would see it, in PNG.
  ///
  /// - Parameter height: pixels from the top; nil for all there are, of which at most 16,000 are drawn.
  public func screenshot(height: Int? = nil) throws -> [UInt8] {
    let size = try send("Page.getLayoutMetrics")["cssContentSize"] as? Message
    let width = size?["width"] as? Double ?? 0
    let whole = min(size?["height"] as? Double ?? 0, 16_000)
    let answer = try send(
      "Page.captureScreenshot",
      [
        "format": "png", "captureBeyondViewport": true,
        "clip": [
          "x": 0, "y": 0, "width": width, "height": height.map(Double.init) ?? whole, "scale": 1,
        ],
      ])
    guard let text = answer["data"] as? String, let data = Data(base64Encoded: text) else {
      throw Failure(description: "Page.captureScreenshot gave no picture")
    }
    return Array(data)
  }

  /// Returns the document as the browser holds it now.
  public func document() throws -> String {
    let root = try send("DOM.getDocument")["root"] as? Message
    let html = try send("DOM.getOuterHTML", ["nodeId": root?["nodeId"] ?? 0])
    return html["outerHTML"] as? String ?? ""
  }
}

extension Browser {
  @discardableResult
  private func send(_ method: String, _ parameters: Message = [:]) throws -> Message {
    let id = nextID
    nextID += 1
    var message: Message = ["id": id, "method": method, "params": parameters]
    message["sessionId"] = session
    var bytes = Array(try JSONSerialization.data(withJSONObject: message)) + [0]
    while !bytes.isEmpty {
      // Safe: the bytes outlive the call.
      let count = unsafe write(toBrowser, bytes, bytes.count)
      guard count > 0 else { throw SystemError("write to", "the browser") }
      bytes.removeFirst(count)
    }
    while true {
      let answer = try receive()
      guard answer["id"] as? Int == id else { continue }
      if let error = answer["error"] { throw Failure(description: "\(method): \(error)") }
      return answer["result"] as? Message ?? [:]
    }
  }

  /// Waits for the next message, and notes it if it is a complaint.
  private func receive() throws -> Message {
    while true {
      if let end = received.firstIndex(of: 0) {
        let message =
          try JSONSerialization.jsonObject(with: Data(received[..<end])) as? Message ?? [:]
        received.removeSubrange(...end)
        if let method = message["method"] as? String,
          ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"].contains(method)
        {
          complaints.append("\(message["params"] ?? "")")
        }
        return message
      }
      var ready = pollfd(fd: fromBrowser, events: Int16(POLLIN), revents: 0)
      // Safe: one descriptor is polled; it outlives the call.
      guard unsafe poll(&ready, 1, Self.patienceMilliseconds) > 0 else {
        throw Failure(description: "the browser does not answer")
      }
      var chunk = [UInt8](repeating: 0, count: 65_536)
      // Safe: the kernel writes at most the buffer's length.
      let count = unsafe read(fromBrowser, &chunk, chunk.count)
      guard count > 0 else { throw Failure(description: "the browser has ended") }
      received += chunk[..<count]
    }
  }

  private static let patienceMilliseconds: Int32 = 30_000
}
