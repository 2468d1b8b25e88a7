import Foundation

/// A real HTTP proxy on loopback that makes tunnels on CONNECT. Whatever host a client names, a tunnel leads to the
/// port on this machine, so a client can use names that have no address.
package final class ConnectProxy: Sendable {
    /// What it does with a CONNECT.
    package enum Behaviour: Sendable {
        /// It makes a tunnel, if the credentials are right.
        case tunnels
        /// It answers this instead, and closes.
        case answers(String)
        /// It reads the request and never answers.
        case hangs
    }

    private let server: ScriptedServer

    package var port: UInt16 { server.port }
    package var url: String { "http://127.0.0.1:\(port)" }
    /// The heads of the requests that clients have sent to the proxy itself.
    package var heads: [String] { server.requests.map(\.head) }
    /// Connections that clients have made.
    package var connections: Int { server.connections }

    /// - Parameter credentials: `USER:PASSWORD` that a client must give; nil for none.
    package init(_ behaviour: Behaviour = .tunnels, credentials: String? = nil) throws {
        let wanted = credentials.map { "Basic " + Data($0.utf8).base64EncodedString() }
        server = try ScriptedServer { connection in
            guard let head = connection.readRequest()?.head else { return }
            switch behaviour {
            case .hangs: connection.waitForEnd()
            case .answers(let text): connection.write(text)
            case .tunnels: Self.tunnel(connection, head, wanted)
            }
        }
    }

    private static func tunnel(_ connection: ScriptedServer.Connection, _ head: String, _ wanted: String?) {
        let lines = head.components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3, words[0] == "CONNECT",
            let port = words[1].split(separator: ":").last.flatMap({ UInt16($0) })
        else {
            connection.write("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
            return
        }
        if let wanted, !lines.contains("Proxy-Authorization: \(wanted)") {
            connection.write(
                "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"test\"\r\n"
                    + "Content-Length: 0\r\nConnection: close\r\n\r\n")
            return
        }
        connection.write("HTTP/1.1 200 Connection established\r\n\r\n")
        Forwarder.forward(connection, to: port)
    }
}
