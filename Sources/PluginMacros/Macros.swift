@_exported public import PluginInterfaces

/// Makes a protocol an interface that crosses between host and plugins in any language.
///
/// For `@PluginInterface("example.greeter", revision: 1) protocol Greeter` it writes
/// - `GreeterProxy`, which makes any C table of the interface an `any Greeter`, and
/// - `GreeterExport`, which makes an implementation of `Greeter` a C table.
///
/// The table is the struct `example_greeter` of the header that `plugin-interface header` writes from the
/// same protocol; import the module that holds it. `docs/interfaces.md` says what may cross, and who owns it.
///
/// - Parameters:
///   - id: printable ASCII; a string literal.
///   - revision: from 1 on. What a revision means never changes.
///   - values: the enums and structs that its functions take or return, as `Position.self`: types with
///     `@PluginValue`.
@attached(peer, names: suffixed(Proxy), suffixed(Export))
public macro PluginInterface(
  _ id: StaticString, revision: UInt32, values: any CrossingValue.Type...
) = #externalMacro(module: "PluginMacroExpansion", type: "PluginInterfaceMacro")

/// Makes an enum or a struct a value that crosses between host and plugins in any language.
///
/// An enum has an integer of fixed width as its raw type; a struct has fields that may cross. In C it is the type
/// of the header that `plugin-interface header` writes from the same declaration.
///
/// - Parameters:
///   - id: printable ASCII; a string literal.
///   - values: other values that its fields hold.
@attached(
  extension, conformances: CrossingValue,
  names: named(InC), named(ArrayInC), named(OptionalInC), named(crossingLayout), named(noCrossing),
  named(noOptionalCrossing), named(init(lent:)), named(crossing(_:)), named(releaseCrossing(_:_:)))
public macro PluginValue(_ id: StaticString, values: any CrossingValue.Type...) =
  #externalMacro(module: "PluginMacroExpansion", type: "PluginValueMacro")

/// Registers a type as an implementation of interfaces: made by `init()` when a host initialises the plugin,
/// unmade when the host is done with it.
///
/// - Parameters:
///   - interfaces: the protocols, as `Greeter.self`.
///   - priority: implementations with a higher one are found first.
///   - lifetime: how often it is made: for each host, for each call site, or once.
@attached(member, names: named(pluginRegistration))
public macro PluginImplementation(
  _ interfaces: Any.Type..., priority: Int32 = 0, lifetime: InstanceLifetime = .perHost
) =
  #externalMacro(module: "PluginMacroExpansion", type: "PluginImplementationMacro")

/// Makes the module a plugin: writes its manifest, its entry, and the list of all implementations in it.
/// Once in a module, at file scope.
///
/// - Parameters:
///   - name: without blanks; at most 63 bytes.
///   - version: at most 31 bytes.
///   - offers: "id/revision" of what the plugin registers, for hosts that start without loading it.
@freestanding(declaration, names: named(manifest), named(pluginEntry))
public macro plugin(name: StaticString, version: StaticString, offers: [StaticString] = []) =
  #externalMacro(module: "PluginMacroExpansion", type: "PluginMacro")
