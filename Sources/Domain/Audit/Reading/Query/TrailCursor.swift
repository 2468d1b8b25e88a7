/// A place in the trail, between two calls; readers see an opaque text.
public struct TrailCursor: Sendable, Equatable {
    /// Which way the page goes from here.
    public enum Direction: String, Sendable {
        /// Towards earlier calls.
        case older = "o"
        /// Towards later calls.
        case newer = "n"

        var opposite: Direction { self == .older ? .newer : .older }
    }

    /// Which way the page goes.
    public var direction: Direction
    /// The call beside which the page begins; it is not part of the page.
    public var id: CallID

    /// All members.
    public init(_ direction: Direction, beside id: CallID) {
        self.direction = direction
        self.id = id
    }

    /// Reads the text that `text` gives. Nil for anything else.
    public init?(_ text: String) {
        guard let first = text.first, let direction = Direction(rawValue: String(first)),
            let id = CallID(String(text.dropFirst()))
        else {
            return nil
        }
        self.init(direction, beside: id)
    }

    /// The cursor for a query string.
    public var text: String { direction.rawValue + id.text }
}
