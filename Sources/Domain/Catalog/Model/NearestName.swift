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
