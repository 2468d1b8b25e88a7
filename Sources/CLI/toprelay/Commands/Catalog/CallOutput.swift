import JSON

/// A relay's response to `toprelay call`, for people and for the exit code.
struct CallOutput {
    let status: Int
    private let document: JSONDocument?

    init(status: Int, bytes: [UInt8]) {
        self.status = status
        document = try? JSONDocument(bytes)
    }

    /// 0 for success, 2 for a refused or partly successful call, and 1 for anything else.
    var exitCode: Int32 {
        switch status {
        case 200:
            switch document?.root["outcome"]?.string {
            case nil, "success", "accepted": 0
            case "partial": 2
            default: 1
            }
        case 400, 404, 405, 413, 415, 422: 2
        default: 1
        }
    }

    /// A problem document as lines: what happened, every fault, TOP's message, and the facts about the call.
    var problemLines: [String] {
        guard let root = document?.root, let title = root["title"]?.string else {
            return ["toprelay: the relay answered with HTTP status \(status) without a problem document"]
        }
        var lines = ["toprelay: \(title) (\(status))"]
        if let detail = root["detail"]?.string { lines.append("  \(detail)") }
        for fault in root["errors"]?.elements.map({ $0 }) ?? [] {
            let pointer = fault["pointer"]?.string ?? ""
            lines.append("  \(pointer.isEmpty ? "(the whole)" : pointer)  \(fault["detail"]?.string ?? "")")
        }
        if let top = root["top"] {
            let words = ["code", "msg", "sub_code", "sub_msg"].compactMap { top[$0]?.string }
            lines.append("  TOP said: " + words.joined(separator: ", "))
        }
        let facts = ["outcome", "id", "request_id"].compactMap { name in
            root[name]?.string.map { "\(name) \($0)" }
        }
        if !facts.isEmpty { lines.append("  " + facts.joined(separator: ", ")) }
        switch root["retryable"]?.bool {
        case true?: lines.append("  A repetition cannot do it twice.")
        case false?: lines.append("  Do not repeat it unchanged.")
        case nil: break
        }
        return lines
    }
}
