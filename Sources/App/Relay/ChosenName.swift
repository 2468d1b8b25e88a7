import Catalog

/// A name that a caller gave for something that may not exist, as the trail of refusals may keep it.
package enum ChosenName {
    /// The name; `***` where it looks like a private number and not like a name: with seven digits in a row, with the
    /// form of a vehicle's number, or with characters that a licence plate begins with.
    package static func shown(_ name: String) -> String {
        let bytes = name.utf8
        guard bytes.allSatisfy({ $0 < 0x80 }), !isVehicleNumber(name) else { return "***" }
        var run = 0
        for byte in bytes {
            run = byte &- UInt8(ascii: "0") < 10 ? run + 1 : 0
            if run == 7 { return "***" }
        }
        return ValueMask().masked(name)
    }

    private static func isVehicleNumber(_ name: String) -> Bool {
        let bytes = name.utf8
        guard bytes.count == 17, bytes.contains(where: { $0 &- UInt8(ascii: "0") < 10 }) else { return false }
        return bytes.allSatisfy { $0 &- UInt8(ascii: "0") < 10 || ($0 | 0x20) &- UInt8(ascii: "a") < 26 }
    }
}
