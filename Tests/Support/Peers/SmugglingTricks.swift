/// Requests that servers have read differently, or could.
package enum SmugglingTricks {
    package struct Trick: Sendable, CustomStringConvertible {
        /// What is odd about it.
        package var name: String
        /// The whole input of a connection. Characters below U+0100 are one byte each.
        package var input: String
        /// Why it is refused; nil if it has one meaning only, which is the paths read.
        package var refusal: Refusal?
        /// The paths of the requests that are read, in order.
        package var paths: [String] = []

        /// The input's bytes.
        package var bytes: [UInt8] { input.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

        package var description: String { name }
    }

    package enum Refusal: Equatable {
        case badRequest, targetTooLong, headTooLarge, version, coding, expectation, incomplete
    }

    /// A second request that an attacker would like to hide.
    private static let hidden = "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n"

    /// A request to `/a` with these fields, and what follows its head.
    private static func post(
        _ name: String, _ fields: String, _ rest: String = "", _ refusal: Refusal? = .badRequest, _ paths: [String] = []
    ) -> Trick {
        Trick(
            name: name, input: "POST /a HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\r\n\(rest)", refusal: refusal, paths: paths
        )
    }

    /// A request to `/a` with a chunked body.
    private static func chunked(
        _ name: String, _ body: String, _ refusal: Refusal? = .badRequest, _ paths: [String] = []
    ) -> Trick {
        post(name, "Transfer-Encoding: chunked", body, refusal, paths)
    }

    /// Some input as it is.
    private static func raw(
        _ name: String, _ input: String, _ refusal: Refusal? = .badRequest, _ paths: [String] = []
    ) -> Trick {
        Trick(name: name, input: input, refusal: refusal, paths: paths)
    }

    package static let all: [Trick] =
        lengths + codings + lines + names + chunks + trailers + startLines + hosts + connections

    private static let empty = "0\r\n\r\n"

    private static let lengths: [Trick] = [
        post("CL.TE", "Content-Length: 6\r\nTransfer-Encoding: chunked", empty + "G"),
        post("TE.CL", "Transfer-Encoding: chunked\r\nContent-Length: 3", "1\r\na\r\n" + empty),
        post("CL.0 with chunked", "Content-Length: 0\r\nTransfer-Encoding: chunked", empty),
        post("two equal lengths", "Content-Length: 3\r\nContent-Length: 3", "abc"),
        post("two different lengths", "Content-Length: 3\r\nContent-Length: 0", "abc" + hidden),
        post("a length and an empty one", "Content-Length: 3\r\nContent-Length:", "abc"),
        post("two lengths in different cases", "Content-Length: 3\r\ncontent-length: 3", "abc"),
        post("a list of equal lengths", "Content-Length: 3, 3", "abc"),
        post("a list of different lengths", "Content-Length: 3, 0", "abc"),
        post("a length with a comma at its end", "Content-Length: 3,", "abc"),
        post("a length with a plus", "Content-Length: +3", "abc"),
        post("a length with a minus", "Content-Length: -3", "abc"),
        post("minus zero", "Content-Length: -0", hidden),
        post("a hexadecimal length", "Content-Length: 0x3", "abc"),
        post("hexadecimal digits", "Content-Length: a", "0123456789"),
        post("an octal length", "Content-Length: 0o3", "abc"),
        post("a length with an exponent", "Content-Length: 1e1", "0123456789"),
        post("a length with a fraction", "Content-Length: 3.0", "abc"),
        post("a length with an underscore", "Content-Length: 1_0", "0123456789"),
        post("a length in quotes", "Content-Length: \"3\"", "abc"),
        post("an empty length", "Content-Length: ", hidden),
        post("a length of blanks", "Content-Length: \t ", hidden),
        post("a length with a blank inside", "Content-Length: 3 0", "abc"),
        post("a length with a word after it", "Content-Length: 3 abc", "abc"),
        post("a length of 2^64 + 3", "Content-Length: 18446744073709551619", "abc"),
        post("a length of 2^63", "Content-Length: 9223372036854775808", "abc"),
        post("a length of 2^32 + 3", "Content-Length: 4294967299", "abc", .incomplete),
        post("a length hidden in zeros", "Content-Length: \(String(repeating: "0", count: 30))3", "abc"),
        post("a length with digits of another script", "Content-Length: \u{D9}\u{A3}", "abc"),
        post("a length with a NUL", "Content-Length: 3\u{0}", "abc"),
        post("a length with a vertical tab", "Content-Length: \u{B}3", "abc"),
        post("a length with a form feed", "Content-Length: 3\u{C}", "abc"),
        post("a length on the next line", "Content-Length:\r\n 3", "abc"),
        post("a length with blanks around it", "Content-Length: \t3 \t", "abc" + hidden, nil, ["/a", "/hidden"]),
        post("a length with a zero in front", "Content-Length: 03", "abc" + hidden, nil, ["/a", "/hidden"]),
        post("a name that only begins like a length", "Content-Length-X: 3", hidden, nil, ["/a", "/hidden"]),
    ]

    private static let codings: [Trick] = [
        post("chunked twice in two fields", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", empty),
        post("chunked twice in one field", "Transfer-Encoding: chunked, chunked", empty, .coding),
        post("chunked, then identity", "Transfer-Encoding: chunked, identity", empty),
        post("identity, then chunked", "Transfer-Encoding: identity, chunked", empty, .coding),
        post("identity in a second field", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", empty),
        post("identity in a first field", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", empty),
        post("identity alone", "Transfer-Encoding: identity\r\nContent-Length: 3", "abc"),
        post("another coding before chunked", "Transfer-Encoding: gzip, chunked", empty, .coding),
        post("another coding alone", "Transfer-Encoding: gzip", empty),
        post("a coding that begins like chunked", "Transfer-Encoding: chunkedx", empty),
        post("a coding that ends like chunked", "Transfer-Encoding: xchunked", empty),
        post("chunked in quotes", "Transfer-Encoding: \"chunked\"", empty),
        post("chunked in single quotes", "Transfer-Encoding: 'chunked'", empty),
        post("chunked with a parameter", "Transfer-Encoding: chunked;q=1", empty),
        post("chunked after a comma", "Transfer-Encoding: ,chunked", empty, .coding),
        post("chunked before a comma", "Transfer-Encoding: chunked,", empty),
        post("chunked before a tab", "Transfer-Encoding: chunked\t", empty),
        post("chunked before a blank", "Transfer-Encoding: chunked ", empty),
        post(
            "a request to upgrade in chunks", "Connection: upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked",
            empty + hidden, nil, ["/a"]),
        post("an empty coding", "Transfer-Encoding:", empty),
        post("chunked after a vertical tab", "Transfer-Encoding: \u{B}chunked", empty),
        post("chunked before a NUL", "Transfer-Encoding: chunked\u{0}", empty),
        post("chunked with a long s", "Transfer-Encoding: chun\u{E2}\u{84}\u{AA}ed", empty),
        post("chunked on the next line", "Transfer-Encoding:\r\n chunked", empty),
        post("a blank before the colon", "Transfer-Encoding : chunked", empty),
        post("a tab before the colon", "Transfer-Encoding\t: chunked", empty),
        post("a blank before the name", " Transfer-Encoding: chunked", empty),
        post("an underscore in the name", "Transfer_Encoding: chunked", hidden, nil, ["/a", "/hidden"]),
        post("chunked in capitals", "TRANSFER-ENCODING: CHUNKED", empty + hidden, nil, ["/a", "/hidden"]),
        post("a line that ends with CR alone", "X: y\rTransfer-Encoding: chunked", empty),
        post("a line that ends with LF alone", "X: y\nTransfer-Encoding: chunked", empty),
        post("a carriage return in front of the name", "\rTransfer-Encoding: chunked", empty),
        post("a NUL in the name", "Transfer-\u{0}Encoding: chunked", empty),
        raw("chunks in HTTP/1.0", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + empty),
        raw(
            "chunks in HTTP/1.0 that stays open",
            "POST /a HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + empty),
    ]

    private static let lines: [Trick] = [
        raw("lines that end with LF", "GET /a HTTP/1.1\nHost: h\n\n" + hidden),
        raw("a head that ends with LF", "GET /a HTTP/1.1\r\nHost: h\r\n\n" + hidden),
        raw("a head that ends with LF CR LF", "GET /a HTTP/1.1\r\nHost: h\n\r\n" + hidden),
        raw("a head that ends with CR CR LF", "GET /a HTTP/1.1\r\nHost: h\r\n\r\r\n" + hidden),
        raw("a head that ends with CR", "GET /a HTTP/1.1\r\nHost: h\r\r" + hidden),
        raw("a request line that ends with LF", "GET /a HTTP/1.1\nHost: h\r\n\r\n"),
        raw("a request line that ends with CR", "GET /a HTTP/1.1\rHost: h\r\n\r\n"),
        post("a value that goes on in a second line", "X: a\r\n b"),
        post("a value that goes on after a tab", "X: a\r\n\tContent-Length: 3", "abc"),
        post("a line of blanks", "X: a\r\n \r\nY: b"),
        post("a NUL in a value", "X: a\u{0}b"),
        post("an escape character in a value", "X: a\u{1B}b"),
        post("a delete character in a value", "X: a\u{7F}b"),
        post("a carriage return in a value", "X: a\rb"),
        raw("an empty line in front", "\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a line feed in front", "\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a blank in front", " GET /a HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a blank in front of the first field", "GET /a HTTP/1.1\r\n Host: h\r\n\r\n"),
    ]

    private static let names: [Trick] = [
        post("an empty name", ": a"),
        post("a line without a colon", "Content-Length"),
        post("a blank in a name", "Content Length: 3", "abc"),
        post("a bracket in a name", "X(: a"),
        post("a slash in a name", "X/Y: a"),
        post("a name in another script", "\u{DC}: a"),
        post("a quoted name", "\"Content-Length\": 3", "abc"),
        post("two colons", "Content-Length:: 3", "abc"),
        post("a colon in front", ":Content-Length: 3", "abc"),
    ]

    private static let chunks: [Trick] = [
        chunked("a size with a plus", "+3\r\nabc\r\n" + empty),
        chunked("a size with a minus", "-3\r\nabc\r\n" + empty),
        chunked("a size with 0x", "0x3\r\nabc\r\n" + empty),
        chunked("a size with a blank after it", "3 \r\nabc\r\n" + empty),
        chunked("a size with a blank in front", " 3\r\nabc\r\n" + empty),
        chunked("a size with a tab after it", "3\t\r\nabc\r\n" + empty),
        chunked("no size", "\r\nabc\r\n" + empty),
        chunked("a size that is a word", "three\r\nabc\r\n" + empty),
        chunked("a size of 2^64 + 3", "10000000000000003\r\nabc\r\n" + empty),
        chunked("a size of 2^64 - 1", "ffffffffffffffff\r\nabc\r\n" + empty),
        chunked("a size of 2^63", "8000000000000000\r\nabc\r\n" + empty),
        chunked("a size of 2^32 + 3", "100000003\r\nabc\r\n" + empty, .incomplete),
        chunked("a size hidden in zeros", "\(String(repeating: "0", count: 40))3\r\nabc\r\n" + empty),
        chunked("a size with an underscore", "1_0\r\n0123456789abcdef\r\n" + empty),
        chunked("a size line that ends with LF", "3\nabc\r\n" + empty),
        chunked("a size line that ends with CR", "3\rabc\r\n" + empty),
        chunked("data that ends with LF", "3\r\nabc\n" + empty),
        chunked("data that ends with CR", "3\r\nabc\r" + empty),
        chunked("data that is longer than its size", "3\r\nabcd\r\n" + empty),
        chunked("data that is shorter than its size", "3\r\nab\r\n" + empty),
        chunked("a last chunk without its end", "3\r\nabc\r\n0\r\n", .incomplete),
        chunked("a last chunk that ends with LF", "3\r\nabc\r\n0\n\n"),
        chunked("a last line that ends with LF", "3\r\nabc\r\n0\r\n\n"),
        chunked("several zeros as the last size", "3\r\nabc\r\n000\r\n\r\n" + hidden, nil, ["/a", "/hidden"]),
        chunked("a size in capitals", "A\r\n0123456789\r\n" + empty + hidden, nil, ["/a", "/hidden"]),
        chunked("an extension", "3;a=b\r\nabc\r\n" + empty + hidden, nil, ["/a", "/hidden"]),
        chunked("an extension that ends with LF", "3;a=b\nabc\r\n" + empty),
        chunked("an extension with a CR", "3;a\rb\r\nabc\r\n" + empty),
        chunked("an extension with a NUL", "3;a\u{0}\r\nabc\r\n" + empty),
        chunked("an extension with a blank", "3; a=b\r\nabc\r\n" + empty),
        chunked("an extension without a name", "3;\r\nabc\r\n" + empty),
        chunked("an extension without a value", "3;a=\r\nabc\r\n" + empty),
        chunked("a quote that is not closed", "3;a=\"b\r\nabc\r\n" + empty),
        chunked("a line end in a quote", "3;a=\"\r\n\"\r\nabc\r\n" + empty),
        chunked("an escape in a quote", "3;a=\"\\\"\"\r\nabc\r\n" + empty),
        chunked("an extension in another script", "3;\u{FF}\r\nabc\r\n" + empty),
        chunked("an endless extension", "3;\(String(repeating: "a", count: 5000))\r\nabc\r\n" + empty),
    ]

    private static let trailers: [Trick] = [
        chunked("a length in the trailers", "0\r\nContent-Length: 5\r\n\r\n" + hidden),
        chunked("a coding in the trailers", "0\r\nTransfer-Encoding: chunked\r\n\r\n" + hidden),
        chunked("a close in the trailers", "0\r\nConnection: close\r\n\r\n" + hidden),
        chunked("a host in the trailers", "0\r\nHost: evil\r\n\r\n" + hidden),
        chunked("a folded trailer", "0\r\nX: a\r\n b\r\n\r\n" + hidden),
        chunked("a trailer that ends with LF", "0\r\nX: a\n\r\n" + hidden),
        chunked("a trailer with a blank before its colon", "0\r\nX : a\r\n\r\n" + hidden),
        chunked("endless trailers", "0\r\n" + String(repeating: "X: a\r\n", count: 2000) + "\r\n", .headTooLarge),
        chunked("a trailer", "0\r\nX: a\r\n\r\n" + hidden, nil, ["/a", "/hidden"]),
    ]

    private static let startLines: [Trick] = [
        raw("HTTP/0.9", "GET /a\r\n\r\n" + hidden),
        raw("HTTP/0.9 with a version", "GET /a HTTP/0.9\r\nHost: h\r\n\r\n", .version),
        raw("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        raw("HTTP/1.2", "GET /a HTTP/1.2\r\nHost: h\r\n\r\n", .version),
        raw("HTTP/1.10", "GET /a HTTP/1.10\r\nHost: h\r\n\r\n", .version),
        raw("HTTP/01.1", "GET /a HTTP/01.1\r\nHost: h\r\n\r\n", .version),
        raw("a version in small letters", "GET /a http/1.1\r\nHost: h\r\n\r\n"),
        raw("a blank after the version", "GET /a HTTP/1.1 \r\nHost: h\r\n\r\n", .version),
        raw("two blanks before the target", "GET  /a HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("two blanks after the target", "GET /a  HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a tab before the target", "GET\t/a HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a blank in the target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a request within the target", "GET /a HTTP/1.1 /b HTTP/1.1\r\nHost: h\r\n\r\n", .version),
        raw("a NUL in the target", "GET /a\u{0} HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a fragment in the target", "GET /a#/b HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a target in another script", "GET /\u{FC} HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a target without a slash", "GET a HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a target with a user", "GET http://u@h/a HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a target with another scheme", "GET gopher://h/a HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a tunnel", "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"),
        raw("a method in small letters", "post /a HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a method that is unknown", "GETT /a HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a method with a NUL", "GE\u{0}T /a HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a method with a colon", "GET: /a HTTP/1.1\r\nHost: h\r\n\r\n"),
        raw("a target of 9,000 bytes", "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\n\r\n", .targetTooLong),
        raw("a field of 40,000 bytes", "GET /a HTTP/1.1\r\nX: \(String(repeating: "a", count: 40_000))", .headTooLarge),
    ]

    private static let hosts: [Trick] = [
        raw("no host", "GET /a HTTP/1.1\r\n\r\n" + hidden),
        raw("two hosts", "GET /a HTTP/1.1\r\nHost: h\r\nHost: evil\r\n\r\n"),
        raw("the same host twice", "GET /a HTTP/1.1\r\nHost: h\r\nhost: h\r\n\r\n"),
        raw("a list of hosts", "GET /a HTTP/1.1\r\nHost: h, evil\r\n\r\n"),
        raw("a host with a path", "GET /a HTTP/1.1\r\nHost: h/b\r\n\r\n"),
        raw("a host with a user", "GET /a HTTP/1.1\r\nHost: u@h\r\n\r\n"),
        raw("a host with a blank", "GET /a HTTP/1.1\r\nHost: h evil\r\n\r\n"),
    ]

    private static let connections: [Trick] = [
        raw(
            "input after a request that closes", "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + hidden,
            nil, ["/a"]),
        raw(
            "input after a request to upgrade",
            "GET /a HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n" + hidden, nil, ["/a"]),
        raw(
            "input after a request that closes for a proxy",
            "GET /a HTTP/1.1\r\nHost: h\r\nProxy-Connection: close\r\n\r\n" + hidden, nil, ["/a"]),
        raw("input after HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n" + hidden, nil, ["/a"]),
        raw(
            "a body that GET has",
            "GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n" + hidden, nil, ["/a"]),
        post(
            "a length that Connection removes", "Connection: Content-Length\r\nContent-Length: 3", "abc" + hidden, nil,
            ["/a", "/hidden"]),
        post("an expectation that is unknown", "Expect: 100-continue, x\r\nContent-Length: 3", "abc", .expectation),
    ]
}
