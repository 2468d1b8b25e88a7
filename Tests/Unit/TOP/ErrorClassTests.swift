import TOP
import Testing

@Suite("Classes of TOP's errors")
struct ErrorClassTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let code: String
        let subCode: String?
        let reading: ErrorClass
        let writing: ErrorClass

        init(_ code: String, _ subCode: String? = nil, _ both: ErrorClass) {
            (self.code, self.subCode, reading, writing) = (code, subCode, both, both)
        }

        init(_ code: String, _ subCode: String? = nil, reading: ErrorClass, writing: ErrorClass) {
            (self.code, self.subCode, self.reading, self.writing) = (code, subCode, reading, writing)
        }

        var testDescription: String { "\(code) \(subCode ?? "")" }
    }

    static func classes(_ code: String, _ subCode: String?) -> [ErrorClass] {
        [true, false].map { ErrorClass(classifying: TOPError(code: code, subCode: subCode), methodReads: $0) }
    }

    @Test(
        "A code alone decides",
        arguments: [
            (["26", "27", "44", "53"], ErrorClass.sessionInvalid), (["4", "5", "6", "7", "8"], .throttled(nil)),
            (
                [
                    "11", "12", "13", "21", "22", "23", "24", "25", "28", "29", "30", "31", "32", "33", "34", "42",
                    "47",
                ], .misconfigured
            ),
            (["3", "9", "40", "41", "43", "101", "501", "530", "902"], .rejected), (["10"], .platformError),
        ])
    func codeAloneDecides(_ codes: [String], _ expected: ErrorClass) {
        for code in codes { #expect(Self.classes(code, nil) == [expected, expected], "code \(code)") }
    }

    static let rows = [
        // The session, with and without prefix and suffix, whatever the code.
        Row("15", "invalid-sessionkey", .sessionInvalid), Row("50", "session-expired", .sessionInvalid),
        Row("530", "session-not-exist", .sessionInvalid), Row("41", "isv.invalid-sessionkey", .sessionInvalid),
        Row("15", "session-expired-tmall", .sessionInvalid),
        Row("27", "isv.permission-api-package-limit", .sessionInvalid),
        // Limits.
        Row("15", "accesscontrol.limited-by-app-api-access-count", .throttled(nil)),
        Row("530", "isp.call-limited", .throttled(nil)), Row("15", "isp.call-limited-tmall", .throttled(nil)),
        // Our own set-up.
        Row("15", "isv.permission-ip-whitelist-limit", .misconfigured),
        Row("530", "isv.permission-api-widget-only-limit", .misconfigured),
        Row("11", "isv.permission-api-package-empty", .misconfigured),
        // The caller's parameters.
        Row("15", "isv.missing-parameter:list", .rejected), Row("50", "isv.invalid-parameter:phone", .rejected),
        Row("15", "isv.item-service-error:REASON", .rejected), Row("15", "isv.invalid-permission", .rejected),
        Row("10", "isv.item-not-exist:1", .rejected), Row("902", "2", .rejected),
        // Nothing was done.
        Row("15", "isp.top-remote-service-unavailable", .platformError),
        Row("15", "isp.top-remote-service-unavailable-tmall", .platformError),
        Row("50", "isp.item-service-unavailable:AGAIN", .platformError),
        Row("530", "isp.remote-connection-error", .platformError),
        Row("15", "isp.top-remote-connection-error-tmall", .platformError),
        Row("15", "isp.call-refused", .platformError), Row("15", "isp.top-remote-call-refused", .platformError),
        // It may have been done.
        Row("15", "isp.remote-service-timeout", reading: .platformError, writing: .unknown),
        Row("15", "isp.top-remote-connection-timeout", reading: .platformError, writing: .unknown),
        Row("15", "isp.top-remote-connection-timeout-tmall", reading: .platformError, writing: .unknown),
        Row("15", "isp.remote-service-error", reading: .platformError, writing: .unknown),
        Row("50", "isp.unknown-error", reading: .platformError, writing: .unknown),
        Row("15", "isp.null-pointer-exception", reading: .platformError, writing: .unknown),
        Row("15", "isp.item-update-service-error:GENERIC_FAILURE", reading: .platformError, writing: .unknown),
        Row("530", "isp.system-busy", reading: .platformError, writing: .unknown),
        Row("15", nil, reading: .platformError, writing: .unknown),
        Row("15", "35", reading: .platformError, writing: .unknown),
        Row("50", nil, reading: .platformError, writing: .unknown),
        Row("99", nil, reading: .platformError, writing: .unknown),
        Row("100", nil, reading: .platformError, writing: .unknown),
        // Codes as words, and none at all.
        Row("IncompleteSignature", nil, reading: .platformError, writing: .unknown),
        Row("ApiCallLimit", nil, reading: .platformError, writing: .unknown),
        Row("IllegalAccessToken", "invalid-sessionkey", .sessionInvalid), Row("Word", "isv.x", .rejected),
        Row("", nil, reading: .platformError, writing: .unknown),
    ]

    @Test("Sub codes decide, in the order of the rules", arguments: rows)
    func subCodes(_ row: Row) {
        #expect(Self.classes(row.code, row.subCode) == [row.reading, row.writing])
    }

    static func ban(_ subCode: String?, _ subMessage: String?, message: String = "App Call Limited") -> ErrorClass {
        let error = TOPError(code: "7", message: message, subCode: subCode, subMessage: subMessage)
        return ErrorClass(classifying: error, methodReads: false)
    }

    @Test("A ban lasts the seconds named and one more, and is the app's only where its daily count is the reason")
    func banLastsSecondsNamed() {
        let text = "This ban will last for 59 more seconds"
        #expect(
            Self.ban("accesscontrol.limited-by-app-access-count", text) == .throttled(Ban(scope: .app, seconds: 60)))
        #expect(
            Self.ban("accesscontrol.limited-by-app-access-count-tmall", text)
                == .throttled(Ban(scope: .app, seconds: 60)))
        for other in ["api-access-count", "app-api-access-count", "dynamic-access-count"] {
            #expect(
                Self.ban("accesscontrol.limited-by-\(other)", text) == .throttled(Ban(scope: .method, seconds: 60)))
        }
        #expect(Self.ban(nil, text) == .throttled(Ban(scope: .method, seconds: 60)))
        #expect(Self.ban(nil, nil, message: "x. " + text) == .throttled(Ban(scope: .method, seconds: 60)))
        #expect(Self.ban(nil, "ban will last for 0 more seconds") == .throttled(Ban(scope: .method, seconds: 1)))
    }

    @Test("A text without a readable number of seconds makes no ban, and a long ban is cut to a day")
    func oddBans() {
        for text in ["", "ban will last for ", "This ban will last for ever", "last for 5 more seconds", nil] {
            #expect(Self.ban("accesscontrol.limited-by-api-access-count", text) == .throttled(nil))
        }
        for number in [String(repeating: "9", count: 1000), "9999999999", "12.5", "1e3", "12,000", "-5", "0x10", "5s"] {
            #expect(Self.ban(nil, "This ban will last for \(number) more seconds") == .throttled(nil), "\(number)")
        }
        for number in ["86400", "999999999"] {
            #expect(
                Self.ban(nil, "This ban will last for \(number) more seconds")
                    == .throttled(Ban(scope: .method, seconds: 86_400)))
        }
    }
}
