import HTTPServer
import Problems
import Relay

extension Problem {
    /// What the HTTP server refuses before a route sees it.
    init(_ fault: ServerFault) {
        switch fault {
        case .payloadTooLarge: self.init(.payloadTooLarge, fault.description)
        case .malformed, .transferCodingUnsupported, .versionUnsupported:
            self.init(.malformedRequest, fault.description)
        case .targetTooLong: self.init(.targetTooLong, fault.description)
        case .headersTooLarge: self.init(.headersTooLarge, fault.description)
        case .requestTimeout: self.init(.requestTimeout, fault.description)
        case .tooManyConnections, .tooManyBodyBytes:
            self.init(.overloaded, fault.description, retryable: true, retryAfterSeconds: 1)
        case .expectationFailed: self.init(.expectationFailed, fault.description)
        }
    }
}
