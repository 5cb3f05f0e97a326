internal import Platform

openMissingStandardStreams()
ignoreBrokenPipes()
let status = NewPluginCommand(arguments: Array(Swift.CommandLine.arguments.dropFirst())).run()
exitProcess(status)
