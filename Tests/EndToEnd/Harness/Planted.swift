import Foundation

/// Personal values that no other test uses, and the forms in which they may hide in a text.
struct Planted: Sendable {
    let name: String
    let phone: String
    let plate: String
    let vin: String
    let identity: String
    let card: String
    let address: String

    /// What a caller sends.
    static let own = Planted(
        name: "钟离春晓", phone: "13911224466", plate: "沪C7K2M9", vin: "LFV3A23C8K3012345",
        identity: "310105198802146535", card: "6217001234567890123", address: "上海市长宁区虹桥路1438号2幢501室")
    /// What only TOP knows.
    static let foreign = Planted(
        name: "欧阳靖宇", phone: "13733557799", plate: "粤B5D8E1", vin: "LSGJA52U9BH187654",
        identity: "440301199511038218", card: "6228480402564890018", address: "深圳市南山区科苑南路2666号华润大厦1201")

    var all: [String] { [name, phone, plate, vin, identity, card, address] }

    /// The values as members of a JSON object.
    var members: String {
        """
        "name":"\(name)","phone":"\(phone)","plate":"\(plate)","vin":"\(vin)","identity":"\(identity)",\
        "card":"\(card)","address":"\(address)"
        """
    }

    /// All values in one text.
    var text: String { all.joined(separator: " ") }

    /// A text as the content of a JSON string, every character an escape.
    static func escaped(_ text: String) -> String {
        text.utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }

    /// A text as a URL has it.
    static func urlEncoded(_ text: String) -> String {
        text.addingPercentEncoding(
            withAllowedCharacters: .alphanumerics.intersection(CharacterSet(charactersIn: ascii)))
            ?? text
    }

    private static let ascii = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    /// Every form of a value that is looked for.
    static func forms(_ value: String) -> [String] {
        let bytes = Data(value.utf8)
        let hex = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return [
            value, hex, hex.uppercased(), bytes.base64EncodedString(), escaped(value), escaped(value).uppercased(),
            escaped(value).replacing("\\", with: "\\\\"), urlEncoded(value), urlEncoded(urlEncoded(value)),
        ]
    }

    /// The values of both that a text holds, in whatever form.
    static func found(in text: String) -> [String] {
        (own.all + foreign.all).filter { value in forms(value).contains { text.contains($0) } }
    }
}
