internal import Glibc

/// A connected stream socket in non-blocking mode. The owner closes it. A copy has the same descriptor.
package struct StreamSocket: Sendable {
    /// The result of a read or a write.
    package enum Transfer: Sendable, Equatable {
        /// The number of bytes, at least one.
        case bytes(Int)
        /// Nothing can be read or written now.
        case wouldBlock
        /// The peer has closed its sending half. Only reads return this.
        case end
        /// The connection is broken.
        case broken
    }

    /// The descriptor, for an event loop.
    package let descriptor: Int32
    /// Whether it is a TCP socket. Otherwise it is a Unix domain socket.
    package let isTCP: Bool

    /// Makes a socket of a descriptor in non-blocking mode. The descriptor stays the caller's until `close` is called.
    package init(descriptor: Int32, isTCP: Bool) {
        self.descriptor = descriptor
        self.isTCP = isTCP
    }

    /// Reads into the beginning of `buffer`, at most `buffer.count` bytes.
    package func read(into buffer: inout [UInt8]) -> Transfer {
        while true {
            let count = buffer.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
            }
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            guard errno == EINTR else { return Self.failure }
        }
    }

    /// Whether bytes have arrived and were not read.
    package var hasInput: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    /// Whether the socket is open and has nothing to read. It reads no byte.
    package var isSilent: Bool {
        var byte: UInt8 = 0
        while true {
            let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
            if count >= 0 { return false }
            guard errno == EINTR else { return Self.failure == .wouldBlock }
        }
    }

    /// Another descriptor of the same socket, which is closed separately; nil if the process has no descriptor left.
    package func duplicate() -> StreamSocket? {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        return copy >= 0 ? StreamSocket(descriptor: copy, isTCP: isTCP) : nil
    }

    /// Writes bytes with one system call, without SIGPIPE.
    package func write(_ bytes: Span<UInt8>) -> Transfer {
        bytes.withUnsafeBytes { bytes in
            while true {
                let count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                if count >= 0 { return .bytes(count) }
                guard errno == EINTR else { return Self.failure }
            }
        }
    }

    /// Writes three byte sequences with one system call, without SIGPIPE. At least one of them must not be empty.
    /// - Returns: the number of bytes that the kernel took.
    package func write(_ first: Span<UInt8>, _ second: Span<UInt8>, _ third: Span<UInt8>) -> Transfer {
        first.withUnsafeBytes { first in
            second.withUnsafeBytes { second in
                third.withUnsafeBytes { third in write([first, second, third]) }
            }
        }
    }

    private func write(_ runs: InlineArray<3, UnsafeRawBufferPointer>) -> Transfer {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: 3) { vectors in
            var used = 0
            for index in runs.indices where !runs[index].isEmpty {
                vectors[used] = iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: runs[index].baseAddress), iov_len: runs[index].count)
                used += 1
            }
            var message = msghdr()
            message.msg_iov = vectors.baseAddress
            message.msg_iovlen = used
            while true {
                let count = sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
                if count >= 0 { return .bytes(count) }
                guard errno == EINTR else { return Self.failure }
            }
        }
    }

    private static var failure: Transfer { errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .broken }

    /// The number of written bytes that the peer has not acknowledged; 0 if the system does not know.
    package var unacknowledgedBytes: Int {
        var count: Int32 = 0
        // SIOCOUTQ has the number of TIOCOUTQ.
        return ioctl(descriptor, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
    }

    /// The peer's address without its port, such as `127.0.0.1`; nil for a Unix domain socket or a broken connection.
    package var peerAddress: String? {
        guard isTCP else { return nil }
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var text = [CChar](repeating: 0, count: 64)
        let isKnown = withUnsafeMutablePointer(to: &address) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getpeername(descriptor, address, &length) == 0
                    && getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, Int32(NI_NUMERICHOST)) == 0
            }
        }
        guard isKnown else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Sends each write at once, without waiting for the acknowledgement of the previous one. Only for TCP.
    package func sendWithoutDelay() {
        if isTCP { set(Int32(IPPROTO_TCP), TCP_NODELAY, 1) }
    }

    /// Limits how many bytes the kernel accepts before it can send them. Only for TCP.
    package func limitUnsentBytes(_ bytes: Int32) {
        if isTCP { set(Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, bytes) }
    }

    private func set(_ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        // A failure means that the connection is broken, which the next read reports.
        _ = setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Closes the sending half. The peer reads the end after the bytes that were written.
    package func shutDownOutput() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes the socket. Bytes that were written are still sent.
    package func close() { _ = Glibc.close(descriptor) }

    /// Closes the socket with a reset, so that the peer cannot mistake a part for the whole.
    package func reset() {
        var setting = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &setting, socklen_t(MemoryLayout<linger>.size))
        close()
    }
}
