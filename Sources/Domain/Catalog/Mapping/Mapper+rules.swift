/// Rules across the fields of one object, and the texts that are compared with the response.
extension Mapper {
    mutating func check(_ given: BoundMembers) {
        for rule in given.level.rules { check(rule, given) }
        for collector in given.level.collectors { collect(collector, given) }
    }

    private mutating func check(_ rule: Rule, _ given: BoundMembers) {
        let known = given.level.fields
        switch rule {
        case .oneOf(let fields):
            guard fields.allSatisfy({ given[$0].isMissing }) else { return }
            let names = fields.map { "\"\(known[$0].name)\"" }.joined(separator: ", ")
            report(fields, given, "at least one of \(names) must be given")
        case .require(let fields, let condition, let value):
            guard let text = given.text(of: condition), text.utf8.elementsEqual(value.utf8) else { return }
            for field in fields where given[field].isMissing {
                let name = known[field].name
                report([condition, field], given, "is \(value), so \"\(name)\" must be given")
            }
        case .order(let earlier, let later):
            guard let start = given[earlier].seconds, let end = given[later].seconds, start >= end else { return }
            if earlier < later {
                report([earlier], given, "must be before \"\(known[later].name)\"")
            } else {
                report([later], given, "must be after \"\(known[earlier].name)\"")
            }
        }
    }

    /// Notes a fault at the first of the fields in documented order.
    private mutating func report(_ fields: [Int], _ given: BoundMembers, _ detail: String) {
        guard let first = fields.min() else { return }
        fault(at: given.name(of: first), .rule, detail)
    }

    private mutating func collect(_ collector: Collector, _ given: BoundMembers) {
        guard let text = given.text(of: collector.field) else { return }
        if let condition = collector.condition {
            guard let value = given.text(of: condition.field), condition.values.contains(value) else { return }
        }
        expectations[collector.expectation].append(text)
    }
}
