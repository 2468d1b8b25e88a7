extension Catalog {
    /// The names of business keys by their own spelling and by camel case.
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

    /// The business key with this name, which may be in camel case; nil if no entry has it.
    package func businessKey(named name: String) -> String? { businessKeys[name] }

    /// The names of all business keys, in order.
    package var businessKeyNames: [String] { Set(businessKeys.values).sorted() }
}
