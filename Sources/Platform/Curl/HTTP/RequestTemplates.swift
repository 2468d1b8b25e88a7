/// The templates and destinations in use, within limits. It is used only on the thread of the loop.
struct RequestTemplates {
    private let limit: Int
    private var templates: [RequestTemplate.Key: RequestTemplate] = [:]
    private var last: RequestTemplate?
    private var destinations: [Destination.Key: Destination] = [:]

    /// - Parameter limit: how many templates are kept.
    init(limit: Int) { self.limit = limit }

    /// The template of a request.
    mutating func template(for request: CurlRequest) throws(TransferError) -> RequestTemplate {
        if let last, last.key.matches(request) { return last }
        let key = RequestTemplate.Key(request)
        if let known = templates[key] {
            last = known
            return known
        }
        // Requests retain the templates that they use.
        if templates.count >= limit { dropAll() }
        let made = try RequestTemplate(request) { key in destination(key, url: request.url) }
        templates[key] = made
        last = made
        return made
    }

    private mutating func destination(_ key: Destination.Key, url: String) -> Destination {
        if let known = destinations[key] { return known }
        let made = Destination(key, url: url)
        destinations[key] = made
        return made
    }

    /// Destinations with connections stay, so that their idle connections can be found.
    private mutating func dropAll() {
        templates.removeAll()
        last = nil
        destinations = destinations.filter { $0.value.connectionCount > 0 }
    }
}
