internal import Platform

openMissingStandardStreams()
ignoreBrokenPipes()
let status = PluginInterfaceCommand(arguments: Array(Swift.CommandLine.arguments.dropFirst())).run()
exitProcess(status)
