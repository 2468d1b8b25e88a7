import Glibc
import Testing

/// A pipe of the system's.
struct Pipe: Sendable {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        reading = ends[0]
        writing = ends[1]
    }

    func write(_ byte: UInt8 = 1) {
        var byte = byte
        #expect(Glibc.write(writing, &byte, 1) == 1)
    }

    func read() -> UInt8 {
        var byte: UInt8 = 0
        #expect(Glibc.read(reading, &byte, 1) == 1)
        return byte
    }

    func close() {
        Glibc.close(reading)
        Glibc.close(writing)
    }
}
