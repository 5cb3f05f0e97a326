internal import Platform

openMissingStandardStreams()
Interruption.install()
let status = PackageRuntime(arguments: Array(Swift.CommandLine.arguments.dropFirst())).run()
exitProcess(status)
