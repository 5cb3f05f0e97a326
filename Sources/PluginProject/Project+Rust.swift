internal import InterfaceSyntax

extension Project {
  func filesInRust() -> [ProjectFile] {
    [
      ProjectFile("Makefile", makefileInRust),
      ProjectFile(
        "Cargo.toml", "[workspace]\nmembers = [\"plugin\", \"test\"]\nresolver = \"2\"\n"),
      ProjectFile("plugin/Cargo.toml", cargo(name.plugin)),
      ProjectFile("plugin/src/lib.rs", pluginInRust),
      ProjectFile("test/Cargo.toml", cargo(name.plugin + "-test")),
      ProjectFile("test/src/lib.rs", testInRust),
    ]
      + interface.rustModules.map { ProjectFile("interface/\($0.name)", $0.text) }
  }

  private func cargo(_ package: String) -> String {
    """
    [package]
    name = "\(package)"
    version = "0.1.0"
    edition = "2021"
    publish = false

    [lib]
    crate-type = ["cdylib"]

    [dependencies]
    plugin-runtime = { path = "\(root)/Examples/Rust/plugin-runtime" }

    """
  }

  private var makefileInRust: String {
    """
    \(makefileHead)

    plugin:
    \tcargo build --release --offline --quiet --package \(name.plugin)

    # The test is a plugin, too: it looks the other one up and calls it when a host initialises it.
    test:
    \tcargo build --release --offline --quiet
    \t$(HOST) load target/release/lib\(name.snake).so target/release/lib\(name.snake)_test.so
    \t@echo "\(name.plugin): test passed"

    clean:
    \tcargo clean

    .PHONY: plugin test clean

    """
  }

  /// The modules that `plugin-interface` has written, as both packages see them.
  private var modules: String {
    interface.rustModules.map { file in
      "#[path = \"../../interface/\(file.name)\"]\nmod \(file.name.dropLast(3));\n"
    }.joined()
  }

  private var pluginInRust: String {
    """
    //! \(name.plugin) - a plugin that implements \(declaration.id).

    \(modules)
    use \(declaration.nameInC)::\(declaration.name);
    \(uses)use plugin_runtime::Error;

    /// A failure is an `Err`; a panic becomes one at the boundary, where the function can report it.
    struct \(name.camel);

    impl \(declaration.name) for \(name.camel) {
    \(declaration.functions.map(methodInRust).joined(separator: "\n"))}

    plugin_runtime::plugin! {
        name: "\(name.plugin)", version: "0.1.0", unload: Resident,
        offers: [\(declaration.nameInC)::INTERFACE],
        begin: |module| module.implement::<dyn \(declaration.name), _>(0, \(name.camel))
    }

    """
  }

  private var uses: String {
    interface.values.map { "use \($0.nameInC)::\($0.name);\n" }.joined()
  }

  private func methodInRust(_ function: InterfaceDeclaration.Function) -> String {
    let sample = SampleCall(function)
    let names = function.parameters.enumerated().map { index, parameter in
      sample.echoed == index ? parameter.nameInRust : "_" + parameter.nameInC
    }
    let echoed = sample.echoed.map { names[$0] }
    let value: String
    switch function.result {
    case .text: value = echoed.map { "\($0).to_owned()" } ?? "String::new()"
    case .bytes: value = echoed.map { "\($0).to_owned()" } ?? "Vec::new()"
    case .nothing: value = function.canThrow ? "()" : ""
    case .scalar: value = echoed ?? "Default::default()"
    default: value = "Default::default()"
    }
    let body =
      !function.canThrow
      ? value
      : SampleCall.isSimple(function.result)
        ? "Ok(\(value))" : "Err(Error::new(\"\(function.name)\", \"it is not written yet\"))"
    return """
          \(declaration.methodInRust(function, names: names)) {
              \(body)
          }

      """
  }

  private var testInRust: String {
    let checks = declaration.functions.map(checkInRust)
    return """
      //! A plugin that calls \(name.plugin) when a host initialises it, and fails where something is not as expected:
      //! then the host refuses it, and tells why.

      \(modules)
      use \(declaration.nameInC)::\(declaration.name);
      use plugin_runtime::{Error, Reference};

      plugin_runtime::plugin! {
          name: "\(name.plugin)-test", version: "0.1.0", unload: Resident, offers: [],
          requires: [\(declaration.nameInC)::INTERFACE],
          begin: |module| {
              let plugin = Reference::<dyn \(declaration.name)>::new(module.services(), 0)?
                  .ok_or_else(|| Error::new("test", "nobody implements \(declaration.id)"))?;
              check(&plugin)
          }
      }

      fn check(plugin: &dyn \(declaration.name)) -> Result<(), Error> {
      \(checks.map { "    \($0)" }.joined(separator: "\n"))
          Ok(())
      }

      """
  }

  private func checkInRust(_ function: InterfaceDeclaration.Function) -> String {
    let sample = SampleCall(function)
    guard sample.isCallable else {
      return "// \(function.name): call it here, with values of your own."
    }
    func argument(_ index: Int) -> String {
      switch function.parameters[index].type {
      case .text, .borrowed(.text): "\"\(SampleCall.text(index))\""
      case .bytes, .borrowed(.bytes): "&[\(SampleCall.number(index))]"
      case .scalar("Bool", _): "true"
      case .scalar("Float", _), .scalar("Double", _): "\(SampleCall.number(index)).0"
      default: "\(SampleCall.number(index))"
      }
    }
    let arguments = function.parameters.indices.map(argument)
    let call =
      "plugin.\(function.nameInRust)(\(arguments.joined(separator: ", ")))"
      + (function.canThrow ? "?" : "")
    switch function.result {
    case .nothing: return call + ";"
    case .text: return "assert_eq!(\(call), \(sample.echoed.map(argument) ?? "\"\""));"
    case .bytes:
      return
        "assert_eq!(\(call), \(sample.echoed.map { "[\(SampleCall.number($0))]" } ?? "[0u8; 0]"));"
    default: return "assert_eq!(\(call), \(sample.echoed.map(argument) ?? "Default::default()"));"
    }
  }
}
