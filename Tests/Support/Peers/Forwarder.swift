import Foundation
import Locks

/// A TCP forwarder on loopback that cuts a connection when a number of bytes have passed in one direction.
package final class Forwarder: Sendable {
    /// Where a connection is cut.
    package enum Cut: Sendable {
        case never
        /// When the peer has received this many bytes from the client.
        case request(after: Int)
        /// When the client has received this many bytes from the peer.
        case response(after: Int)
    }

    private let server: ScriptedServer
    package var port: UInt16 { server.port }
    /// Connections that clients have made.
    package var connections: Int { server.connections }

    package init(to port: UInt16, cut: Cut = .never) throws {
        server = try ScriptedServer { Self.forward($0, to: port, cut) }
    }

    /// Forwards until one side ends. The first bytes from the client may have been read already.
    package static func forward(
        _ client: ScriptedServer.Connection, to port: UInt16, _ cut: Cut = .never, first: [UInt8] = []
    ) {
        guard let peer = ScriptedServer.connect(to: port) else { return }
        let (requestLimit, responseLimit) =
            switch cut {
            case .never: (Int.max, Int.max)
            case .request(let limit): (limit, Int.max)
            case .response(let limit): (Int.max, limit)
            }
        let isFinished = Locked(false)
        startThread {
            pump(from: peer, to: client, limit: responseLimit)
            client.shutDown()
            peer.shutDown()
            isFinished.withLock { $0 = true }
        }
        peer.write(first)
        pump(from: client, to: peer, limit: requestLimit)
        client.shutDown()
        peer.shutDown()
        while !isFinished.withLock({ $0 }) { usleep(1000) }
        peer.close()
    }

    private static func pump(from source: ScriptedServer.Connection, to sink: ScriptedServer.Connection, limit: Int) {
        var left = limit
        while left > 0, let bytes = source.readSome() {
            guard sink.write(Array(bytes.prefix(left))) else { return }
            left -= min(left, bytes.count)
        }
    }
}
