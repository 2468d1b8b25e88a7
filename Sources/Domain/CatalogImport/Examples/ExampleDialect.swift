import Bytes
import Catalog

/// Turns the request's example in C#, PHP or curl into Java. A copied page contains the language that was selected.
struct ExampleDialect {
    /// Whether a curl command has begun. It has no call at its end.
    private var isCurl = false
    private var hasSession = false

    /// The statements that curl's form lacks.
    var end: String? {
        isCurl ? "Response rsp = client.execute(req\(hasSession ? ", sessionKey" : ""));" : nil
    }

    /// The line in Java. Lines in Java stay unchanged.
    mutating func java(_ line: String) -> String {
        if line.hasPrefix("$") { return php(line) }
        if line.hasPrefix("curl ") { isCurl = true }
        if isCurl { return curl(line) }
        return dotNet(line)
    }

    /// `req.Fields = "x";`, `list1.Add(obj2);`, `client.Execute(req, sessionKey)`.
    private func dotNet(_ line: String) -> String {
        if ByteSearch.first("= client.Execute(", in: line) != nil {
            return line.replacing("= client.Execute(", with: "= client.execute(")
        }
        guard let dot = line.firstIndex(of: "."), Self.isVariable(line[..<dot]) else { return line }
        let rest = line[line.index(after: dot)...]
        if rest.hasPrefix("Add(") { return line[..<dot] + ".add(" + rest.dropFirst(4) }
        return Self.assignment(String(line[..<dot]), rest) ?? line
    }

    /// `$req->setFields("x");`, `$obj1->name="x";`, `$obj1 = new Name;`, `$resp = $c->execute($req, $sessionKey);`.
    private func php(_ line: String) -> String {
        if ByteSearch.first("->execute(", in: line) != nil {
            let needsSession = ByteSearch.first("ession", in: line) != nil
            return "Response rsp = client.execute(req\(needsSession ? ", sessionKey" : ""));"
        }
        let text = String(line.dropFirst())
        if let (variable, made) = Self.cut(text, at: " = new ") ?? Self.cut(text, at: "=new ") {
            let name = made.prefix { $0 != ";" && $0 != "(" }
            return "\(name) \(Blank.trimmed(variable)) = new \(name)();"
        }
        guard let (receiver, rest) = Self.cut(text, at: "->") else { return line }
        let written = Self.assignment(receiver, rest) ?? "\(receiver).\(rest)"
        return written.replacing("json_encode($", with: "").replacing("))", with: ")").replacing("($", with: "(")
    }

    /// `-d 'fields=x' \`.
    private mutating func curl(_ line: String) -> String {
        guard line.hasPrefix("-d '"), let (key, quoted) = Self.cut(String(line.dropFirst(4)), at: "="),
            let close = quoted.lastIndex(of: "'")
        else { return line }
        if key == "session" { hasSession = true }
        guard !Self.commonNames.contains(key) else { return line }
        return "req.set\(key)(\"\(quoted[..<close])\");"
    }

    /// The text before and after a short text.
    private static func cut(_ text: String, at needle: String) -> (before: String, after: Substring)? {
        guard let place = ByteSearch.first(needle, in: text), let before = String(text.utf8.prefix(place)) else {
            return nil
        }
        return (before, Substring(text.utf8.dropFirst(place + needle.utf8.count)))
    }

    private static let commonNames: Set<String> = [
        "app_key", "format", "method", "partner_id", "session", "sign", "sign_method", "timestamp", "v", "simplify",
    ]

    /// `Name = value;` as a setter; nil for any other text.
    private static func assignment(_ receiver: String, _ text: Substring) -> String? {
        let name = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        let rest = text.dropFirst(name.count).drop { $0 == " " }
        guard !name.isEmpty, rest.first == "=", rest.dropFirst().first != "=" else { return nil }
        let value = Blank.trimmed(String(rest.dropFirst()))
        let argument = value.hasSuffix(";") ? String(value.dropLast()) : value
        return "\(receiver).set\(name)(\(argument.hasPrefix("$") ? String(argument.dropFirst()) : argument));"
    }

    private static func isVariable(_ word: Substring) -> Bool {
        word == "req"
            || ["obj", "list"].contains { prefix in
                word.hasPrefix(prefix) && word.dropFirst(prefix.count).allSatisfy(\.isNumber)
            }
    }
}
