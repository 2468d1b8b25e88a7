/// A value of a YAML document, with the line on which it starts.
///
/// This module reads YAML through libyaml. It may import `CLibyaml` only. It knows nothing of catalogs: it does not
/// interpret scalars, so `true`, `1` and `~` are texts like any other.
package struct YAMLNode: Sendable {
    /// A name of a mapping, with its value.
    package struct Member: Sendable {
        package let name: YAMLNode
        package let value: YAMLNode

        /// A member.
        package init(name: YAMLNode, value: YAMLNode) {
            self.name = name
            self.value = value
        }
    }

    /// The three kinds of YAML values.
    package enum Content: Sendable {
        /// A text exactly as written. A plain one has no quotation marks and is not a block.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        /// Members in the order of the document. The texts among their names differ.
        case mapping([Member])
    }

    package let content: Content
    /// The line, counted from 1.
    package let line: Int

    /// A node that stands on a line.
    package init(content: Content, line: Int) {
        self.content = content
        self.line = line
    }

    /// A scalar's text; nil for a sequence or a mapping.
    package var scalar: String? {
        guard case .scalar(let text, _) = content else { return nil }
        return text
    }

    /// The value of a mapping's member; nil if there is none, or if this is not a mapping.
    package subscript(name: String) -> YAMLNode? {
        guard case .mapping(let members) = content else { return nil }
        return members.first { $0.name.scalar == name }?.value
    }
}
