internal import Glibc

/// A connected stream socket in non-blocking mode. The owner closes it; a copy is the same descriptor.
package struct StreamSocket: Sendable {
    /// What a read or a write came to.
    package enum Transfer: Sendable, Equatable {
        /// So many bytes, at least one.
        case bytes(Int)
        /// Nothing can be read or written now.
        case wouldBlock
        /// The peer has closed its sending half. Only reads give this.
        case end
        /// The connection is broken.
        case broken
    }

    /// The descriptor, to be watched.
    package let descriptor: Int32
    /// Whether it is a TCP socket; else it is a Unix domain socket.
    package let isTCP: Bool

    init(descriptor: Int32, isTCP: Bool) {
        self.descriptor = descriptor
        self.isTCP = isTCP
    }

    /// Reads into the beginning of `buffer`, at most as much as it holds.
    package func read(into buffer: inout [UInt8]) -> Transfer {
        while true {
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            guard errno == EINTR else { return Self.failure }
        }
    }

    /// Whether bytes have arrived that were not read.
    package var hasInput: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    /// Writes three runs of bytes one after the other with one system call. Never raises SIGPIPE.
    /// - Returns: how many bytes of all of them the kernel took; at least one run must not be empty.
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

    /// Bytes that were written and that the peer has not acknowledged; 0 if the system does not tell.
    package var unacknowledgedBytes: Int {
        var count: Int32 = 0
        // SIOCOUTQ has the number of TIOCOUTQ.
        return ioctl(descriptor, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
    }

    /// Sends each write at once, without waiting for the acknowledgement of the one before. TCP only.
    package func sendWithoutDelay() {
        if isTCP { set(Int32(IPPROTO_TCP), TCP_NODELAY, 1) }
    }

    /// Keeps the kernel from taking more than `bytes` before it can send them. TCP only.
    package func limitUnsentBytes(_ bytes: Int32) {
        if isTCP { set(Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, bytes) }
    }

    private func set(_ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        // A failure means that the connection is broken, which the next read reports.
        _ = setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Closes the sending half: the peer reads the end after what was written.
    package func shutDownOutput() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes the socket. What was written is still sent.
    package func close() { _ = Glibc.close(descriptor) }

    /// Closes the socket with a reset, so that the peer cannot take what it has for all.
    package func reset() {
        var setting = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &setting, socklen_t(MemoryLayout<linger>.size))
        close()
    }
}
