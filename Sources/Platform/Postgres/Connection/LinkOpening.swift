internal import CLibpq

/// Creates a connection's handle. It contains everything that may block and runs on a thread of its own.
enum LinkOpening {
    /// Carries libpq's handle from the thread that made it to the loop. It has one owner at a time.
    struct Handle: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    /// Looks up the host and starts the connection. It blocks.
    static func start(_ settings: PostgresSettings) -> Result<Handle, PostgresError> {
        let servers: [ResolvedServer]?
        do throws(PostgresError) { servers = try HostResolver.resolve(settings) } catch { return .failure(error) }
        let options = settings.connectionOptions(resolved: servers)
        guard
            let pointer = withCStrings(
                Array(options.keys),
                { keys in
                    withCStrings(Array(options.values)) { values in PQconnectStartParams(keys, values, 0) }
                })
        else {
            return .failure(PostgresError(.protocol, "libpq has no memory for a connection"))
        }
        guard PQstatus(pointer) != CONNECTION_BAD else {
            let error = PostgresError(.connection, message(of: pointer))
            PQfinish(pointer)
            return .failure(error)
        }
        return .success(Handle(pointer: pointer))
    }

    /// The first line of libpq's error message.
    static func message(of pointer: OpaquePointer?) -> String {
        guard let text = PQerrorMessage(pointer) else { return "" }
        let line = String(cString: text).split(separator: "\n").first ?? "the connection is lost"
        return String(line)
    }

    /// Calls `body` with a NULL-terminated list of C strings.
    private static func withCStrings<T>(
        _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> T
    ) -> T {
        var bytes: [CChar] = []
        var starts: [Int] = []
        for text in texts {
            starts.append(bytes.count)
            bytes.append(contentsOf: text.utf8.map { CChar(bitPattern: $0) })
            bytes.append(0)
        }
        return bytes.withUnsafeBufferPointer { buffer in
            var pointers: [UnsafePointer<CChar>?] = starts.map { start in buffer.baseAddress.map { $0 + start } }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}
