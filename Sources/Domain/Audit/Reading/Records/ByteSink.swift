/// Takes bytes one after the other, such as an array or a hash.
protocol ByteSink {
    mutating func append(_ byte: UInt8)
}

extension [UInt8]: ByteSink {}
