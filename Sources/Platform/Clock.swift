internal import Glibc

/// Nanoseconds of `CLOCK_MONOTONIC`, the same for all processes of a machine.
public func monotonicNanoseconds() -> UInt64 {
  var now = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &now)
  return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}
