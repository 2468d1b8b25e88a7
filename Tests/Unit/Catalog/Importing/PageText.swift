/// Writes a made-up page as the site's text has it.
struct PageText {
    struct Form {
        var method = "taobao.made.up.get"
        var title = "查询(旧)"
        var category: String? = "本地生活API"
        var isSessionNeeded = true
        var isFullWidth = false
        var namesWrongParents = false
    }

    private let form: Form
    private(set) var text = ""
    private var shift = 0
    private var variables = 0

    static func page(_ request: [MadeField], _ response: [MadeField], _ form: Form) -> String {
        var page = PageText(form: form)
        page.head()
        page.line("请求参数\n")
        page.line("名称 类型 是否必须 示例值 更多限制 描述")
        for field in request { page.top(field, isRequest: true) }
        page.line("")
        page.line("响应参数\n")
        page.line("名称 类型 示例值 描述")
        for field in response { page.top(field, isRequest: false) }
        page.line("\n请求示例\n\n• JAVA\n• .NET")
        page.java(request)
        page.line("\n响应示例\n\n• XML示例\n• JSON示例")
        page.xml(response)
        page.line("\n异常示例\n\n• XML示例\n• JSON示例\n<error_response>\n    <code>50</code>\n</error_response>\n")
        page.line("错误码解释\n\n错误码 错误描述 解决方案\n\nAPI工具\n\n返回\n顶部")
        return page.text
    }

    private init(form: Form) {
        self.form = form
    }

    private mutating func line(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            self.text += (line.isEmpty ? "" : String(repeating: " ", count: shift)) + line + "\n"
        }
    }

    private mutating func bullet(_ text: String) {
        line((shift == 0 ? "  • " : "• ") + text)
    }

    private mutating func head() {
        if let category = form.category { line("文档中心 > API类目 > \(category)\n") }
        line(form.isFullWidth ? "\(form.method)\u{FF08}\(form.title)\u{FF09}" : "\(form.method) (\(form.title))")
        line("\n说明第一行\n说明第二行\n\n公共参数\n")
    }

    // MARK: Tables

    private func limits(_ field: MadeField) -> [String] {
        let colon = form.isFullWidth ? "\u{FF1A}" : ":"
        return [
            field.defaultText.map { "默认值\(colon)\($0)" }, field.maximumLength.map { "最大长度\(colon)\($0)" },
            field.maximumItems.map { "最大列表长度\(colon)\($0)" },
        ].compactMap { $0 }
    }

    private func cell(_ text: String?) -> String? {
        text.map { $0.split(separator: " ").joined(separator: " ") }
    }

    private mutating func top(_ field: MadeField, isRequest: Bool) {
        let marker = isRequest ? (field.isRequired ? "必须" : "可选") : nil
        let description = field.hasLimit ? nil : field.description
        line(
            [field.name, field.type, marker, cell(field.example), cell(description)].compactMap { $0 }.joined(
                separator: " "))
        if field.hasLimit {
            for limit in limits(field) { bullet(limit) }
            if let description = cell(field.description) { bullet(description) }
            shift += 4
        }
        for child in field.children { nested(child, isRequest: isRequest) }
    }

    private mutating func nested(_ field: MadeField, isRequest: Bool) {
        bullet(field.isObject ? field.name : "└ \(field.name)")
        bullet(field.type)
        if isRequest { bullet(field.isRequired ? "必须" : "可选") }
        if let example = cell(field.example) { bullet(example) }
        for limit in limits(field) { bullet(limit) }
        if let description = cell(field.description) { bullet(description) }
        for child in field.children { nested(child, isRequest: isRequest) }
    }

    // MARK: Java

    private mutating func java(_ fields: [MadeField]) {
        line("TaobaoClient client = new DefaultTaobaoClient(url, appkey, secret);")
        line("MadeUpGetRequest req = new MadeUpGetRequest();")
        members(fields, of: "req", list: nil)
        line("MadeUpGetResponse rsp = client.execute(req\(form.isSessionNeeded ? ", sessionKey" : ""));")
        line("System.out.println(rsp.getBody());")
    }

    private mutating func members(_ fields: [MadeField], of owner: String, list: String?) {
        for field in fields {
            let camel = field.name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
            if !field.isObject {
                if let example = field.example { line("\(owner).set\(camel)\(argument(field, example));") }
                continue
            }
            let name = field.type.split(separator: " ")[0]
            variables += 1
            if field.isList {
                variables += 1
                let listName = "list\(variables)"
                line("List<MadeUpGetRequest.\(name)> \(listName) = new ArrayList<MadeUpGetRequest.\(name)>();")
                let number = variables
                variables += 1
                let object = "obj\(variables)"
                line("MadeUpGetRequest.\(name) \(object) = new MadeUpGetRequest.\(name)();")
                line("\(listName).add(\(object));")
                members(field.children, of: object, list: "obj\(number)")
                line("\(form.namesWrongParents ? list ?? owner : owner).set\(camel)(\(listName));")
            } else {
                let object = "obj\(variables)"
                line("MadeUpGetRequest.\(name) \(object) = new MadeUpGetRequest.\(name)();")
                members(field.children, of: object, list: nil)
                line("\(owner).set\(camel)(\(object));")
            }
        }
    }

    private func argument(_ field: MadeField, _ example: String) -> String {
        let quoted = "\"" + example.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        return switch field.type {
        case "Number": "(\(example)L)"
        case "Boolean": "(\(example))"
        case "Date": "(StringUtils.parseDateTime(\(quoted)))"
        case "Json", "Map": "String(\(quoted))"
        default: "(\(quoted))"
        }
    }

    // MARK: XML

    private mutating func xml(_ fields: [MadeField]) {
        let root = form.method.dropFirst("taobao.".count).replacing(".", with: "_") + "_response"
        line("<\(root)>")
        elements(fields, margin: "    ")
        line("</\(root)>")
    }

    private mutating func elements(_ fields: [MadeField], margin: String) {
        for field in fields {
            let item = field.isList ? Self.snakeCase(field.type.split(separator: " ")[0]) : nil
            if field.isObject {
                line("\(margin)<\(field.name)>")
                if let item { line("\(margin)    <\(item)>") }
                elements(field.children, margin: margin + "        ")
                if let item { line("\(margin)    </\(item)>") }
                line("\(margin)</\(field.name)>")
            } else {
                let value = (field.example ?? "").replacing("&", with: "&amp;").replacing("<", with: "&lt;")
                    .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
                let inner = item.map { "\n\(margin)    <\($0)>\(value)</\($0)>\n\(margin)" } ?? value
                line("\(margin)<\(field.name)>\(inner)</\(field.name)>")
            }
        }
    }

    private static func snakeCase(_ name: Substring) -> String {
        var result = ""
        for character in name {
            if character.isUppercase, !result.isEmpty { result += "_" }
            result += character.lowercased()
        }
        return result
    }
}
