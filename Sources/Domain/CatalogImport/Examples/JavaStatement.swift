import Bytes
import Catalog

/// A statement of the request's example.
enum JavaStatement: Sendable, Equatable {
    /// `A.B name = new A.B();`
    case object(String, className: String)
    /// `List<A.B> name = new ArrayList<A.B>();`
    case list(String, className: String)
    /// `list.add(object);`
    case add(list: String, object: String)
    /// `receiver.setName(argument);`
    case set(receiver: String, name: String, argument: String)
    /// `client.execute(req, sessionKey)`
    case execute(isWithSession: Bool)

    /// The statements of an example. A text in it may span several lines.
    static func split(_ lines: ArraySlice<PageLine>) -> [JavaStatement] {
        var statements: [JavaStatement] = []
        var current: [String] = []
        var dialect = ExampleDialect()
        for line in lines where !line.isBullet {
            let text = dialect.java(line.text)
            if isStart(text) {
                if let statement = read(current) { statements.append(statement) }
                current = [text]
            } else if !current.isEmpty {
                current.append(text)
            }
        }
        if let statement = read(current) { statements.append(statement) }
        if !statements.isEmpty, let end = dialect.end, let statement = read([end]) { statements.append(statement) }
        return statements
    }

    private static func isStart(_ line: String) -> Bool {
        let word = word(line.utf8[...])
        guard !word.isEmpty else { return false }
        let rest = line.utf8.dropFirst(word.utf8.count)
        if rest.first == UInt8(ascii: "."), isVariable(word) { return true }
        if line.hasPrefix("List<") || line.hasPrefix("System.out") || line.hasPrefix("TaobaoClient") { return true }
        return first(" = new ", in: line) != nil || first("= client.execute(", in: line) != nil
    }

    /// `req`, `obj1`, `list3`.
    private static func isVariable(_ word: String) -> Bool {
        if word == "req" { return true }
        for prefix in ["obj", "list"] where word.hasPrefix(prefix) {
            let number = word.utf8.dropFirst(prefix.utf8.count)
            return number.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        return false
    }

    private static func read(_ lines: [String]) -> JavaStatement? {
        guard let head = lines.first else { return nil }
        let word = word(head.utf8[...])
        if isVariable(word), head.utf8.dropFirst(word.utf8.count).first == UInt8(ascii: ".") {
            return call(on: word, lines.joined(separator: "\n").utf8.dropFirst(word.utf8.count + 1))
        }
        if let place = first("= client.execute(", in: head) {
            let argument = String(head.utf8.dropFirst(place + 17)) ?? ""
            guard argument.utf8.contains(UInt8(ascii: ")")) else { return nil }
            return .execute(isWithSession: first("ession", in: argument) != nil)
        }
        guard let place = first(" = new ", in: head), let left = String(head.utf8.prefix(place)) else { return nil }
        let parts = left.split(separator: " ").map(String.init)
        guard parts.count >= 2, let name = parts.last, isVariable(name), name != "req" else { return nil }
        var type = parts.dropLast().joined()
        let isList = type.hasPrefix("List<")
        if isList {
            type.removeFirst(5)
            if type.hasSuffix(">") { type.removeLast() }
        }
        let className = type.split(separator: ".").last.map(String.init) ?? ""
        return isList ? .list(name, className: className) : .object(name, className: className)
    }

    private static func call(on receiver: String, _ text: Substring.UTF8View) -> JavaStatement? {
        let name = word(text)
        let rest = text.dropFirst(name.utf8.count)
        guard rest.first == UInt8(ascii: "(") else { return nil }
        var argument = Blank.trimmed(String(Substring(rest.dropFirst())))
        if argument.hasSuffix(";") { argument.removeLast() }
        if argument.hasSuffix(")") { argument.removeLast() }
        if name == "add" { return .add(list: receiver, object: argument) }
        guard name.hasPrefix("set"), name.utf8.count > 3 else { return nil }
        return .set(receiver: receiver, name: String(name.dropFirst(3)), argument: argument)
    }

    private static func word(_ text: Substring.UTF8View) -> String {
        let word = text.prefix { byte in
            byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$") || byte >= 0x80 || byte == UInt8(ascii: "-")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        return String(Substring(word))
    }

    /// The position of a short text in a line, in bytes.
    private static func first(_ needle: StaticString, in line: String) -> Int? {
        ByteSearch.first("\(needle)", in: line)
    }
}

/// Finds a short text in another, byte by byte.
enum ByteSearch {
    static func first(_ needle: String, in text: String) -> Int? {
        let needle = Array(needle.utf8)
        guard let head = needle.first else { return 0 }
        let text = Array(text.utf8)
        guard text.count >= needle.count else { return nil }
        for start in 0...(text.count - needle.count) where text[start] == head {
            var length = 1
            while length < needle.count, text[start + length] == needle[length] { length += 1 }
            if length == needle.count { return start }
        }
        return nil
    }
}
