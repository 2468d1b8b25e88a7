import JSON
import TestSupport

/// Random values, texts and faults, from a seeded generator.
struct RandomJSON {
    var generator: Seeded

    init(seed: UInt64) {
        generator = Seeded(seed: seed)
    }

    mutating func text() -> [UInt8] {
        var writer = JSONWriter()
        write(to: &writer, depth: 0)
        return spaced(writer.bytes)
    }

    private mutating func write(to writer: inout JSONWriter, depth: Int) {
        switch Int.random(in: 0..<(depth < 5 ? 9 : 6), using: &generator) {
        case 0: writer.null()
        case 1: writer.bool(Bool.random(using: &generator))
        case 2: writer.number(lexeme: number())
        case 3, 4: writer.string(string())
        case 5: writer.raw("\"\(Self.escapes.randomElement(using: &generator) ?? "")\"".utf8)
        case 6:
            writer.beginArray()
            for _ in 0..<Int.random(in: 0..<5, using: &generator) { write(to: &writer, depth: depth + 1) }
            writer.endArray()
        default:
            writer.beginObject()
            for index in 0..<Int.random(in: 0..<12, using: &generator) {
                writer.name("\(index)\(string())")
                write(to: &writer, depth: depth + 1)
            }
            writer.endObject()
        }
    }

    private static let escapes = [
        #"\u0041"#, #"\ud83d\ude00"#, #"\/"#, #"x\u0000y"#, #"\"\\"#, #"\u4E2d文"#, #"\b\f\n\r\t"#,
    ]

    private mutating func number() -> String {
        let digits = String(UInt64.random(in: 0...(.max), using: &generator))
        let sign = Bool.random(using: &generator) ? "-" : ""
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return sign + digits
        case 1: return sign + "0." + digits
        case 2: return sign + digits + "e" + (Bool.random(using: &generator) ? "+" : "-") + "12"
        default: return sign + digits + ".00"
        }
    }

    private mutating func string() -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0..<12, using: &generator) {
            let scalars: [ClosedRange<UInt32>] = [
                0...0x7F, 0x20...0x7E, 0x80...0x7FF, 0x4E00...0x9FFF, 0x1F300...0x1F600,
            ]
            let range = scalars.randomElement(using: &generator) ?? 0...0x7F
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// Puts white space around the whole, where it is always allowed.
    private mutating func spaced(_ bytes: [UInt8]) -> [UInt8] {
        let space: [UInt8] = [0x20, 0x0A, 0x0D, 0x09]
        let ends = (0..<2).map { _ in (0..<2).map { _ in space.randomElement(using: &generator) ?? 0x20 } }
        return ends[0] + bytes + ends[1]
    }

    /// The text with one to three bytes or pieces changed, dropped, doubled or moved.
    mutating func mutated(_ text: [UInt8]) -> [UInt8] {
        var bytes = text
        let likely = Array(#"{}[]:,"\u0eE+-. tfn19"#.utf8) + [0x00, 0x1F, 0x80, 0xC3, 0xE4, 0xF0, 0xFF]
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[place] = likely.randomElement(using: &generator) ?? 0
            case 1: bytes.insert(likely.randomElement(using: &generator) ?? 0, at: place)
            case 2: bytes.remove(at: place)
            case 3: bytes.removeSubrange(place...)
            default:
                let end = Int.random(in: place...bytes.count, using: &generator)
                bytes.insert(contentsOf: bytes[place..<end], at: place)
            }
        }
        return bytes
    }
}
