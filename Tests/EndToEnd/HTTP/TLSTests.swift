import Foundation
import TestSupport
import Testing

@Suite("TLS towards the gateway is verified", .bounded)
struct TLSTests {
    /// A private authority and the certificates that it has signed.
    private struct Authority {
        let folder: String
        var certificate: String { folder + "/ca.pem" }

        init() async throws {
            folder = try Watchdog.shared.makeFolder("ca")
            try await openssl(
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test authority",
                ])
        }

        /// Makes `NAME.pem` and `NAME.key` for a host; `days` below zero make an expired one.
        func sign(_ name: String, host: String, days: Int = 2) async throws {
            let names = host.first?.isNumber == true ? "IP:\(host)" : "DNS:\(host)"
            try "subjectAltName=\(names)\n".write(
                toFile: folder + "/\(name).ext", atomically: false, encoding: .utf8)
            try await openssl(
                [
                    "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    "\(name).key", "-out", "\(name).csr", "-subj", "/CN=\(host)",
                ])
            try await openssl(
                [
                    "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                    "-out", "\(name).pem", "-days", "\(days)", "-extfile", "\(name).ext",
                ])
        }

        private func openssl(_ arguments: [String]) async throws {
            try await Command.succeed(["/usr/bin/openssl"] + arguments, folder: folder)
        }
    }

    @Test("The right certificate passes; a wrong host, an expired one and an unknown issuer are not sent to")
    func rightCertificatePasses() async throws {
        let stage = try await Stage.shared
        let (ours, others) = (try await Authority(), try await Authority())
        try await ours.sign("good", host: "127.0.0.1")
        try await ours.sign("host", host: "eco.example.com")
        try await ours.sign("expired", host: "127.0.0.1", days: -1)
        try await others.sign("good", host: "127.0.0.1")
        for (folder, name, isGood) in [
            (ours.folder, "good", true), (ours.folder, "host", false), (ours.folder, "expired", false),
            (others.folder, "good", false),
        ] {
            let gateway = try await GatewayProcess(StageApp.all, certificate: "\(folder)/\(name)")
            defer { gateway.stop() }
            let relay = try await stage.startRelay([
                "TOPRELAY_GATEWAY_URL": gateway.url, "TOPRELAY_CA_FILE": ours.certificate,
            ])
            defer { relay.child.kill() }
            let example = Example.carProfile()
            let answer = try await relay.post(example.path, example.body, token: stage.tokens.caller)
            #expect(gateway.url.hasPrefix("https://"))
            #expect(gateway.calls(with: example.marker).count == (isGood ? 1 : 0), "\(name)")
            #expect(answer.status == (isGood ? 200 : 502), "\(name): \(answer)")
            guard !isGood else { continue }
            #expect(answer.problem == "top-unreachable")
            #expect(answer.outcome == "not_sent")
            #expect(try await stage.trail(id: answer.id)?.outcome == "not_sent")
        }
    }
}
