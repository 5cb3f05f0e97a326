internal import Platform

openMissingStandardStreams()
ignoreBrokenPipes()
let status = SizeReport(arguments: Array(Swift.CommandLine.arguments.dropFirst())).run()
exitProcess(status)
