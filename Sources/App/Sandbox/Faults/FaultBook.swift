/// The ordered faults. Earlier ones are used first.
struct FaultBook: Sendable {
    /// The limit of ordered faults is reached.
    struct FullError: Error {
        let limit: Int
    }

    let limit: Int
    private(set) var orders: [FaultOrder] = []

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ order: FaultOrder) throws(FullError) {
        guard orders.count < limit else { throw FullError(limit: limit) }
        orders.append(order)
    }

    mutating func removeAll() {
        orders.removeAll()
    }

    /// Takes the next fault for a call of the method, and counts it as used.
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
