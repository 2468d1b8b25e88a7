/// A place in the trail, next to a call. Clients see an opaque text.
package struct TrailCursor: Sendable, Equatable {
    /// The direction of a page.
    package enum Direction: String, Sendable {
        /// Towards earlier calls.
        case older = "o"
        /// Towards later calls.
        case newer = "n"

        var opposite: Direction { self == .older ? .newer : .older }
    }

    /// The direction of the page.
    package var direction: Direction
    /// The call next to which the page begins. The page does not have it.
    package var id: CallID

    /// Makes a cursor.
    package init(_ direction: Direction, beside id: CallID) {
        self.direction = direction
        self.id = id
    }

    /// Reads what `text` returns; nil for any other text.
    package init?(_ text: String) {
        guard let first = text.first, let direction = Direction(rawValue: String(first)),
            let id = CallID(String(text.dropFirst()))
        else {
            return nil
        }
        self.init(direction, beside: id)
    }

    /// The text for a query string.
    package var text: String { direction.rawValue + id.text }
}
