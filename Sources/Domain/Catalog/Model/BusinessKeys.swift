/// The bounded business keys of one request or response. A long list does not displace the keys of single values.
struct BusinessKeys {
    private var single: [BusinessKey] = []
    private var listed: [BusinessKey] = []

    /// Reserves memory for the keys of an ordinary call.
    mutating func reserve(_ count: Int) { single.reserveCapacity(count) }

    /// Keeps a key.
    /// - Parameter isInList: whether the value belongs to an element of a list.
    mutating func add(_ key: @autoclosure () -> BusinessKey, isInList: Bool) {
        if isInList {
            if listed.isEmpty { listed.reserveCapacity(4) }
            if listed.count <= BusinessKey.maximumCount { listed.append(key()) }
        } else if single.count <= BusinessKey.maximumCount {
            single.append(key())
        }
    }

    /// The kept keys, and one more if there are more.
    var kept: [BusinessKey] {
        if listed.isEmpty { return single }
        if single.isEmpty { return listed }
        return single + listed.prefix(max(0, BusinessKey.maximumCount + 1 - single.count))
    }
}
