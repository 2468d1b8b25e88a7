import Foundation
import TestSupport

/// A certificate authority of a test's own, made by the openssl command in a temporary folder.
struct Authority: Sendable {
    let folder: String
    var caFile: String { "\(folder)/ca.pem" }

    init() async throws {
        folder = try Watchdog.shared.makeFolder("authority")
        try """
        [ca]
        default_ca = own
        [own]
        database = \(folder)/index.txt
        new_certs_dir = \(folder)
        rand_serial = yes
        default_md = sha256
        policy = any
        copy_extensions = copy
        unique_subject = no
        [any]
        commonName = supplied
        """.write(toFile: "\(folder)/ca.cnf", atomically: true, encoding: .utf8)
        try "".write(toFile: "\(folder)/index.txt", atomically: true, encoding: .utf8)
        try await Command.succeed([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "30", "-subj", "/CN=Test CA", "-keyout", "\(folder)/ca.key", "-out", caFile,
        ])
    }

    /// Makes `name.pem` and `name.key` for a subject; times as openssl takes them, "20200101000000Z".
    func issue(_ name: String, alternativeName: String, from: String, until: String) async throws {
        try await Command.succeed([
            "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=\(name)", "-addext", "subjectAltName=\(alternativeName)", "-keyout", "\(folder)/\(name).key", "-out",
            "\(folder)/\(name).csr",
        ])
        try await Command.succeed([
            "openssl", "ca", "-batch", "-notext", "-config", "\(folder)/ca.cnf", "-cert", caFile, "-keyfile",
            "\(folder)/ca.key", "-in", "\(folder)/\(name).csr", "-out", "\(folder)/\(name).pem", "-startdate", from,
            "-enddate", until,
        ])
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
