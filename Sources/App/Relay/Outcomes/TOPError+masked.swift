import Catalog
import TOP

extension TOPError {
    /// The error without the private values of the call that its texts repeat.
    func masked(by mask: ValueMask) -> TOPError {
        var masked = self
        masked.message = mask.masked(message)
        masked.subMessage = subMessage.map { mask.masked($0) }
        masked.subCode = subCode.map { $0.maskedCode(by: mask) }
        return masked
    }

    /// The codes in words, for a problem's detail.
    var codes: String { "code \(code)" + (subCode.map { ", \($0)" } ?? "") }
}

extension String {
    /// The longest code that holds no value of a call.
    private static let plainCodeBytes = 7

    /// A code without the private values of the call: it may hold one (`isv.exists:…`).
    func maskedCode(by mask: ValueMask) -> String {
        utf8.count > Self.plainCodeBytes ? mask.masked(self) : self
    }
}
