internal import CSwiftDemangle

/// `PluginHost` looks for this function by its name, to show the symbols that plugins lack as people write them. That it
/// is asked for here has a runtime that is trimmed for this program keep it.
@section(".data.rel.ro.swift_names") @used
private let swiftNames:
  @convention(c) (
    UnsafePointer<CChar>?, Int, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?, UInt32
  ) -> UnsafeMutablePointer<CChar>? = unsafe swift_demangle
