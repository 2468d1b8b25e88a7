import Glibc

/// The standard error stream, unbuffered.
enum StandardError {
    /// Writes all bytes, and waits if necessary. It stops if the stream is broken.
    @Sendable
    static func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                usleep(1000)
            } else if errno != EINTR {
                return
            }
        }
    }
}
