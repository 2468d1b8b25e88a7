extension String {
    /// The name in camel case: `car_vin` becomes `carVin`.
    var camelCased: String {
        var result: [UInt8] = []
        var raises = false
        for byte in utf8 {
            if byte == UInt8(ascii: "_"), !result.isEmpty {
                raises = true
                continue
            }
            let isLower = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            result.append(raises && isLower ? byte & ~0x20 : byte)
            raises = false
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The name in snake case: `startTime` becomes `start_time`, and `orderID` becomes `order_id`. A name that is not
    /// in camel case stays.
    var snakeCased: String {
        let bytes = Array(utf8)
        func isUpper(_ place: Int) -> Bool { bytes.indices.contains(place) && bytes[place] &- UInt8(ascii: "A") < 26 }
        guard !bytes.isEmpty, !isUpper(0) else { return self }
        var result: [UInt8] = []
        for place in bytes.indices {
            guard isUpper(place) else {
                result.append(bytes[place])
                continue
            }
            // Consecutive capitals are one word. If a small letter follows, the last capital starts the next word.
            let follows = place + 1 < bytes.count && bytes[place + 1] &- UInt8(ascii: "a") < 26
            if result.last != UInt8(ascii: "_"), !isUpper(place - 1) || follows { result.append(UInt8(ascii: "_")) }
            result.append(bytes[place] | 0x20)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
