import PluginMacros

// The entry of an implementation that is written elsewhere: what @PluginImplementation would write, by hand.

#plugin(name: "all-kinds-embedded", version: "1.0.0", offers: ["test.all-kinds/1"])

@section("plr_implementations") @used
private let registration: @convention(c) (UnsafeMutableRawPointer?) -> Void = { registrar in
  PluginModule.Registrar.given(registrar).add(
    .perHost, make: { AllKindsInSwift() },
    exports: [{ made, account in AllKindsExport.of(made, account: account) }])
}
