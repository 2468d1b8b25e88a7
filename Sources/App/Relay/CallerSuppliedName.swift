import Masking

/// Masks names that a caller gave for things that may not exist. Rejected requests keep them.
package enum CallerSuppliedName {
    /// The name, or `***` if it looks like a private number: with seven digits in a row, with the form of a vehicle
    /// identification number, or with characters outside ASCII, which licence plates have.
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
