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
}
