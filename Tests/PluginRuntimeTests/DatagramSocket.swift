import Glibc
import Testing

/// A socket that datagrams are sent to.
struct DatagramSocket: ~Copyable {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    try #require(descriptor >= 0 && path.utf8.count < 108)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let status = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, length)
      }
    }
    try #require(status == 0)
  }

  deinit { close(descriptor) }

  var isOpen: Bool { descriptor >= 0 }

  /// Takes what has come.
  func drain() {
    var byte: UInt8 = 0
    while unsafe recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) >= 0 {}
  }

  /// The first datagram with `text` in it, or none where nothing comes for so long; all before it are taken
  /// and passed over. Others may log meanwhile, and who sends waits for one who reads: it is called while,
  /// not after, something is sent.
  func receive(with text: String, seconds: Int = 60) -> [UInt8] {
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    while true {
      let bytes = receive()
      if bytes.isEmpty || bytes.firstRange(of: Array(text.utf8)) != nil { return bytes }
    }
  }

  /// A datagram, or the file in memory that came instead of one.
  func receive() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    var control = [UInt64](repeating: 0, count: 8)
    var count = 0
    var file: Int32 = -1
    unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe control.withUnsafeMutableBytes { control in
        var part = unsafe iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
        unsafe withUnsafeMutablePointer(to: &part) { part in
          var message = unsafe msghdr()
          unsafe message.msg_iov = unsafe part
          unsafe message.msg_iovlen = 1
          unsafe message.msg_control = control.baseAddress
          unsafe message.msg_controllen = control.count
          count = unsafe recvmsg(descriptor, &message, 0)
          let header = MemoryLayout<cmsghdr>.size
          if unsafe message.msg_controllen >= header + 4 {
            file = unsafe control.load(fromByteOffset: header, as: Int32.self)
          }
        }
      }
    }
    guard file >= 0 else { return Array(bytes.prefix(max(0, count))) }
    defer { close(file) }
    var all: [UInt8] = []
    while true {
      let read = unsafe pread(file, &bytes, bytes.count, all.count)
      if read <= 0 { return all }
      all += bytes.prefix(read)
    }
  }
}
