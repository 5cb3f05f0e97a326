internal import Platform

openMissingStandardStreams()
Interruption.install()
let status = BenchRuntime(arguments: Array(Swift.CommandLine.arguments.dropFirst())).run()
exitProcess(status)
