import HTTP1
import Testing

@testable import HTTPServer

/// A part of a request, as the parser finds it.
enum Part {
    case head(RequestHead)
    case body([UInt8])
    case end
}

extension ConnectionStateMachine {
    /// Gives the machine a part of a request.
    mutating func received(_ part: Part, now: UInt64) -> Action {
        switch part {
        case .head(let head): received(head, now: now)
        case .body(let bytes): received(bytes.span, now: now)
        case .end: receivedEnd(now: now)
        }
    }
}

/// The head of a request with these fields besides `Host`.
func headPart(
    _ path: String, _ method: String, version: String = "1.1", _ fields: [(String, String)] = []
) -> Part {
    let lines = fields.map { "\($0): \($1)\r\n" }.joined()
    let text = Array("\(method) \(path) HTTP/\(version)\r\nHost: h\r\n\(lines)\r\n".utf8)
    var parser = RequestParser()
    var position = 0
    guard case .head(let head)? = try? parser.next(text.span, at: &position) else {
        Issue.record("not a head: \(String(decoding: text, as: UTF8.self))")
        return .end
    }
    return .head(head)
}
