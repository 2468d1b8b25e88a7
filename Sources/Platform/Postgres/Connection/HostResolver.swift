#if canImport(Glibc)
    internal import Glibc
#endif

/// One server for libpq to try. The name is for TLS and messages.
struct ResolvedServer: Sendable, Equatable {
    let host: String
    /// The address to connect to. Empty for a socket folder.
    let address: String
    /// Empty for the default port.
    let port: String
}

/// Looks up host names before libpq does. libpq would block the loop in `getaddrinfo`.
enum HostResolver {
    /// The largest number of addresses of one host that are tried.
    static let addressLimit = 8

    /// Returns one server for each address of the settings' hosts. It blocks, so call it on a `DetachedThread`.
    ///
    /// Hosts without an address are left out. libpq would also skip them.
    /// - Returns: nil if no host needs a look-up.
    static func resolve(_ settings: PostgresSettings) throws(PostgresError) -> [ResolvedServer]? {
        guard !settings.hasAddresses, let hosts = settings.hosts else { return nil }
        let ports = settings.ports
        guard ports.count <= 1 || ports.count == hosts.count else {
            throw PostgresError(
                .configuration, "the connection string has \(ports.count) ports for \(hosts.count) hosts")
        }
        var servers: [ResolvedServer] = []
        var failure = ""
        for (index, host) in hosts.enumerated() {
            let port = ports.count > 1 ? ports[index] : ports.first ?? ""
            if host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") {
                servers.append(ResolvedServer(host: host, address: "", port: port))
                continue
            }
            let (addresses, message) = lookUp(host)
            failure = message ?? failure
            servers += addresses.map { ResolvedServer(host: host, address: $0, port: port) }
        }
        guard !servers.isEmpty else { throw PostgresError(.connection, failure) }
        return servers
    }

    private static func lookUp(_ host: String) -> (addresses: [String], failure: String?) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_family = AF_UNSPEC
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            let reason = gai_strerror(code).map { String(cString: $0) } ?? "error \(code)"
            return ([], "could not resolve the host \"\(host)\": \(reason)")
        }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        var entry = list
        while let current = entry, addresses.count < addressLimit {
            if let text = numericForm(current.pointee), !addresses.contains(text) { addresses.append(text) }
            entry = current.pointee.ai_next
        }
        return (addresses, addresses.isEmpty ? "the host \"\(host)\" has no address" : nil)
    }

    private static func numericForm(_ entry: addrinfo) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = getnameinfo(
            entry.ai_addr, entry.ai_addrlen, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
        guard code == 0 else { return nil }
        return buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
    }
}
