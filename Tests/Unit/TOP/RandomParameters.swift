import JSON
import TOP
import TestSupport

/// Random parameters and secrets, from a seeded generator.
struct RandomParameters {
    private var generator: Seeded

    init(seed: UInt64) {
        generator = Seeded(seed: seed)
    }

    mutating func text() -> String {
        let ranges: [ClosedRange<UInt32>] = [0...0x7F, 0x20...0x7E, 0x80...0x7FF, 0x4E00...0x9FFF, 0x1F300...0x1F600]
        var text = ""
        for _ in 0..<Int.random(in: 0..<20, using: &generator) {
            let range = ranges.randomElement(using: &generator) ?? 0...0x7F
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// Names are short, so that some are equal and some begin alike; values are at times empty or blank.
    mutating func parameters() -> [Parameter] {
        (0..<Int.random(in: 0..<30, using: &generator)).map { _ in
            let letters = Array("abAB_.-1")
            let name = (0..<Int.random(in: 1..<5, using: &generator)).map { _ in
                letters.randomElement(using: &generator) ?? "a"
            }
            let value = Int.random(in: 0..<6, using: &generator) == 0 ? " \t" : text()
            return Parameter(name: String(name), value: value)
        }
    }

    static func json(_ cases: [(secret: String, parameters: [Parameter])]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for item in cases {
            writer.beginObject()
            writer.name("secret")
            writer.string(item.secret)
            writer.name("parameters")
            writer.beginArray()
            for parameter in item.parameters {
                writer.beginArray()
                writer.string(parameter.name)
                writer.string(parameter.value)
                writer.endArray()
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
