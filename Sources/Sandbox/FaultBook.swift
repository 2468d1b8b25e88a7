/// The faults that were ordered. Earlier ones strike first.
struct FaultBook: Sendable {
    /// Why an order was not taken.
    struct Full: Error {
        let limit: Int
    }

    let limit: Int
    private(set) var orders: [FaultOrder] = []

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ order: FaultOrder) throws(Full) {
        guard orders.count < limit else { throw Full(limit: limit) }
        orders.append(order)
    }

    mutating func removeAll() {
        orders.removeAll()
    }

    /// The fault that strikes a call of the method, which then counts as struck.
    mutating func take(method: String) -> SandboxFault? {
        guard let index = orders.firstIndex(where: { ($0.method ?? method) == method }) else { return nil }
        let fault = orders[index].fault
        if let remaining = orders[index].remaining {
            orders[index].remaining = remaining - 1
            if remaining <= 1 { orders.remove(at: index) }
        }
        return fault
    }
}
