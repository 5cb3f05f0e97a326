internal import CPlatform
internal import Glibc

/// This process's environment as `NAME=value`.
public func processEnvironment() -> [String] {
  var variables: [String] = []
  var entry = unsafe environ
  while let text = unsafe entry.pointee {
    variables.append(unsafe String(cString: text))
    unsafe entry += 1
  }
  return variables
}

/// How many processors this process may use.
public func processorCount() -> Int {
  max(1, Int(platform_processor_count()))
}

/// The path of the running program.
public func executablePath() throws(SystemError) -> String {
  try Files.resolve("/proc/self/exe")
}

/// This process's environment by name; of a name that comes twice the first holds, as for getenv(3).
public func environmentVariables() -> [String: String] {
  var variables: [String: String] = [:]
  for entry in processEnvironment() {
    let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, variables[String(parts[0])] == nil else { continue }
    variables[String(parts[0])] = String(parts[1])
  }
  return variables
}
