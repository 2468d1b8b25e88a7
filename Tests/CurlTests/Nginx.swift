import Foundation
import Glibc

/// A real nginx on loopback, with one TLS port a certificate; it ends with the test.
final class Nginx {
    /// The port of each certificate.
    let ports: [String: UInt16]
    private let program: Program

    init(folder: String, certificates: [String]) throws {
        // Free ports, held until nginx starts.
        let listeners = certificates.map { _ in ScriptedServer.listen(backlog: 1) }
        let found = listeners.map { ScriptedServer.port(of: $0) }
        listeners.forEach { close($0) }
        ports = Dictionary(uniqueKeysWithValues: zip(certificates, found))
        let servers = zip(certificates, found).map { name, port in
            """
            server {
                listen 127.0.0.1:\(port) ssl;
                ssl_certificate \(folder)/\(name).pem;
                ssl_certificate_key \(folder)/\(name).key;
                location / { return 200 "tls $request_method"; }
            }
            """
        }
        try """
        daemon off;
        master_process off;
        pid \(folder)/nginx.pid;
        error_log \(folder)/error.log;
        events { worker_connections 256; }
        http {
            access_log off;
            client_body_temp_path \(folder)/body;
            proxy_temp_path \(folder)/proxy;
            fastcgi_temp_path \(folder)/fastcgi;
            uwsgi_temp_path \(folder)/uwsgi;
            scgi_temp_path \(folder)/scgi;
            \(servers.joined(separator: "\n"))
        }
        """.write(toFile: "\(folder)/nginx.conf", atomically: true, encoding: .utf8)
        program = try Program(["nginx", "-c", "\(folder)/nginx.conf", "-e", "\(folder)/error.log"])
        try waitUntilUp(log: "\(folder)/error.log")
    }

    private func waitUntilUp(log: String) throws {
        for _ in 0..<500 {
            if ports.values.allSatisfy({ canConnect($0) }) { return }
            guard program.isRunning else { break }
            usleep(10_000)
        }
        let text = try? String(contentsOfFile: log, encoding: .utf8)
        stop()
        throw Program.Failed(command: ["nginx"], output: text ?? "")
    }

    func stop() { program.stop() }
}

private func canConnect(_ port: UInt16) -> Bool {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
