import Foundation

/// Free TCP ports below the range that the kernel gives to outgoing connections.
package enum Ports {
    private static let lock = NSLock()
    nonisolated(unsafe) private static var next = 12_000 + Int(getpid()) * 37 % 18_000

    /// A port that nobody listens on, and that no other test of this process is given.
    package static func free() -> Int {
        lock.withLock {
            while true {
                next = next >= 31_000 ? 12_000 : next + 1
                if canBind(next) { return next }
            }
        }
    }

    private static func canBind(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        return RawClient.withAddress(port: port) { bind(descriptor, $0, $1) } == 0
    }
}
