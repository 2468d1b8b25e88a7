import Catalog

/// Places a table's rows in the tree of the example.
///
/// The rows are the tree in preorder without their depths, so a row may belong to any open object. It belongs to the
/// object whose example names it. If no example names it, it goes to the innermost object, and other possible objects
/// cause a doubt.
struct TreeMatcher {
    struct Placed: Sendable {
        let row: TableRow
        /// Its parent row; nil for a top row.
        let parent: Int?
        let shown: CellSplitter.Shown
        var doubts: [String] = []
    }

    /// An object that may get more members.
    private struct Level {
        let row: Int
        let name: String
        /// The node of its members in the example; nil if the example shows none.
        let node: Int?
        var names: Set<String> = []
    }

    private let rows: [TableRow]
    private let tree: ExampleTree?
    private let isResponse: Bool
    private var placed: [Placed] = []
    private var warnings: [ImportWarning] = []
    private var levels: [Level] = []
    private var topNames: Set<String> = []
    /// Nodes without a row, by parent and key. The first in documented order comes last.
    private var free: [Int: [String: [Int]]] = [:]
    /// The number of later rows with this name below the current top row.
    private var toCome: [String: Int] = [:]
    private var unmatched = 0

    struct Result: Sendable {
        let placed: [Placed]
        let warnings: [ImportWarning]
        /// The number of rows that the example does not show.
        let unmatched: Int
    }

    static func match(_ rows: [TableRow], to tree: ExampleTree?, isResponse: Bool) -> Result {
        var matcher = TreeMatcher(rows: rows, tree: tree, isResponse: isResponse)
        for index in rows.indices { matcher.place(index) }
        return Result(placed: matcher.placed, warnings: matcher.warnings, unmatched: matcher.unmatched)
    }

    private init(rows: [TableRow], tree: ExampleTree?, isResponse: Bool) {
        self.rows = rows
        self.tree = tree
        self.isResponse = isResponse
        placed.reserveCapacity(rows.count)
    }

    private mutating func place(_ index: Int) {
        rows[index].isTop ? placeTop(index) : placeNested(index)
    }

    private mutating func placeTop(_ index: Int) {
        let row = rows[index]
        levels = []
        count(from: index + 1)
        guard topNames.insert(row.name).inserted else {
            warnings.append(ImportWarning(line: row.line, row: row.name, "a second row with this name: omitted"))
            return
        }
        let node = tree.flatMap { _ in take(row, under: 0) }
        add(row, parent: nil, node: node, doubts: [])
    }

    /// Counts the names of nested rows up to the next top row.
    private mutating func count(from start: Int) {
        toCome = [:]
        var index = start
        while index < rows.count, !rows[index].isTop {
            toCome[ExampleTree.key(rows[index].name), default: 0] += 1
            index += 1
        }
    }

    private mutating func placeNested(_ index: Int) {
        let row = rows[index]
        let key = ExampleTree.key(row.name)
        defer { toCome[key, default: 1] -= 1 }
        let possible = levels.indices.filter { !levels[$0].names.contains(row.name) }
        guard !possible.isEmpty else {
            let why = levels.isEmpty ? "no object row above it" : "its name exists already"
            warnings.append(ImportWarning(line: row.line, row: row.name, why + ": left out"))
            return
        }
        let (level, doubts) = choose(possible, for: row, key: key, index: index)
        let path = levels[...level].map(\.name) + [row.name]
        for doubt in doubts {
            warnings.append(ImportWarning(line: row.line, row: path.joined(separator: "."), doubt))
        }
        levels.removeSubrange((level + 1)...)
        levels[level].names.insert(row.name)
        let node = levels[level].node.flatMap { take(row, under: $0) }
        add(row, parent: levels[level].row, node: node, doubts: doubts)
    }

    private mutating func add(_ row: TableRow, parent: Int?, node: Int?, doubts: [String]) {
        if tree != nil, node == nil { unmatched += 1 }
        placed.append(Placed(row: row, parent: parent, shown: shown(node, of: row), doubts: doubts))
        guard row.type.kind == .object, levels.count < PageReader.maximumDepth - 1 else { return }
        let content = node.map { isResponse && row.type.isList ? item(of: $0, row.type) : $0 }
        if let content { open(content) }
        levels.append(Level(row: placed.count - 1, name: row.name, node: content))
    }

    private func shown(_ node: Int?, of row: TableRow) -> CellSplitter.Shown {
        guard let tree else { return .nothing }
        // Java omits parameters without an example, but a response's example names everything.
        guard let node else { return tree.isComplete && !isResponse ? .empty : .nothing }
        let children = tree.nodes[node].children
        var values = tree.nodes[node].values
        if row.type.kind == .object, !children.isEmpty { values = [] }
        if row.type.isList, isResponse, row.type.kind != .object, !children.isEmpty {
            let joined = children.flatMap { tree.nodes[$0].values }.joined(separator: ",")
            values = joined.isEmpty ? [] : [joined] + values
        }
        if row.type.isList, row.type.kind != .object { values += values.flatMap(ListExample.bracketed) }
        return values.isEmpty ? .empty : .values(values)
    }

    // MARK: The choice

    private mutating func choose(
        _ possible: [Int], for row: TableRow, key: String, index: Int
    ) -> (level: Int, doubts: [String]) {
        let deepest = possible[possible.count - 1]
        let named = possible.filter { hasFree(row, key: key, under: levels[$0].node) }
        guard let shown = earliest(named, row: row, key: key) else {
            return unseen(possible, row: row, index: index)
        }
        // Inner objects that the example does not show may have a member of the same name.
        let hidden = possible.filter { $0 > shown && levels[$0].node == nil }
        guard let innermost = hidden.last, toCome[key, default: 0] > named.count else { return (shown, []) }
        return (innermost, possible.count == 1 ? [] : [doubt(innermost, among: possible, deepest: deepest)])
    }

    /// The object whose example names the row first.
    private func earliest(_ named: [Int], row: TableRow, key: String) -> Int? {
        named.min { first, second in
            let left = levels[first].node.flatMap { next(row, key: key, under: $0) }
            let right = levels[second].node.flatMap { next(row, key: key, under: $0) }
            return left ?? .max < right ?? .max
        }
    }

    /// Places a row that the example does not name.
    private func unseen(_ possible: [Int], row: TableRow, index: Int) -> (level: Int, doubts: [String]) {
        let deepest = possible[possible.count - 1]
        let hidden = possible.last { levels[$0].node == nil && tree != nil }
        if possible.count == 1 || levels.count == 1 { return (deepest, []) }
        // All rows between two members of one object belong to that object.
        if tree != nil, hidden == nil, deepest == levels.count - 1, isFollowed(deepest, index) { return (deepest, []) }
        return (hidden ?? deepest, [doubt(hidden ?? deepest, among: possible, deepest: deepest)])
    }

    /// Whether the next row that the example names belongs to this level.
    private func isFollowed(_ level: Int, _ index: Int) -> Bool {
        for next in rows[(index + 1)...].prefix(16) {
            if next.isTop { return false }
            let key = ExampleTree.key(next.name)
            let owner = levels.indices.last { hasFree(next, key: key, under: levels[$0].node) }
            if let owner { return owner == level }
        }
        return false
    }

    private func doubt(_ level: Int, among possible: [Int], deepest: Int) -> String {
        let others = possible.filter { $0 != level }.map { "\"\(levels[$0].name)\"" }.joined(separator: ", ")
        let reason = tree == nil ? "the page has no example" : "the example does not show it"
        return "\(reason); placed in \"\(levels[level].name)\", but may belong to \(others)"
    }

    // MARK: The example's nodes

    private mutating func open(_ node: Int) {
        guard let tree, free[node] == nil else { return }
        var names: [String: [Int]] = [:]
        for child in tree.nodes[node].children.reversed() { names[tree.nodes[child].key, default: []].append(child) }
        free[node] = names
    }

    private func hasFree(_ row: TableRow, key: String, under node: Int?) -> Bool {
        node.flatMap { next(row, key: key, under: $0) } != nil
    }

    /// The node that the row would take.
    private func next(_ row: TableRow, key: String, under node: Int) -> Int? {
        guard let tree, let names = free[node] else { return nil }
        for name in [key, key + "string"] where name == key || row.type.kind != .object {
            guard let nodes = names[name], let first = nodes.last else { continue }
            // If names differ only in `_` or case, the exact one comes first.
            return nodes.last { tree.nodes[$0].name == row.name } ?? first
        }
        // If the page ends inside the example, the class identifies an object without a name.
        guard row.type.kind == .object else { return nil }
        return names[""]?.last { tree.nodes[$0].className == row.type.name }
    }

    private mutating func take(_ row: TableRow, under node: Int) -> Int? {
        open(node)
        guard let tree, let taken = next(row, key: ExampleTree.key(row.name), under: node) else { return nil }
        free[node]?[tree.nodes[taken].key]?.removeAll { $0 == taken }
        return taken
    }

    /// The element of a list in a response: `<name><item_type>…</item_type></name>`.
    private func item(of node: Int, _ type: FieldType) -> Int {
        guard let tree, let first = tree.nodes[node].children.first else { return node }
        let children = tree.nodes[node].children
        let isWrapper = children.allSatisfy { tree.nodes[$0].name == tree.nodes[first].name }
        guard isWrapper, tree.nodes[first].name == type.wireItemName || !tree.nodes[first].children.isEmpty
        else { return node }
        return children.max { tree.nodes[$0].children.count < tree.nodes[$1].children.count } ?? first
    }
}
