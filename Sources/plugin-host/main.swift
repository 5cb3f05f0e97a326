internal import Platform

openMissingStandardStreams()
Interruption.install()
let status = PluginHostCommand(arguments: Array(Swift.CommandLine.arguments.dropFirst())).run()
exitProcess(status)
