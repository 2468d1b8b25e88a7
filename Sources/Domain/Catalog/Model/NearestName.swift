/// Finds the known name that is closest to an unknown one.
enum NearestName {
    /// Longer names are not compared, because the time is the product of both lengths.
    static let maximumBytes = 64
    /// The largest number of known names that are compared.
    static let maximumNames = 256

    /// The nearest known name; nil if none is near. Underscores and capitals do not count: `CarVIN` equals `car_vin`.
    static func of(_ name: String, among known: [String]) -> String? {
        let wanted = folded(name)
        guard !wanted.isEmpty, wanted.count <= maximumBytes else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in known.prefix(maximumNames) {
            let other = folded(candidate)
            let limit = max(1, min(wanted.count, other.count) / 3)
            guard other.count <= maximumBytes, abs(other.count - wanted.count) <= limit else { continue }
            let distance = distance(wanted, other)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// The nearest of many names, the best first. Only those that share most of their beginning and end with the name
    /// are compared as wholes, so that thousands of names cost little.
    static func several(_ name: String, among known: some Sequence<String>, maximum: Int) -> [String] {
        let wanted = Array(name.utf8.prefix(MethodName.maximumBytes))
        let candidates = known.map { other in (name: other, shared: shared(wanted, Array(other.utf8))) }
            .sorted { ($1.shared, $0.name) < ($0.shared, $1.name) }
            .prefix(maximumCandidates)
        let limit = max(3, wanted.count / 3)
        return candidates.map { (name: $0.name, distance: distance(wanted, Array($0.name.utf8))) }
            .filter { $0.distance <= limit }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(maximum).map(\.name)
    }

    /// How many names are compared as wholes.
    private static let maximumCandidates = 32

    /// The bytes at the beginning and at the end that two names share.
    private static func shared(_ left: [UInt8], _ right: [UInt8]) -> Int {
        let most = min(left.count, right.count)
        var count = 0
        while count < most, left[count] == right[count] { count += 1 }
        var end = 0
        while end < most - count, left[left.count - 1 - end] == right[right.count - 1 - end] { end += 1 }
        return count + end
    }

    private static func folded(_ name: String) -> [UInt8] {
        var result: [UInt8] = []
        for byte in name.utf8 where byte != UInt8(ascii: "_") && byte != UInt8(ascii: "-") {
            let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            result.append(isUpper ? byte | 0x20 : byte)
            if result.count > maximumBytes { break }
        }
        return result
    }

    /// The number of insertions, removals, replacements and swaps of neighbours that turn one into the other.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 1..<(left.count + 1) {
            var current = [row]
            for column in 0..<right.count {
                let isSame = left[row - 1] == right[column]
                var cost = min(last[column + 1] + 1, current[column] + 1, last[column] + (isSame ? 0 : 1))
                if row > 1, column > 0, left[row - 1] == right[column - 1], left[row - 2] == right[column] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
