import Foundation
import Glibc
import TestSupport

/// A real nginx on loopback, with one TLS port a certificate. It ends with its suite.
final class Nginx: Sendable {
    /// The port of each certificate.
    let ports: [String: UInt16]
    private let child: Child
    private let folder: String

    init(folder: String, certificates: [String]) async throws {
        self.folder = folder
        for _ in 0..<10 {
            let ports = Dictionary(uniqueKeysWithValues: certificates.map { ($0, UInt16(Ports.free())) })
            try Nginx.configuration(folder, ports).write(
                toFile: "\(folder)/nginx.conf", atomically: true, encoding: .utf8)
            let child = try Child(["nginx", "-c", "\(folder)/nginx.conf", "-e", "\(folder)/error.log"])
            // nginx writes its number when it listens; if a port was taken meanwhile, it ends.
            while child.isRunning {
                if let number = FileManager.default.contents(atPath: "\(folder)/nginx.pid"), !number.isEmpty {
                    (self.ports, self.child) = (ports, child)
                    return
                }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        let log = try String(contentsOfFile: "\(folder)/error.log", encoding: .utf8)
        throw Command.Failure(description: "nginx: \(log)")
    }

    func stop() { child.kill() }

    /// How many requests for a path under `/counted` the server has answered or given up.
    func count(of path: String) -> Int {
        let log = FileManager.default.contents(atPath: "\(folder)/access.log") ?? Data()
        return String(decoding: log, as: UTF8.self).split(separator: "\n").count { $0.contains(" \(path) ") }
    }

    private static func configuration(_ folder: String, _ ports: [String: UInt16]) -> String {
        let servers = ports.map { name, port in
            """
            server {
                listen 127.0.0.1:\(port) ssl;
                ssl_certificate \(folder)/\(name).pem;
                ssl_certificate_key \(folder)/\(name).key;
                location / { return 200 "tls $request_method"; }
                location /counted { access_log \(folder)/access.log combined; return 200 "counted"; }
            }
            """
        }
        return """
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
            """
    }
}
