import JSON
import Problems
import Requests

/// One page of a list.
struct AdminPage {
    /// The maximum number of entries.
    let limit: Int
    /// The key of the entry before the page; nil for the first page.
    let after: [String]?

    /// - Parameter keyParts: how many parts the keys of the list have.
    init(_ query: QueryString, keyParts: Int) throws(Problem) {
        limit = try query.value(of: AdminParameters.limit) ?? 50
        after = try query.value(of: AdminParameters.cursor)
        guard after.map({ $0.count == keyParts }) ?? true else {
            throw Problem(.malformedRequest, "cursor must be a value of pagination.next.")
        }
    }

    /// How many entries to read: one more shows whether there is another page.
    var fetched: Int { limit + 1 }

    /// The reply with the entries that were read.
    func reply<Entry>(
        _ entries: [Entry], key: (Entry) -> [String], write: (Entry, inout JSONWriter) -> Void
    ) -> Reply {
        let shown = entries.prefix(limit)
        var json = JSONWriter(capacity: 256 + shown.count * 256)
        json.beginObject()
        json.name("data")
        json.beginArray()
        for entry in shown { write(entry, &json) }
        json.endArray()
        json.name("pagination")
        json.beginObject()
        json.name("limit")
        json.integer(limit)
        json.nullable("next", entries.count > limit ? shown.last.map { PageCursor.text(key($0)) } : nil)
        json.endObject()
        json.endObject()
        return .json(json.bytes)
    }
}

extension Reply {
    /// The reply to a change or a read of one thing, with its ETag.
    static func entity(
        _ version: String, status: Int = 200, _ write: (inout JSONWriter) -> Void
    ) -> Reply {
        var json = JSONWriter(capacity: 512)
        write(&json)
        var reply = Reply.json(json.bytes, status: status)
        reply.headers.append(("ETag", "\"\(version)\""))
        return reply
    }

    /// The reply to a removal.
    static let removed = Reply(status: 204, headers: [], body: [])
}
