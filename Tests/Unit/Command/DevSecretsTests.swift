import Bytes
import Crypto
import Foundation
import Testing

@testable import toprelay

@Suite struct DevSecretsTests {
    private func withFolder(_ body: (DevSecrets) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "secrets-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(DevSecrets(folder: folder))
    }

    private func mode(_ secrets: DevSecrets, _ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: secrets.folder.appending(path: name).path)
        return try #require((attributes[.posixPermissions] as? NSNumber)?.intValue)
    }

    @Test("The master key is 32 bytes, made once, and its owner's alone to read")
    func masterKey() throws {
        try withFolder { secrets in
            let key = try secrets.masterKey()
            #expect(Base64.decode(key)?.count == 32)
            #expect(try secrets.masterKey() == key)
            #expect(try mode(secrets, "master.key") == 0o600)
            try withFolder { (other) throws in #expect(try other.masterKey() != key) }
        }
    }

    @Test("A file is written for its owner alone, also in the place of one that others could read")
    func fileIsWrittenForItsOwner() throws {
        try withFolder { secrets in
            let path = secrets.folder.appending(path: "token").path
            #expect(
                FileManager.default.createFile(
                    atPath: path, contents: Data("old".utf8), attributes: [.posixPermissions: 0o644]))
            try secrets.write("new", to: "token")
            #expect(secrets.read("token") == "new")
            #expect(try mode(secrets, "token") == 0o600)
        }
    }

    @Test("A file that is missing or empty is no secret")
    func fileThatIsMissing() throws {
        try withFolder { secrets in
            #expect(secrets.read("nothing") == nil)
            try secrets.write("  ", to: "blank")
            #expect(secrets.read("blank") == nil)
        }
    }

    @Test("A folder that cannot be written to is a failure that names the file")
    func folderThatCannotBeWritten() {
        let secrets = DevSecrets(folder: URL(filePath: "/nonexistent/folder"))
        let failure = #expect(throws: CommandError.self) { try secrets.masterKey() }
        #expect(failure.map { "\($0)" }?.contains("/nonexistent/folder/master.key") == true)
    }
}
