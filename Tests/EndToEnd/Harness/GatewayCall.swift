import Foundation
import JSON

/// A call as the gateway received it.
struct GatewayCall: Sendable {
    let parameters: [String: String]
    let headers: [String: String]
    /// The SHA-256 of each file, by its name.
    let files: [String: String]
    /// What each file was called, by its name, and its media type behind a blank: `a.png image/png`.
    let fileLabels: [String: String]
    /// The form's text, still encoded.
    let raw: String
    let path: String
    /// The names of parameters that came in the URL.
    let inQuery: [String]
    /// Whether the sign is right, as Python's hashlib sees it.
    let isSignRight: Bool
    /// The fault that was ordered for it.
    let injected: String?
    let connection: Int
    /// The how-manieth call of its connection it is.
    let nth: Int

    init?(_ line: Data) {
        guard let json = try? JSONDocument(Array(line)).root else { return nil }
        parameters = Self.texts(json["parameters"])
        headers = Self.texts(json["headers"])
        var files: [String: String] = [:]
        for file in json["files"]?.members.map({ $0 }) ?? [] { files[file.name] = file.value["sha256"]?.string }
        self.files = files
        var labels: [String: String] = [:]
        for file in json["files"]?.members.map({ $0 }) ?? [] {
            labels[file.name] = "\(file.value["filename"]?.string ?? "") \(file.value["type"]?.string ?? "")"
        }
        fileLabels = labels
        raw = json["raw"]?.string ?? ""
        path = json["path"]?.string ?? ""
        inQuery = json["in_query"]?.elements.compactMap(\.string) ?? []
        isSignRight = json["sign_ok"]?.bool ?? false
        injected = json["injected"]?.string
        connection = json["connection"]?.lexeme.flatMap { Int($0) } ?? 0
        nth = json["nth"]?.lexeme.flatMap { Int($0) } ?? 0
    }

    static let common: Set<String> = [
        "method", "app_key", "session", "timestamp", "v", "format", "sign_method", "sign",
    ]

    /// The parameters that are the method's own.
    var business: [String: String] { parameters.filter { !Self.common.contains($0.key) } }

    /// The text of the call's own that the tests mark it by, where it is a rental.
    var rentalMarker: String? {
        let list = parameters["store_vehicle_model_info_list"] ?? ""
        return (try? JSONDocument(Array(list.utf8)))?.root["store_code"]?.string
    }

    private static func texts(_ value: JSONValue?) -> [String: String] {
        var texts: [String: String] = [:]
        for member in value?.members.map({ $0 }) ?? [] { texts[member.name] = member.value.string ?? "" }
        return texts
    }
}
