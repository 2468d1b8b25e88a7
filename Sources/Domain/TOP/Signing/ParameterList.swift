import Bytes

/// The text parameters of one request, in the order in which they are sent.
///
/// All names and values stand in one run of bytes, each value after its name. So signing, encoding and sealing copy
/// runs of bytes, and touch no `String`.
package struct ParameterList: Sendable, Equatable {
    /// Where a parameter stands.
    struct Place: Sendable, Equatable {
        let start: Int
        /// Where the name ends and the value begins.
        let middle: Int
        let end: Int
        /// See ``Parameter/isDropped``.
        let isDropped: Bool
    }

    private(set) var bytes: [UInt8] = []
    private(set) var places: [Place] = []

    /// A list of nothing.
    package init() {}

    /// A list of these parameters.
    package init(_ parameters: some Collection<Parameter>) {
        places.reserveCapacity(parameters.count)
        for parameter in parameters { append(name: parameter.name, value: parameter.value) }
    }

    /// Makes room.
    /// - Parameters:
    ///   - count: how many more parameters are expected.
    ///   - byteCount: how many bytes their names and values may have.
    package mutating func reserve(count: Int, byteCount: Int) {
        places.reserveCapacity(places.count + count)
        bytes.reserveCapacity(bytes.count + byteCount)
    }

    /// Appends a parameter.
    package mutating func append(name: String, value: String) {
        value.withUTF8Span { append(name: name, utf8: $0) }
    }

    /// Appends a parameter whose value is given as UTF-8, which is not checked.
    package mutating func append(name: String, utf8 value: Span<UInt8>) {
        let start = bytes.count
        let middle = start + name.utf8.count
        name.withUTF8Span { name in
            bytes.append(addingCapacity: name.count + value.count) { output in
                output.append(name)
                output.append(value)
            }
        }
        places.append(
            Place(
                start: start, middle: middle, end: middle + value.count,
                isDropped: start == middle || Parameter.isBlank(value)))
    }

    /// Appends another list.
    package mutating func append(_ other: ParameterList) {
        let start = bytes.count
        bytes.append(other.bytes.span)
        for place in other.places {
            places.append(
                Place(
                    start: start + place.start, middle: start + place.middle, end: start + place.end,
                    isDropped: place.isDropped))
        }
    }

    /// The bytes of all names and values.
    package var byteCount: Int { bytes.count }
}

extension ParameterList: RandomAccessCollection {
    /// The place of the first parameter.
    package var startIndex: Int { 0 }
    /// The place after the last one.
    package var endIndex: Int { places.count }

    /// A parameter, as a copy.
    package subscript(index: Int) -> Parameter {
        let place = places[index]
        let bytes = bytes.span
        return Parameter(
            name: String(wellFormed: bytes.extracting(place.start..<place.middle)),
            value: String(wellFormed: bytes.extracting(place.middle..<place.end)))
    }

    /// Calls `body` with the name and the value of a parameter as UTF-8, in place.
    package func withText<Result>(
        at index: Int, _ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Result
    ) -> Result {
        let place = places[index]
        let bytes = bytes.span
        return body(bytes.extracting(place.start..<place.middle), bytes.extracting(place.middle..<place.end))
    }

    /// Calls `body` with the name and the value of each parameter that is sent: without those that are dropped.
    package func forEachSent(_ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Void) {
        for index in places.indices where !places[index].isDropped { withText(at: index, body) }
    }
}
