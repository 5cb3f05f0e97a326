internal import InterfaceSyntax

extension Project {
  func filesInEmbeddedSwift() -> [ProjectFile] {
    [
      ProjectFile("Makefile", makefileInEmbeddedSwift),
      ProjectFile("plugin.exports", "{ global: plugin_entry; local: *; };\n"),
      ProjectFile("src/\(name.camel).swift", pluginInSwift),
      ProjectFile("test/\(name.snake)_test.c", testInC),
      ProjectFile("interface/\(declaration.name).swift", interfaceInSwift),
      ProjectFile("include/module.modulemap", moduleMap),
    ] + headers
  }

  private var makefileInEmbeddedSwift: String {
    """
    \(makefileHead)
    EMBEDDED ?= $(PLUGIN_RUNTIME)/tools/build-embedded-plugin

    CFLAGS ?= -O2 -Wall -Wextra
    CPPFLAGS += -Iinclude -I$(PLUGIN_RUNTIME)/Sources/Runtime/CPluginABI/include
    PLUGIN_FLAGS = -std=c11 -fPIC -fvisibility=hidden -shared \(linkFlags)

    build/\(name.plugin).so: src/\(name.camel).swift interface/\(declaration.name).swift
    \t@mkdir -p build
    \t$(EMBEDDED) -o $@ -I include --module \(interfaceModule)=interface/\(declaration.name).swift $<

    build/\(name.plugin)-test.so: test/\(name.snake)_test.c plugin.exports
    \t@mkdir -p build
    \t$(CC) $(CPPFLAGS) $(CFLAGS) $(PLUGIN_FLAGS) $(LDFLAGS) $< -o $@

    # The test is a plugin, too: it looks the other one up and calls it when a host initialises it.
    test: build/\(name.plugin).so build/\(name.plugin)-test.so
    \t$(HOST) load $^
    \t@echo "\(name.plugin): test passed"

    clean:
    \trm -rf build

    .PHONY: test clean

    """
  }

  private var moduleMap: String {
    """
    module C\(interfaceModule) {
    \(interface.headers.map { "  header \"\($0.name)\"" }.joined(separator: "\n"))
      export *
    }

    """
  }
}
