import JSON
import Problems
import Resources

extension Release {
    /// The reply of `GET /version`.
    static var reply: Reply {
        var json = JSONWriter(capacity: 96)
        json.beginObject()
        json.name("version")
        json.string(version)
        json.name("commit")
        json.string(commit)
        json.endObject()
        return .json(json.bytes)
    }
}
