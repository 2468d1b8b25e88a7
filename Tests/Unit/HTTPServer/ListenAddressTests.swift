import HTTPServer
import Testing

@Suite struct ListenAddressTests {
    @Test(
        "An address is read, and written as it was",
        arguments: [
            ("127.0.0.1:8080", ListenAddress.tcp(host: "127.0.0.1", port: 8080)),
            ("localhost:0", .tcp(host: "localhost", port: 0)), ("[::1]:443", .tcp(host: "::1", port: 443)),
            ("unix:/run/x.sock", .unix(path: "/run/x.sock")),
        ])
    func addressIsRead(text: String, address: ListenAddress) throws {
        #expect(try ListenAddress(parsing: text) == address)
        #expect(address.description == text)
    }

    @Test("A port alone means all addresses")
    func portAloneMeansAllAddresses() throws {
        #expect(try ListenAddress(parsing: ":80") == .tcp(host: "0.0.0.0", port: 80))
    }

    @Test(
        "What is not an address is refused with what is expected",
        arguments: [
            "", "host", "host:", "host:x", "host:65536", "host:-1", "::1:80", "[::1]", "[x]:1", "[]:1", "a b:1",
            "unix:", "h:+1",
        ])
    func whatIsNotAddress(text: String) {
        let error = #expect(throws: ListenAddress.ParseError.self) { try ListenAddress(parsing: text) }
        #expect(
            error?.description
                == "'\(text)' is not an address to listen on; expected HOST:PORT, [IPV6]:PORT or unix:PATH")
    }
}
