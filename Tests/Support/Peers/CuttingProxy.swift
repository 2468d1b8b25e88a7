import Foundation

/// A proxy before a cluster's socket that can swallow an answer and cut the connection: the client cannot know
/// whether what it sent was done.
package final class CuttingProxy: @unchecked Sendable {
    /// What the proxy does with bytes from the server.
    package enum Manner {
        case forward
        /// Forwards up to the first answer that reports work done, drops it and cuts the connection; then forwards
        /// again.
        case cutNextAnswer
        /// Drops everything, and leaves the connection open.
        case silence
    }

    package let folder: String
    private let target: String
    private let listener: Int32
    private let lock = NSLock()
    private var manner = Manner.forward
    private var descriptors: [Int32] = []
    private var cuts = 0

    package init(cluster: PostgresCluster) throws {
        target = cluster.folder + "/.s.PGSQL.5432"
        folder = "/tmp/tr-px-" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let code = Self.withAddress(folder + "/.s.PGSQL.5432") { bind(listener, $0, $1) }
        guard code == 0, listen(listener, 64) == 0 else { throw POSIXError(.EADDRINUSE) }
        startThread { [self] in accept() }
    }

    package var url: String { url(database: "postgres") }

    package func url(database: String) -> String {
        "postgresql://postgres@\(folder.replacingOccurrences(of: "/", with: "%2F"))/\(database)"
    }

    package func set(_ manner: Manner) { lock.withLock { self.manner = manner } }

    /// How many answers were swallowed with a cut.
    package var cutCount: Int { lock.withLock { cuts } }

    package func remove() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        lock.withLock { for descriptor in descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) } }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { return }
            let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            guard Self.withAddress(target, { connect(server, $0, $1) }) == 0 else {
                close(client)
                close(server)
                continue
            }
            lock.withLock { descriptors += [client, server] }
            startThread { [self] in relay(from: client, to: server, isAnswer: false) }
            startThread { [self] in relay(from: server, to: client, isAnswer: true) }
        }
    }

    private func relay(from source: Int32, to sink: Int32, isAnswer: Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0, !isAnswer || mayPass(buffer[0]) else { break }
            if isAnswer, isSilent { continue }
            var sent = 0
            while sent < count {
                let step = buffer.withUnsafeBytes {
                    send(sink, $0.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL))
                }
                guard step > 0 else { break }
                sent += step
            }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(sink, Int32(SHUT_RDWR))
    }

    private var isSilent: Bool {
        lock.withLock {
            if case .silence = manner { return true }
            return false
        }
    }

    /// `C` and `2` begin the answer to work that is done; `G` asks for COPY's data.
    private func mayPass(_ letter: UInt8) -> Bool {
        lock.withLock {
            guard case .cutNextAnswer = manner, letter == UInt8(ascii: "C") || letter == UInt8(ascii: "2") else {
                return true
            }
            manner = .forward
            cuts += 1
            return false
        }
    }

    private static func withAddress<T>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8) + [0]) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
