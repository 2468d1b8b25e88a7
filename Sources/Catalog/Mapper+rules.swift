/// Rules across the fields of one object, and what is compared with the answer.
extension Mapper {
    mutating func check(_ level: Level, _ given: [Given]) {
        for rule in level.rules { check(rule, level, given) }
        for collector in level.collectors { collect(collector, given) }
    }

    private mutating func check(_ rule: Rule, _ level: Level, _ given: [Given]) {
        switch rule {
        case .oneOf(let fields):
            guard fields.allSatisfy({ given[$0].isMissing }) else { return }
            let names = fields.map { "\"\(level.fields[$0].name)\"" }.joined(separator: ", ")
            report(fields, level, given, "at least one of \(names) must be given")
        case .require(let fields, let condition, let value):
            guard let text = given[condition].text, text.utf8.elementsEqual(value.utf8) else { return }
            for field in fields where given[field].isMissing {
                let name = level.fields[field].name
                report([condition, field], level, given, "is \(value), so \"\(name)\" must be given")
            }
        case .order(let earlier, let later):
            guard let start = given[earlier].seconds, let end = given[later].seconds, start >= end else { return }
            if earlier < later {
                report([earlier], level, given, "must be before \"\(level.fields[later].name)\"")
            } else {
                report([later], level, given, "must be after \"\(level.fields[earlier].name)\"")
            }
        }
    }

    /// Notes a fault at the first documented field concerned.
    private mutating func report(_ fields: [Int], _ level: Level, _ given: [Given], _ detail: String) {
        guard let first = fields.min() else { return }
        fault(at: given[first].spelling ?? level.fields[first].name, detail)
    }

    private mutating func collect(_ collector: Collector, _ given: [Given]) {
        guard let text = given[collector.field].text else { return }
        if let condition = collector.condition {
            guard let value = given[condition.field].text, condition.values.contains(value) else { return }
        }
        expectations[collector.expectation].append(text)
    }
}

extension Mapper.Given {
    /// Whether nothing of use was given. A faulty value was given.
    var isMissing: Bool { presence == .absent || presence == .blank }
}
