/// The relay's classification of an error of TOP.
package enum ErrorClass: Sendable, Equatable {
    /// The session key is missing, wrong, expired or insufficient. The seller must authorise again.
    case sessionInvalid
    /// A call limit was reached. The ban tells for how long, if TOP states it.
    case throttled(Ban?)
    /// The configuration of the relay is wrong: key, sign, clock, IP list or package.
    case misconfigured
    /// The caller's parameters are wrong. Repeating the call unchanged does not help.
    case rejected
    /// TOP failed and certainly did not execute the call, or the method only reads.
    case platformError
    /// TOP failed, and may have executed the call.
    case unknown

    /// Classifies an error by the first rule that matches.
    /// - Parameter methodReads: whether the method changes nothing.
    package init(classifying error: TOPError, methodReads: Bool) {
        let code = Int(error.code)
        let subCode = SubCode(error.subCode ?? "")
        if Self.isSession(code, subCode) {
            self = .sessionInvalid
        } else if Self.isThrottled(code, subCode) {
            self = .throttled(Ban(in: error))
        } else if Self.isMisconfigured(code, subCode) {
            self = .misconfigured
        } else if Self.isRejected(code, subCode) || error.isFlagFailure && !subCode.starts("isp.") {
            self = .rejected
        } else if Self.isHarmless(code, subCode) || methodReads {
            self = .platformError
        } else {
            self = .unknown
        }
    }

    private static func isSession(_ code: Int?, _ subCode: SubCode) -> Bool {
        switch code {
        case 26, 27, 44, 53: true
        default: subCode.isAboutSession
        }
    }

    private static func isThrottled(_ code: Int?, _ subCode: SubCode) -> Bool {
        switch code {
        case 4, 5, 6, 7, 8: true
        default: subCode.starts("accesscontrol.") || subCode.head == "isp.call-limited"
        }
    }

    private static func isMisconfigured(_ code: Int?, _ subCode: SubCode) -> Bool {
        switch code {
        case 11, 12, 13, 21, 22, 23, 24, 25, 28, 29, 30, 31, 32, 33, 34, 42, 47: true
        default: subCode.starts("isv.permission-")
        }
    }

    private static func isRejected(_ code: Int?, _ subCode: SubCode) -> Bool {
        switch code {
        case 3, 9, 40, 41, 43: true
        case .some(let code) where code > 100: !subCode.starts("isp.")
        default: subCode.starts("isv.")
        }
    }

    private static func isHarmless(_ code: Int?, _ subCode: SubCode) -> Bool {
        code == 10 || subCode.isPlatform(endingIn: "-service-unavailable")
            || subCode.isPlatform(endingIn: "-connection-error") || subCode.isPlatform(endingIn: "refused")
    }
}
