/// What an error of TOP means for the relay's answer.
package enum ErrorClass: Sendable, Equatable {
    /// The session key is missing, wrong, expired or too weak: authorise again.
    case sessionInvalid
    /// A call limit was hit; how long it lasts if TOP says so.
    case throttled(Ban?)
    /// The relay's own set-up is at fault: key, sign, clock, IP list, package.
    case misconfigured
    /// The caller's parameters are at fault: repeating the call unchanged is of no use.
    case rejected
    /// TOP failed, and surely nothing was done, or the method only reads.
    case platformError
    /// TOP failed, and the call may have been carried out.
    case unknown

    /// Classes an error; the first rule that matches wins. `methodReads` says that the method changes nothing.
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
