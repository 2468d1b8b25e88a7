package import JSON

extension Entry {
    /// The entry in the fixed form of `catalog show --json`:
    /// `{"method","title","category","session","request":[PARAM…],"response":[PARAM…],"response_root"}` with PARAM =
    /// `{"name","type","required","default","example","description","max_length","max_items","children"}`.
    ///
    /// It omits absent values. `required` is what the relay demands, including an overlay's correction. Parameters of
    /// responses have none.
    package func json() -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.member("method", method)
        if !title.isEmpty { writer.member("title", title) }
        if !category.isEmpty { writer.member("category", category) }
        writer.member("session", session.rawValue)
        writer.name("request")
        writer.parameters(request, isRequest: true)
        writer.name("response")
        writer.parameters(response, isRequest: false)
        writer.member("response_root", responseRoot)
        if !isJudged {
            writer.name("judged")
            writer.bool(false)
        }
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    /// Writes a member unless its value is nil.
    package mutating func member(_ name: String, _ text: String?) {
        guard let text else { return }
        self.name(name)
        string(text)
    }

    /// Writes a member unless its value is nil.
    package mutating func member(_ name: String, _ number: Int?) {
        guard let number else { return }
        self.name(name)
        integer(number)
    }

    fileprivate mutating func parameters(_ fields: [Field], isRequest: Bool) {
        beginArray()
        for field in fields {
            beginObject()
            member("name", field.name)
            member("type", field.type.text)
            if isRequest {
                name("required")
                bool(field.isRequired)
            }
            member("default", field.defaultText)
            member("example", field.example)
            member("description", field.description)
            member("max_length", field.maximumLength)
            member("max_items", field.maximumItems)
            // The members of JSON in a text come from the overlay, not from the page.
            if !field.children.isEmpty, field.jsonType == nil {
                name("children")
                parameters(field.children, isRequest: isRequest)
            }
            endObject()
        }
        endArray()
    }
}
