import Catalog
import Masking
import TOP

extension TOPError {
    /// The error with the private values of the call masked.
    func masked(by mask: ValueMask) -> TOPError {
        var masked = self
        masked.message = mask.masked(message)
        masked.subMessage = subMessage.map { mask.masked($0) }
        masked.subCode = subCode.map { $0.maskedCode(by: mask) }
        return masked
    }

    /// The codes as text, for a problem's detail.
    var codes: String { "code \(code)" + (subCode.map { ", \($0)" } ?? "") }
}

extension String {
    /// A code of at most this many bytes cannot hold a private value.
    private static let plainCodeBytes = 7

    /// The code with the private values of the call masked. A code such as `isv.exists:…` may hold one.
    func maskedCode(by mask: ValueMask) -> String {
        utf8.count > Self.plainCodeBytes ? mask.masked(self) : self
    }
}
