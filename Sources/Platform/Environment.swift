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
