internal import Platform

// Signals keep their default: whatever plugin is running, Ctrl-C ends the process.
openMissingStandardStreams()
ignoreBrokenPipes()
let status = PluginHostCommand(arguments: Array(Swift.CommandLine.arguments.dropFirst())).run()
exitProcess(status)
