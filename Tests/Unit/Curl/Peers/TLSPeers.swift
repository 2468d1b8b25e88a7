import Testing

/// Two authorities, and an nginx with certificates of the first: made once for a suite, as each takes a dozen commands.
struct TLSPeers: Sendable {
    @TaskLocal static var current: TLSPeers?

    let authority: Authority
    let stranger: Authority
    let nginx: Nginx

    init() async throws {
        authority = try await Authority()
        stranger = try await Authority()
        let (past, future) = ("20200101000000Z", "20480101000000Z")
        let here = "IP:127.0.0.1,DNS:localhost"
        try await authority.issue("right", alternativeName: here, from: past, until: future)
        try await authority.issue("elsewhere", alternativeName: "DNS:elsewhere.example", from: past, until: future)
        try await authority.issue("expired", alternativeName: here, from: past, until: "20200201000000Z")
        try await authority.issue("early", alternativeName: here, from: "20470101000000Z", until: future)
        nginx = try await Nginx(folder: authority.folder, certificates: ["right", "elsewhere", "expired", "early"])
    }

    func end() {
        nginx.stop()
        authority.remove()
        stranger.remove()
    }
}

/// Gives a suite its peers, and ends them after its last test.
struct TLSPeersTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let peers = try await TLSPeers()
        defer { peers.end() }
        try await TLSPeers.$current.withValue(peers) { try await function() }
    }
}

/// The suites that need the peers share them.
@Suite("With TLS peers", .tlsPeers)
enum WithTLSPeers {}

extension Trait where Self == TLSPeersTrait {
    static var tlsPeers: Self { Self() }
}
