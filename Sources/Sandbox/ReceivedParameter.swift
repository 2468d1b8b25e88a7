/// A parameter of a call as it arrived: order, repetition and empty values are kept.
struct ReceivedParameter: Sendable, Equatable {
    let name: String
    let value: String
}
