extension PluginHost {
  /// What an unload found and did.
  public struct UnloadReport: Equatable, Sendable {
    /// What the plugin had not given back; the runtime has freed it.
    public var leakedBlocks: UInt64
    /// As they were asked for.
    public var leakedBytes: UInt64
    /// The same in groups, the largest first: by place of allocation in checked mode, else by size class.
    public var leaks: [LeakGroup]
    /// The file's code and data are gone from the process.
    public var isUnmapped: Bool
  }
}
