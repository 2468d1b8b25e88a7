import TestSupport
import Testing

@Suite("The gateway in Python that the end-to-end tests use")
struct PythonGatewayTests {
    @Test("Passes its own tests: signing vectors, every check, every kind of fault")
    func selfTest() async throws {
        let folder = Repository.root + "/Tests/EndToEnd/gateway"
        let program = """
            import subprocess, sys
            sys.exit(subprocess.run([sys.executable, "-B", "\(folder)/gateway.py", "--selftest"], timeout=120).returncode)
            """
        #expect(try await PythonPeer.run(program).isEmpty)
    }
}
