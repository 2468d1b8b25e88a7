/// A fault that the sandbox can produce.
///
/// There are three ways to order one: `POST /_sandbox/faults`, `SandboxServer.order`, and a *magic value*. A magic
/// value is the text `sandbox:KIND` or `sandbox:KIND=ARGUMENT` in any business parameter of a call. It works through a
/// relay that knows nothing of the sandbox.
///
/// | magic value | what the caller of TOP sees |
/// | --- | --- |
/// | `sandbox:latency=200` | the normal response, 200 ms later |
/// | `sandbox:hang` | no response |
/// | `sandbox:ban=5` | code 7, "This ban will last for 5 more seconds", for this method |
/// | `sandbox:app-ban=5` | the same for the whole app |
/// | `sandbox:isp=isp.remote-service-timeout` | code 15 with this sub_code; default `isp.remote-service-error` |
/// | `sandbox:isv=isv.item-not-exist` | code 15 with this sub_code; default `isv.invalid-parameter` |
/// | `sandbox:code=10` | an error with this code |
/// | `sandbox:session` | code 27, the session has expired |
/// | `sandbox:ip-whitelist` | code 11, the address is not in the app's IP list |
/// | `sandbox:clock=-900` | a gateway whose clock is 900 s behind; beyond 600 s either way it is code 31 |
/// | `sandbox:status=502` | an HTML page with this HTTP status; default 500 |
/// | `sandbox:html` | an HTML page with status 200 |
/// | `sandbox:empty` | status 200 without a body |
/// | `sandbox:cut` | the connection closes without a response |
/// | `sandbox:half` | the connection closes after half of the response |
/// | `sandbox:control-characters` | raw control characters in texts, as TOP lets them through |
/// | `sandbox:long-ids` | numbers of 19 digits, beyond 2^53 |
/// | `sandbox:other-root` | the response under another name than the documented one |
/// | `sandbox:missing-lists` | a response without its lists |
package enum SandboxFault: Sendable, Equatable {
    /// The normal response after some milliseconds.
    case latency(milliseconds: Int)
    /// No response. The connection stays open for at most ten minutes.
    case hang
    /// Code 7 with a ban of some seconds, for the method or for the whole app.
    case ban(seconds: Int, wholeApp: Bool)
    /// An `error_response`.
    case error(code: Int, message: String, subCode: String?, subMessage: String?)
    /// A gateway whose clock is ahead by a number of seconds, or behind if it is negative.
    case clock(seconds: Int)
    /// An HTML page with an HTTP status.
    case status(Int)
    /// An HTML page with status 200.
    case html
    /// Status 200 without a body.
    case empty
    /// The connection is closed after the request was read.
    case cut
    /// The connection is closed after half of the response.
    case half
    /// Raw control characters in strings.
    case controlCharacters
    /// Numbers of 19 digits.
    case longIDs
    /// Another name for the response's root.
    case otherRoot
    /// Lists are left out.
    case missingLists

    /// The names of the faults.
    package static let kinds = [
        "latency", "hang", "ban", "app-ban", "error", "isp", "isv", "code", "session", "ip-whitelist", "clock",
        "status", "html", "empty",
        "cut", "half", "control-characters", "long-ids", "other-root", "missing-lists",
    ]

    /// The longest delay of a response in milliseconds.
    static let maximumMilliseconds = 600_000

    /// A fault by name and argument, as in magic values. Nil if the kind is unknown or the argument does not fit.
    package init?(kind: String, argument: String?) {
        switch kind {
        case "latency":
            guard let milliseconds = Self.count(argument, 1000, upTo: Self.maximumMilliseconds) else { return nil }
            self = .latency(milliseconds: milliseconds)
        case "ban", "app-ban":
            guard let seconds = Self.count(argument, 1, upTo: 86_400) else { return nil }
            self = .ban(seconds: seconds, wholeApp: kind == "app-ban")
        case "isp": self = .remote(argument ?? "isp.remote-service-error")
        case "isv": self = .remote(argument ?? "isv.invalid-parameter")
        case "code":
            guard let code = Self.count(argument, 10, upTo: 99_999) else { return nil }
            self = .error(code: code, message: "Error \(code)", subCode: nil, subMessage: nil)
        case "session":
            self = .error(
                code: 27, message: "Invalid session", subCode: "session-expired", subMessage: "session has expired")
        case "clock":
            guard let seconds = Int(argument ?? "900"), abs(seconds) <= 86_400 else { return nil }
            self = .clock(seconds: seconds)
        case "status":
            guard let status = Self.count(argument, 500, upTo: 599), status >= 200 else { return nil }
            self = .status(status)
        default:
            guard argument == nil, let fault = Self.plain[kind] else { return nil }
            self = fault
        }
    }

    private static let plain: [String: SandboxFault] = [
        "hang": .hang, "html": .html, "empty": .empty, "cut": .cut, "half": .half,
        "control-characters": .controlCharacters, "long-ids": .longIDs, "other-root": .otherRoot,
        "missing-lists": .missingLists,
        "ip-whitelist": .error(
            code: 11, message: "Insufficient isv permissions", subCode: "isv.permission-ip-whitelist-limit",
            subMessage: "the IP address is not in the whitelist of the app"),
    ]

    private static func remote(_ subCode: String) -> SandboxFault {
        .error(code: 15, message: "Remote service error", subCode: subCode, subMessage: "ordered in the sandbox")
    }

    /// A number up to a limit; the default without a text.
    private static func count(_ text: String?, _ none: Int, upTo limit: Int) -> Int? {
        guard let text else { return none }
        guard let value = Int(text), (0...limit).contains(value) else { return nil }
        return value
    }
}
