/// The business keys of one request or answer as they are found, bounded. A list of thousands does not push out the keys of single values.
struct BusinessKeys {
    private var single: [BusinessKey] = []
    private var listed: [BusinessKey] = []

    /// Makes room for those of an ordinary call.
    mutating func reserve(_ count: Int) { single.reserveCapacity(count) }

    /// Keeps a key.
    /// - Parameter isInList: whether the value is of a list's element.
    mutating func add(_ key: @autoclosure () -> BusinessKey, isInList: Bool) {
        if isInList {
            if listed.isEmpty { listed.reserveCapacity(4) }
            if listed.count <= BusinessKey.maximumCount { listed.append(key()) }
        } else if single.count <= BusinessKey.maximumCount {
            single.append(key())
        }
    }

    /// Those that are kept, and one more where there are more.
    var kept: [BusinessKey] {
        if listed.isEmpty { return single }
        if single.isEmpty { return listed }
        return single + listed.prefix(max(0, BusinessKey.maximumCount + 1 - single.count))
    }
}
