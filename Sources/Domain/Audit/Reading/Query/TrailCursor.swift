/// A place in the trail, between two calls; readers see an opaque text.
package struct TrailCursor: Sendable, Equatable {
    /// Which way the page goes from here.
    package enum Direction: String, Sendable {
        /// Towards earlier calls.
        case older = "o"
        /// Towards later calls.
        case newer = "n"

        var opposite: Direction { self == .older ? .newer : .older }
    }

    /// Which way the page goes.
    package var direction: Direction
    /// The call beside which the page begins; it is not part of the page.
    package var id: CallID

    /// All members.
    package init(_ direction: Direction, beside id: CallID) {
        self.direction = direction
        self.id = id
    }

    /// Reads the text that `text` gives. Nil for anything else.
    package init?(_ text: String) {
        guard let first = text.first, let direction = Direction(rawValue: String(first)),
            let id = CallID(String(text.dropFirst()))
        else {
            return nil
        }
        self.init(direction, beside: id)
    }

    /// The cursor for a query string.
    package var text: String { direction.rawValue + id.text }
}
