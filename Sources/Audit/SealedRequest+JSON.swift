public import JSON
import TOP

extension SealedRequest {
    /// Writes `{"id","method","parameters":{name: text as sent}}`, and the files' sizes where there are files.
    public func write(to json: inout JSONWriter, of row: TrailRow) {
        json.beginObject()
        json.name("id")
        json.string(row.id.text)
        json.name("method")
        json.string(row.method)
        json.name("parameters")
        json.beginObject()
        for parameter in parameters {
            json.name(parameter.name)
            json.string(parameter.value)
        }
        json.endObject()
        if !files.isEmpty {
            json.name("files")
            json.beginObject()
            for file in files {
                json.name(file.name)
                json.integer(file.bytes)
            }
            json.endObject()
        }
        json.endObject()
    }
}
