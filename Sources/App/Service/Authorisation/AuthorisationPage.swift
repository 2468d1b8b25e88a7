import Credentials
import Problems
import Time
import Vault

/// The page that tells a seller, in English and Chinese, what became of an authorisation. It has no secret, and nothing
/// of the request.
enum AuthorisationPage {
    private struct Text {
        let title: String
        let lines: [String]
    }

    /// The page. The language that the browser prefers comes first.
    static func reply(_ result: CallbackResult, _ language: Language) -> Reply {
        var html = HTMLWriter(capacity: 1 << 13)
        html.markup("<!DOCTYPE html>\n<html lang=\"")
        html.text(language.rawValue)
        html.markup("\">\n<head>\n<meta charset=\"utf-8\">\n")
        html.markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        html.markup("<title>TopRelay · 授权</title>\n<style>")
        html.asset(DocsAssets.style)
        html.markup("</style>\n</head>\n<body>\n<main>\n")
        for language in language == .chinese ? [Language.chinese, .english] : [.english, .chinese] {
            let text = language == .chinese ? chinese(result) : english(result)
            html.line("<section lang=\"", language.rawValue, "\">\n")
            html.line("<h1>", text.title, "</h1>\n")
            for line in text.lines { html.line("<p>", line, "</p>\n") }
            html.markup("</section>\n")
        }
        html.markup("</main>\n</body>\n</html>\n")
        var reply = DocsPage.reply(html.bytes)
        reply.status = status(of: result)
        reply.headers.removeAll { $0.0 == "Cache-Control" }
        reply.headers.append(("Cache-Control", "no-store"))
        reply.headers.append(("Content-Language", "en, zh"))
        return reply
    }

    private static func status(of result: CallbackResult) -> Int {
        switch result {
        case .authorised: 200
        case .invalidState, .missingCode: 400
        case .otherUser: 409
        case .refused, .unavailable: 502
        case .failed: 503
        }
    }

    private static func english(_ result: CallbackResult) -> Text {
        switch result {
        case .authorised(_, let grant):
            var lines = ["The authorization of \(grant.userNick ?? "your shop") is stored. You can close this page."]
            if let end = grant.expiresAt { lines.append("It is valid until \(RFC3339.text(epochMilliseconds: end)).") }
            if case .impossible = grant.refresh {
                lines.append("It cannot be renewed automatically. Please authorize again before it ends.")
            }
            return Text(title: "Authorized", lines: lines)
        case .invalidState:
            return Text(
                title: "This link is not valid",
                lines: [
                    "The link is wrong, was used before, or is older than 15 minutes.",
                    "Please ask the person who gave it to you for a new one.",
                ])
        case .missingCode:
            return Text(
                title: "The answer of Taobao is incomplete",
                lines: ["No authorization was stored. Please ask for a new link and try again."])
        case .refused:
            return Text(
                title: "Taobao refused the authorization",
                lines: ["Nothing was changed. Please ask for a new link and agree on Taobao's page."])
        case .unavailable:
            return Text(
                title: "Taobao gave no usable answer",
                lines: ["Nothing was changed. Please ask for a new link and try again later."])
        case .otherUser:
            return Text(
                title: "This is another Taobao account",
                lines: [
                    "The link belongs to a shop that another account has authorized before. Nothing was changed.",
                    "Please ask for a new link, and log in with the account of that shop.",
                ])
        case .failed:
            return Text(
                title: "The authorization could not be stored",
                lines: ["Please ask for a new link and try again in a few minutes."])
        }
    }

    private static func chinese(_ result: CallbackResult) -> Text {
        switch result {
        case .authorised(_, let grant):
            var lines = ["\(grant.userNick ?? "您的店铺") 的授权已保存，可以关闭本页面。"]
            if let end = grant.expiresAt { lines.append("授权有效期至 \(RFC3339.text(epochMilliseconds: end))。") }
            if case .impossible = grant.refresh { lines.append("此授权无法自动续期，请在到期前重新授权。") }
            return Text(title: "授权成功", lines: lines)
        case .invalidState:
            return Text(title: "链接无效", lines: ["链接有误、已经使用过，或已超过 15 分钟。", "请向提供链接的人索取新的链接。"])
        case .missingCode:
            return Text(title: "淘宝返回的信息不完整", lines: ["授权没有保存。请索取新的链接后重试。"])
        case .refused:
            return Text(title: "淘宝拒绝了授权", lines: ["没有任何改动。请索取新的链接，并在淘宝页面上同意授权。"])
        case .unavailable:
            return Text(title: "淘宝没有给出有效应答", lines: ["没有任何改动。请索取新的链接，稍后重试。"])
        case .otherUser:
            return Text(
                title: "淘宝账号不一致", lines: ["该链接属于另一账号已授权的店铺，没有任何改动。", "请索取新的链接，并用该店铺的账号登录。"])
        case .failed:
            return Text(title: "授权未能保存", lines: ["请索取新的链接，几分钟后重试。"])
        }
    }
}
