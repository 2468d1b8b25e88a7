import Testing

@testable import Masking

/// The quick ways through a text against slow ones that look at each byte.
@Suite("Masking finds what a slow look finds")
struct MaskFuzzTests {
    /// Numbers by their form alone: every byte is looked at, and every run of digits read.
    private func slowlyMasked(_ text: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var (copied, place) = (0, 0)
        var (behindEscape, escapeIsDigit) = (-1, false)
        while place < text.count {
            let byte = text[place]
            let follows =
                place == behindEscape ? escapeIsDigit : place > 0 && PrivateNumber.isDigit(text[place - 1])
            let step = EscapeDecoder.step(text.span, at: place)
            let isEscape = byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "%")
            let isDigit =
                isEscape ? step.map { PrivateNumber.isDigit($0.scalar) } ?? false : PrivateNumber.isDigit(byte)
            if isDigit, !follows, let end = PrivateNumber.end(text.span, at: place) {
                bytes += text[copied..<place]
                PrivateNumber.append(text.span.extracting(place..<end), to: &bytes)
                (copied, place) = (end, end)
                (behindEscape, escapeIsDigit) = (-1, false)
                continue
            }
            guard isEscape else {
                place += 1
                continue
            }
            if byte == UInt8(ascii: "%") {
                place = max(place + 1, step?.end ?? place)
            } else {
                let next = place + 1 < text.count ? text[place + 1] : 0
                let isUnicode = next == UInt8(ascii: "u") && place + 5 < text.count
                place += isUnicode ? 6 : Array("nrtbf".utf8).contains(next) ? 2 : 1
            }
            (behindEscape, escapeIsDigit) = (place, isDigit)
        }
        return bytes + text[copied...]
    }

    private static let pieces = [
        "13812345678", "1381234567", "8613812345678", "11010519491231002X", "110105194912310029", "138-1234-5678",
        "138 1234 5678", "138", "2010-01-01 00:00:00", "\\u0031", "\\u0033", "%31", "%2531", "\\n", "\\\\", "\\", "%",
        "x", "X", "9", "1", "00", "浙", "\"", "x{\"a\":", "1234567890123456789012", "u0031",
    ]

    private func text(_ random: inout SystemRandomNumberGenerator) -> String {
        (0..<Int.random(in: 0..<9, using: &random)).map { _ in Self.pieces.randomElement(using: &random) ?? "" }
            .joined()
    }

    @Test("Numbers that are private by their form, in pieces put together at random", arguments: 0..<40)
    func numbersThatArePrivate(round: Int) {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let text = Array(text(&random).utf8)
            #expect(ValueMask().masked(text) == slowlyMasked(text), "\(String(decoding: text, as: UTF8.self))")
        }
    }

    private func written(_ value: String, _ random: inout SystemRandomNumberGenerator) -> String {
        let style = Int.random(in: 0..<4, using: &random)
        return value.unicodeScalars.map { scalar in
            let hexadecimal = String(scalar.value, radix: 16)
            switch style {
            case 0: return String(scalar)
            case 1:
                guard scalar.value < 0x10000, Bool.random(using: &random) else { return String(scalar) }
                return "\\u" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
            case 2: return String(scalar).utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            default: return Bool.random(using: &random) ? String(scalar) : "\\" + String(scalar)
            }
        }.joined()
    }

    @Test("A private value among others is found wherever and however it is written", arguments: 0..<40)
    func privateValueAmongOthers(round: Int) {
        var random = SystemRandomNumberGenerator()
        let all = ["浙A8B7Y1", "EA888123", "LSVAU2A37N4123456", "zhang san", "张三丰", "Q-77%5", "Ünïx9", "车牌12"]
        for _ in 0..<25 {
            let values = all.shuffled(using: &random).prefix(Int.random(in: 1...all.count, using: &random))
            let mask = ValueMask(values.map { SensitiveValue(text: $0, masked: "<>") })
            guard let value = values.first else { continue }
            let shown = mask.masked("~;" + written(value, &random) + ";~")
            #expect(shown == "~;<>;~", "\(value) in \(values)")
            let harmless = "nothing of it; 2010-01-01 00:00:00; 浙B; LSV; 张三; EA88"
            #expect(mask.masked(harmless) == harmless)
        }
    }
}
