/// The parts of a documentation page.
struct PageSections: Sendable {
    /// The lines before the tables.
    var head: ArraySlice<PageLine> = []
    /// The rows of the request's table; nil if the page has no such table.
    var request: ArraySlice<PageLine>?
    /// The rows of the response's table.
    var response: ArraySlice<PageLine>?
    /// The request's example.
    var java: ArraySlice<PageLine>?
    /// The response's example.
    var xml: ArraySlice<PageLine>?
    /// Whether the page continues after the response's example, so that missing parts are not truncated.
    var hasEnd = false

    private static let headings = ["请求参数", "响应参数", "请求示例", "响应示例", "异常示例"]
    private static let endings: Set<String> = ["错误码解释", "API工具", "如何获得此API", "FAQ"]

    init(_ lines: [PageLine]) {
        var starts = [Int?](repeating: nil, count: Self.headings.count)
        var next = 0
        for (index, line) in lines.enumerated() where !line.isBullet && next < starts.count {
            guard let heading = Self.headings[next...].firstIndex(of: line.text),
                heading > 1 || Self.isTable(lines, after: index)
            else { continue }
            starts[heading] = index
            next = heading + 1
        }
        let common = lines.firstIndex { !$0.isBullet && $0.text == "公共参数" }
        let first = starts.compactMap { $0 }.first ?? lines.count
        head = lines[..<min(common ?? first, first)]
        func part(_ heading: Int) -> ArraySlice<PageLine>? {
            guard let start = starts[heading] else { return nil }
            let next = starts[(heading + 1)...].compactMap { $0 }.first
            let rest = lines[(start + 1)..<(next ?? lines.count)]
            guard next == nil else { return rest }
            return rest.prefix { $0.isBullet || !Self.endings.contains($0.text) }
        }
        request = part(0).map(Self.rows)
        response = part(1).map(Self.rows)
        java = part(2)
        xml = part(3)
        let last = starts.compactMap { $0 }.last ?? lines.count
        hasEnd = starts[4] != nil || lines[last...].contains { !$0.isBullet && Self.endings.contains($0.text) }
    }

    /// Whether the next non-empty line starts a table. Also true at the end of a truncated page.
    private static func isTable(_ lines: [PageLine], after index: Int) -> Bool {
        guard let next = lines[(index + 1)...].first(where: { !$0.text.isEmpty }) else { return true }
        return next.text.hasPrefix("名称") || (next.isOpenEnd && next.text == "名")
    }

    /// A table without its head.
    private static func rows(_ lines: ArraySlice<PageLine>) -> ArraySlice<PageLine> {
        guard let head = lines.firstIndex(where: { !$0.text.isEmpty }) else { return [] }
        return lines[(head + 1)...]
    }
}
