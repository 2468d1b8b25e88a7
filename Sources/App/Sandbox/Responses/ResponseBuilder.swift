import Catalog
import JSON

/// Builds the documented response. It also returns values that the call sent, where TOP does.
struct ResponseBuilder {
    let entry: Entry
    let values: [String: String]
    let epochSeconds: Int

    /// The inner object of the response without `request_id`.
    func build() -> ResponseNode {
        var inner = ResponseNode.object(entry.response.map { ($0.name, example(of: $0)) })
        adapt(&inner)
        return inner
    }

    private func example(of field: Field) -> ResponseNode {
        guard field.type.isList else { return value(of: field) }
        guard field.type.kind != .object else { return .list(item: field.type.wireItemName, [value(of: field)]) }
        let texts = (field.example ?? "").split(separator: ",").map(String.init)
        return .list(item: field.type.wireItemName, texts.map { scalar($0, field) })
    }

    private func value(of field: Field) -> ResponseNode {
        guard field.type.kind == .object, !field.children.isEmpty else { return scalar(field.example ?? "", field) }
        return .object(field.children.map { ($0.name, example(of: $0)) })
    }

    /// Documented examples of type Number are sometimes text. A number is written only where the example is one.
    private func scalar(_ example: String, _ field: Field) -> ResponseNode {
        switch field.type.kind {
        case .number, .decimal:
            let isNumber = !example.isEmpty && (try? JSONDocument(example))?.root.kind == .number
            return .number(isNumber ? example : "0")
        case .boolean: return .bool(example != "false")
        case .date: return .text(example.isEmpty ? ChinaTime.text(epochSeconds: epochSeconds) : example)
        // Several pages show the text 错误信息 (error message) in a successful response.
        case .string where example == "错误信息": return .text("成功")
        case .string where example == "\"\"": return .text("")
        case .string, .price, .json, .map, .bytes, .object: return .text(example)
        }
    }

    private func adapt(_ inner: inout ResponseNode) {
        switch entry.method {
        case "tmall.aliauto.carprofile.sync": inner["data"]?["id_mapping"] = profileMapping()
        case "tmall.car.lease.freedownpayment.put":
            inner["result"]?["gmt_current_time"] = .number("\(epochSeconds * 1000)")
            inner["result"]?["cost_time"] = .number("12")
        case SandboxMethods.time: inner["time"] = .text(ChinaTime.text(epochSeconds: epochSeconds))
        case "alibaba.alsc.crm.card.batch.sell": inner["result"]?["result"]?["result_map"] = cardResults()
        default: break
        }
    }

    /// Added and updated profiles are returned with the platform's id. Deleted ones are not.
    private func profileMapping() -> ResponseNode {
        let profiles = json("list").map { $0.kind == .array ? Array($0.elements) : [$0] } ?? []
        let kept = profiles.filter { $0["operate_type"]?.scalarText != "3" }
        let entries = kept.map { profile in
            let sent = profile["channel_profile_id"]?.scalarText ?? ""
            let known = profile["car_profile_id"]?.scalarText ?? Self.inventedID(for: sent)
            return ResponseNode.object([("channel_profile_id", .text(sent)), ("car_profile_id", .number(known))])
        }
        return .list(item: "entry", entries)
    }

    private func cardResults() -> ResponseNode {
        var writer = JSONWriter()
        writer.beginObject()
        for card in json("param_batch_open_card_open_req")?["physical_card_ids"]?.elements.map({ $0 }) ?? [] {
            writer.name(card.scalarText ?? "")
            writer.string("SUCCESS")
        }
        writer.endObject()
        return .text(String(decoding: writer.bytes, as: UTF8.self))
    }

    private func json(_ name: String) -> JSONValue? {
        values[name].flatMap { try? JSONDocument($0) }?.root
    }

    /// An id that depends only on the text.
    private static func inventedID(for text: String) -> String {
        let hash = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return "\(100_000_000 + hash % 900_000_000)"
    }
}
