import Audit
import Catalog
import Problems
import TOP

/// `GET /problems/{name}`: what a type of problem means, in English and Chinese, with an example.
enum ProblemPage {
    /// The page. The language that the client prefers comes first.
    static func reply(_ type: ProblemType, _ language: Language) -> Reply {
        var html = HTMLWriter()
        html.markup("<!DOCTYPE html>\n<html lang=\"")
        html.text(language.rawValue)
        html.markup("\">\n<head>\n<meta charset=\"utf-8\">\n")
        html.markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        html.line("<title>", type.reference, "</title>\n<style>")
        html.asset(DocsAssets.style)
        html.markup("</style>\n</head>\n<body>\n")
        html.line("<p><a href=\"/docs#problems\">TopRelay</a> · <code>", type.reference, "</code> · HTTP ")
        html.text(String(type.status))
        html.markup("</p>\n<main>\n")
        for language in language == .chinese ? [Language.chinese, .english] : [.english, .chinese] {
            section(type, language, to: &html)
        }
        html.markup("<h2>Example · 示例</h2>\n<pre>")
        html.text(String(decoding: IndentedJSON.of(example(type).document), as: UTF8.self))
        html.markup("</pre>\n</main>\n</body>\n</html>\n")
        var reply = DocsPage.reply(html.bytes)
        reply.headers.append(("Content-Language", "en, zh"))
        reply.headers.append(("Vary", "Accept-Language"))
        return reply
    }

    private static func section(_ type: ProblemType, _ language: Language, to html: inout HTMLWriter) {
        let isChinese = language == .chinese
        let text = isChinese ? type.chinese : type.english
        html.line("<section lang=\"", language.rawValue, "\">\n")
        html.line("<h1>", text.title, "</h1>\n")
        html.line("<h3>", isChinese ? "原因" : "Cause", "</h3>\n")
        html.line("<p>", text.cause, "</p>\n")
        html.line("<h3>", isChinese ? "处理方法" : "Remedy", "</h3>\n")
        html.line("<p>", text.remedy, "</p>\n</section>\n")
    }

    /// A document of the type, with the members that such a document can have.
    static func example(_ type: ProblemType) -> Problem {
        var problem = Problem(type, type.english.cause)
        switch type {
        case .invalidParameters:
            problem.method = "tmall.aliauto.carprofile.sync"
            problem.faults = [
                Fault(pointer: "/list/acid", code: .number, detail: "must be a number without an exponent")
            ]
        case .notFound:
            problem.suggestions = ["tmall.aliauto.carprofile.sync"]
        case .rejectedByTOP: problem.add(.rejected, "15", "isv.invalid-parameter", retryable: false)
        case .sessionInvalid: problem.add(.sessionInvalid, "27", "invalid-sessionkey", retryable: false)
        case .throttled: problem.add(.throttled, "7", "accesscontrol.limited-by-app-access-count", retryable: true)
        case .relayMisconfigured: problem.add(.misconfigured, "25", nil, retryable: false)
        case .topError: problem.add(.platformError, "10", "isp.remote-connection-error", retryable: true)
        case .topUnreachable: problem.add(.notSent, nil, nil, retryable: true)
        case .outcomeUnknown: problem.add(.unknown, nil, nil, retryable: false)
        case .auditUnavailable, .overloaded, .draining, .idempotencyInProgress: problem.retryable = true
        default: break
        }
        return problem
    }
}

extension Problem {
    /// Adds the members of a call to an example.
    fileprivate mutating func add(_ outcome: Outcome, _ code: String?, _ subCode: String?, retryable: Bool) {
        id = CallID("019b2a3c-4d5e-7f60-8a1b-2c3d4e5f6071")
        method = "tmall.aliauto.carprofile.sync"
        self.outcome = outcome
        self.retryable = retryable
        guard let code else { return }
        if let subCode {
            top = TOPError(code: code, message: "TOP's words", subCode: subCode, subMessage: "TOP's words")
        } else {
            top = TOPError(code: code, message: "TOP's words")
        }
    }
}
