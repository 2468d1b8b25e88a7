import Testing

@testable import HTTP1

/// A message as the tests compare it.
struct Message: Equatable, CustomStringConvertible {
    /// `METHOD TARGET VERSION` of a request, `STATUS VERSION` of a response.
    var start: String
    /// Lower-case names with their values.
    var fields: [String]
    var body: [UInt8]

    init(_ start: String, _ fields: HeaderFields, _ body: [UInt8] = []) {
        self.start = start
        self.fields = fields.indices.map { "\(fields.name(at: $0).lowercased()):\(fields.value(at: $0))" }
        self.body = body
    }

    /// The form that `verdicts.py` prints, before it is written in hexadecimal.
    static func canonical(_ start: [UInt8], _ fields: HeaderFields, _ body: [UInt8]) -> [UInt8] {
        var text = start + [0x0A]
        for place in fields.places {
            let name = fields.bytes[place.name].map(lowered)
            let value = fields.bytes[place.value]
            // h11 writes the coding in small letters.
            let isCoding = name == Array("transfer-encoding".utf8)
            text += name + [UInt8(ascii: ":")] + (isCoding ? value.map(lowered) : Array(value)) + [0x0A]
        }
        return text + [0x0A] + body
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    var description: String { "\(start) \(fields) \(String(decoding: body, as: UTF8.self))" }
}

/// What a parser made of the input of one connection.
struct Reading: Equatable {
    var messages: [Message] = []
    /// The messages as `verdicts.py` prints them.
    var canonical: [[UInt8]] = []
    var error: ParseError?
    /// Whether the input ended between two messages.
    var isComplete = false

    /// Reads requests, each piece of input by itself.
    static func requests(_ pieces: [[UInt8]], limits: ParserLimits = .requests) -> Reading {
        var reading = Reading()
        var parser = RequestParser(limits: limits)
        var head: RequestHead?
        var body: [UInt8] = []
        do throws(ParseError) {
            for piece in pieces {
                var position = 0
                reading: while true {
                    switch try parser.next(piece.span, at: &position) {
                    case .head(let found): head = found
                    case .body(let range): body += piece[range]
                    case .needsInput: break reading
                    case .end:
                        guard let found = head else { break reading }
                        reading.note(found, body)
                        (head, body) = (nil, [])
                        guard found.keepsAlive else { return reading }
                    }
                }
            }
            reading.isComplete = parser.isBetweenRequests
        } catch {
            reading.error = error
        }
        return reading
    }

    private mutating func note(_ head: RequestHead, _ body: [UInt8]) {
        let version = head.isHTTP10 ? "1.0" : "1.1"
        let target = head.path + (head.query.map { "?\($0)" } ?? "")
        messages.append(Message("\(head.method) \(target) \(version)", head.fields, body))
        // The target as it was sent is between the first two blanks of the head.
        let raw = head.fields.bytes.split(separator: space, maxSplits: 2)[1]
        let start = Array(head.method.utf8) + [space] + raw + [space] + Array(version.utf8)
        canonical.append(Message.canonical(start, head.fields, body))
    }

    /// Reads the responses to GET requests, up to the end of the connection.
    static func responses(
        _ pieces: [[UInt8]], isToHead: Bool = false, limits: ParserLimits = .responses
    ) -> Reading {
        var reading = Reading()
        var parser = ResponseParser(limits: limits)
        parser.begin(isToHead: isToHead)
        var head: ResponseHead?
        var body: [UInt8] = []
        do throws(ParseError) {
            for piece in pieces {
                var position = 0
                reading: while true {
                    switch try parser.next(piece.span, at: &position) {
                    case .interim(let found): reading.note(found, [])
                    case .head(let found): head = found
                    case .body(let range): body += piece[range]
                    case .needsInput: break reading
                    case .end:
                        guard let found = head else { break reading }
                        reading.note(found, body)
                        (head, body) = (nil, [])
                        guard found.keepsAlive else { return reading }
                        parser.begin(isToHead: isToHead)
                    }
                }
            }
            guard !parser.isEmpty else {
                reading.isComplete = true
                return reading
            }
            try parser.endOfInput()
            if let head { reading.note(head, body) }
            reading.isComplete = true
        } catch {
            reading.error = error
        }
        return reading
    }

    private mutating func note(_ head: ResponseHead, _ body: [UInt8]) {
        let start = "\(head.status) \(head.isHTTP10 ? "1.0" : "1.1")"
        messages.append(Message(start, head.fields, body))
        canonical.append(Message.canonical(Array(start.utf8), head.fields, body))
    }
}

/// A text as one piece of input. Characters below U+0100 are one byte each, so that any byte can be written.
func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
