extension Catalog {
    /// The names under which calls can be found by a value, by their own spelling and by camel case.
    static func businessKeys(of entries: [Entry]) -> [String: String] {
        var names: [String: String] = [:]
        func gather(_ fields: [Field]) {
            for field in fields {
                if let key = field.key {
                    names[key] = key
                    if names[key.camelCased] == nil { names[key.camelCased] = key }
                }
                gather(field.children)
            }
        }
        for entry in entries {
            gather(entry.request)
            gather(entry.response)
        }
        return names
    }

    /// The business key of this name, which may be in camel case; nil where no entry has one.
    package func businessKey(named name: String) -> String? { businessKeys[name] }

    /// The names of all business keys, in order.
    package var businessKeyNames: [String] { Set(businessKeys.values).sorted() }
}
