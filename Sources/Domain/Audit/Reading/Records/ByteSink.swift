/// Takes bytes one after the other: an array keeps them, a hash need not.
protocol ByteSink {
    mutating func append(_ byte: UInt8)
}

extension [UInt8]: ByteSink {}
