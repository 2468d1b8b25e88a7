import Catalog

/// Reads the Java of the request's example: the setters and their receivers. The Java is only a hint, because it may be
/// wrong.
struct JavaExample {
    /// Which parent counts if the example names another list than the nesting shows.
    enum Trust: Sendable {
        case nesting, variables
    }

    private let trust: Trust
    private var tree = ExampleTree()
    /// The node of each variable.
    private var variables: [String: Int] = ["req": 0]
    /// Variables that exist but have no parent yet.
    private var open: [(name: String, node: Int, isList: Bool)] = []
    private(set) var session: Entry.Session?
    /// The number of times that the named parent differed from the nesting.
    private(set) var conflicts = 0

    struct Result: Sendable {
        let tree: ExampleTree
        /// Nil if the page ends before the call.
        let session: Entry.Session?
        let conflicts: Int
    }

    /// The contents of the lines; nil if they have no Java.
    static func read(_ lines: ArraySlice<PageLine>, trust: Trust) -> Result? {
        var reader = JavaExample(trust: trust)
        let statements = JavaStatement.split(lines)
        guard !statements.isEmpty else { return nil }
        for statement in statements where !reader.tree.isFull { reader.take(statement) }
        reader.closeRest()
        reader.tree.isComplete = reader.session != nil
        return Result(tree: reader.tree, session: reader.session, conflicts: reader.conflicts)
    }

    private init(trust: Trust) {
        self.trust = trust
    }

    private mutating func take(_ statement: JavaStatement) {
        switch statement {
        case .object(let name, let className):
            let node = ExampleTree.Node(name: "", key: "", className: className, isObject: true)
            let index = tree.add(node)
            variables[name] = index
            open.append((name, index, false))
        case .list(let name, let className):
            // A list is the node of its first element, because all elements have one form.
            let node = ExampleTree.Node(name: "", key: "", className: className, isObject: true)
            let index = tree.add(node)
            variables[name] = index
            open.append((name, index, true))
        case .add(let list, let object):
            guard let target = variables[list], let element = variables[object] else { return }
            variables[object] = target
            if let place = open.lastIndex(where: { $0.name == object }) {
                open[place].node = target
            }
            let children = tree.nodes[element].children
            tree.update(target) { $0.children += element == target ? [] : children }
        case .set(let receiver, let name, let argument):
            set(receiver, name, argument)
        case .execute(let isWithSession):
            session = isWithSession ? .required : Entry.Session.none
        }
    }

    private mutating func set(_ receiver: String, _ name: String, _ argument: String) {
        if let node = variables[argument], argument != "req" {
            attach(node, name, argument, receiver)
            return
        }
        let owner = variables[receiver] ?? open.last?.node ?? 0
        var leaf = ExampleTree.Node(name: name, key: ExampleTree.key(name))
        leaf.values = JavaValue.readings(argument)
        leaf.isObject = false
        let index = tree.add(leaf)
        tree.attach(index, to: owner)
    }

    private mutating func attach(_ node: Int, _ name: String, _ argument: String, _ receiver: String) {
        if let place = open.lastIndex(where: { $0.name == argument }) { open.removeSubrange(place...) }
        let nested = open.last(where: { !$0.isList })?.node ?? 0
        let named = variables[receiver]
        if let named, named != nested { conflicts += 1 }
        let owner = trust == .nesting ? nested : named ?? nested
        guard owner != node, tree.nodes[node].name.isEmpty else { return }
        tree.update(node) {
            $0.name = name
            $0.key = ExampleTree.key(name)
        }
        tree.attach(node, to: owner)
    }

    /// Keeps the objects without a parent on a truncated page. Their classes still identify rows.
    private mutating func closeRest() {
        while let last = open.popLast() {
            guard tree.nodes[last.node].name.isEmpty else { continue }
            let owner = open.last(where: { !$0.isList && $0.node != last.node })?.node ?? 0
            let isKnown = open.contains { $0.node == last.node }
            if !isKnown { tree.attach(last.node, to: owner) }
        }
    }
}
