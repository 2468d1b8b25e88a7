/// What is done on a connection to answer a request, one after the other.
enum Step: Sendable, Equatable {
    case write([UInt8])
    case wait(milliseconds: Int)
    case close
}
