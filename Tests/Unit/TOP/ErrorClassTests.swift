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
        // A sub_code that is neither of the caller's nor of TOP's own names a fault of the parameters.
        Row("15", "35", .rejected), Row("15", "20000", .rejected), Row("50", "20000-tmall", .rejected),
        Row("50", nil, reading: .platformError, writing: .unknown),
        Row("99", nil, reading: .platformError, writing: .unknown),
        Row("100", nil, reading: .platformError, writing: .unknown),
        // Codes as words, and none at all.
        Row("IllegalAccessToken", nil, .sessionInvalid), Row("InvalidSession", nil, .sessionInvalid),
        Row("AccessTokenExpired", nil, .sessionInvalid), Row("IllegalAccessToken", "isp.x", .sessionInvalid),
        Row("ApiCallLimit", nil, .throttled(nil)), Row("AppCallLimit", nil, .throttled(nil)),
        Row("SellerCallLimit", nil, .throttled(nil)),
        Row("IncompleteSignature", nil, .misconfigured), Row("InvalidSignature", nil, .misconfigured),
        Row("InvalidAppKey", nil, .misconfigured), Row("IllegalTimestamp", nil, .misconfigured),
        Row("15", "sign-check-failure", .misconfigured),
        Row("MissingParameter", nil, .rejected), Row("InvalidParameter", nil, .rejected),
        Row("Word", "isv.x", .rejected),
        Row("Word", nil, reading: .platformError, writing: .unknown),
        Row("illegalaccesstoken", nil, reading: .platformError, writing: .unknown),
        Row("", nil, reading: .platformError, writing: .unknown),
    ]

    @Test("Sub codes decide, in the order of the rules", arguments: rows)
    func subCodes(_ row: Row) {
        #expect(Self.classes(row.code, row.subCode) == [row.reading, row.writing])
    }

    @Test(
        "The type decides about other words",
        arguments: [
            ("B2B_UNKNOWN", "ISV", ErrorClass.rejected, ErrorClass.rejected),
            ("B2B_UNKNOWN", "isv", .rejected, .rejected),
            ("B2B_UNKNOWN", "ISP", .platformError, .unknown), ("B2B_UNKNOWN", "SYSTEM", .platformError, .unknown),
            ("IllegalAccessToken", "ISP", .sessionInvalid, .sessionInvalid), ("15", "ISV", .platformError, .unknown),
        ])
    func typesOfErrors(code: String, type: String, reading: ErrorClass, writing: ErrorClass) {
        var error = TOPError(code: code)
        error.type = type
        #expect(ErrorClass(classifying: error, methodReads: true) == reading)
        #expect(ErrorClass(classifying: error, methodReads: false) == writing)
    }

    @Test("An entry's own meanings come first: the whole sub_code, its part before the colon, or the code")
    func ownMeanings() {
        let meanings: [String: ErrorMeaning] = [
            "isv.offline:P03": .sessionInvalid, "isv.offline": .retryLater(seconds: 300), "15": .businessFailure,
            "7": .throttled, "isp.gone": .rejected,
        ]
        func classes(_ code: String, _ subCode: String?, _ text: String? = nil) -> ErrorClass {
            ErrorClass(
                classifying: TOPError(code: code, subCode: subCode, subMessage: text), methodReads: false,
                meanings: meanings)
        }
        #expect(classes("15", "isv.offline:P03") == .sessionInvalid)
        #expect(classes("15", "isv.offline:P04") == .retryLater(seconds: 300))
        #expect(classes("15", "isv.offline") == .retryLater(seconds: 300))
        #expect(classes("15", nil) == .businessFailure)
        // With a sub_code, the code does not count.
        #expect(classes("15", "isv.other") == .rejected)
        #expect(classes("27", "isp.gone") == .rejected)
        #expect(classes("7", nil) == .throttled(nil))
        #expect(
            classes("7", nil, "This ban will last for 5 more seconds") == .throttled(Ban(scope: .method, seconds: 6)))
        #expect(classes("27", nil) == .sessionInvalid)
    }

    @Test("Each row says what it matches")
    func conditionsInWords() {
        #expect(ErrorClassTable.rows.map(\.number) == [1, 2, 3, 4, 5])
        #expect(
            ErrorClassTable.rows.map(\.meaning) == [
                .sessionInvalid, .throttled, .misconfigured, .rejected, .platformError,
            ])
        #expect(
            ErrorClassTable.rows[4].conditions == [
                "code 10", "sub_code isp.*-service-unavailable", "sub_code isp.*-connection-error",
                "sub_code isp.*refused",
            ])
        #expect(ErrorMeaning(word: "retry_later") == .retryLater(seconds: 60))
        #expect(ErrorMeaning(word: "success") == nil)
        for (word, meaning) in ErrorMeaning.words { #expect(meaning.text.hasPrefix(word)) }
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
        for text in ["ban will last 59 more seconds", "ban will last for 59 seconds", "ban will last 59 seconds"] {
            #expect(Self.ban(nil, text) == .throttled(Ban(scope: .method, seconds: 60)), "\(text)")
        }
    }

    @Test("A word decides whom a ban is for", arguments: [("AppCallLimit", Ban.Scope.app), ("ApiCallLimit", .method)])
    func bansOfWords(code: String, scope: Ban.Scope) {
        let error = TOPError(code: code, message: "ban will last 4 seconds")
        #expect(ErrorClass(classifying: error, methodReads: true) == .throttled(Ban(scope: scope, seconds: 5)))
    }

    @Test("A limit of one seller bans nothing")
    func sellersLimit() {
        let error = TOPError(code: "SellerCallLimit", message: "ban will last 4 seconds")
        #expect(ErrorClass(classifying: error, methodReads: true) == .throttled(nil))
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
