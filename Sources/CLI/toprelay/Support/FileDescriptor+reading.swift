import SystemPackage

extension FileDescriptor {
    /// Reads to the end, and at most `limit` bytes.
    func contents(upTo limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(limit, 64 << 10))
        while bytes.count < limit {
            let room = min(buffer.count, limit - bytes.count)
            let count = try unsafe buffer.withUnsafeMutableBytes { memory in
                try unsafe read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<room]))
            }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// Reads a file, and at most `limit` bytes of it.
    static func contents(ofFile path: String, upTo limit: Int) throws -> [UInt8] {
        let descriptor = try open(FilePath(path), .readOnly, options: .closeOnExec)
        return try descriptor.closeAfter { try descriptor.contents(upTo: limit) }
    }
}
