import Crypto
import TOP
import TestSupport
import Testing

@Suite("Signing")
struct SignerTests {
    static let all = (try? Vector.all()) ?? []

    @Test("Every known-answer vector comes out", arguments: all)
    func everyKnownAnswerVector(_ vector: Vector) throws {
        let signer = Signer(method: vector.method, secret: Secret(vector.secret))
        #expect(try signer.sign(vector.parameters, body: vector.body) == vector.sign)
        #expect(try signer.sign(vector.parameters.reversed(), body: vector.body) == vector.sign)
        let base = signer.baseString(ParameterList(vector.parameters), body: vector.body)
        #expect(try signer.sign(baseString: base) == vector.sign)
    }

    @Test("The vectors are all there: published, computed, with bodies, by every method")
    func vectorCount() {
        #expect(Self.all.count == 18)
        #expect(Set(Self.all.map(\.method)).count == 3)
        #expect(Self.all.count { $0.body != nil } == 6)
    }

    @Test("A buffer that is kept between calls changes nothing")
    func bufferThatIsKept() throws {
        var buffer = Array("left from before".utf8)
        for vector in Self.all {
            let signer = Signer(method: vector.method, secret: Secret(vector.secret))
            let parameters = ParameterList(vector.parameters)
            #expect(try signer.sign(parameters, body: vector.body, buffer: &buffer) == vector.sign)
        }
    }

    @Test("The parameter sign_method is like the others: its value changes the sign")
    func signMethodIsSigned() throws {
        let published = try #require(Self.all.first { $0.id == "P3" })
        let computed = try #require(Self.all.first { $0.id == "C1-hmac" })
        #expect(
            published.method == .hmac
                && published.parameters.contains { $0 == Parameter(name: "sign_method", value: "md5") })
        #expect(published.sign != computed.sign)
    }

    @Test("The base string is names and values in the order of the names' bytes")
    func baseString() throws {
        let vector = try #require(Self.all.first { $0.id == "C2-md5" })
        let base = Signer(method: .md5, secret: Secret("")).baseString(ParameterList(vector.parameters))
        #expect(
            String(decoding: base, as: UTF8.self)
                == "A_upperZa-dash1a.dot2aZ3app_key12345678fieldsnum_iid,title,nick,price,numformatjsonmemo@abc"
                + "methodtaobao.item.seller.getnum_iid11223344sessiontestsign_methodmd5"
                + "timestamp2016-01-01 12:00:00title混合 品+&=%20😀v2.0")
    }

    static func text(_ pairs: [(String, String)], body: String? = nil) -> String {
        let parameters = ParameterList(pairs.map { Parameter(name: $0.0, value: $0.1) })
        let base = Signer(method: .md5, secret: Secret("s")).baseString(parameters, body: body.map { Array($0.utf8) })
        return String(decoding: base, as: UTF8.self)
    }

    @Test("Empty and blank values, empty names and sign itself are left out")
    func emptyAndBlankValues() {
        #expect(Self.text([("a", "1"), ("b", ""), ("c", " \t\n\u{B}\u{C}\r\u{1C}\u{1F}"), ("", "x")]) == "a1")
        #expect(Self.text([("sign", "X"), ("sign_method", "md5"), ("signs", "1")]) == "sign_methodmd5signs1")
        #expect(
            Self.text([("a", "\u{A0}"), ("b", "\u{3000}"), ("c", "\0"), ("d", " x ")]) == "a\u{A0}b\u{3000}c\0d x ")
    }

    @Test("Equal names keep their order, and names that Unicode calls equivalent are ordered by their bytes")
    func equalNamesKeepTheirOrder() {
        #expect(Self.text([("b", "1"), ("a", "2"), ("b", "0"), ("a", "1")]) == "a2a1b1b0")
        #expect(Self.text([("10", "a"), ("9", "b"), ("1", "c")]) == "1c10a9b")
        #expect(Self.text([("\u{E9}", "1"), ("e\u{301}", "2"), ("f", "3")]) == "e\u{301}2f3\u{E9}1")
        #expect(Self.text([("b", "1"), ("B", "2"), ("_", "3")]) == "B2_3b1")
    }

    @Test("A body comes last, as it is; an empty one adds nothing")
    func bodyComesLast() {
        #expect(Self.text([("b", "1")], body: "{ \"a\" : 1 }\n") == "b1{ \"a\" : 1 }\n")
        #expect(Self.text([("b", "1")], body: "") == "b1")
    }

    @Test("The sign of another gateway of the same house, with the path in front, does not come out")
    func otherGateway() throws {
        let parameters = [
            ("access_token", "test"), ("app_key", "123456"), ("order_id", "1234"), ("sign_method", "sha256"),
            ("timestamp", "1517820392000"),
        ].map { Parameter(name: $0.0, value: $0.1) }
        let sign = try Signer(method: .hmacSHA256, secret: Secret("helloworld")).sign(parameters)
        #expect(sign != "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A")
    }

    static let judge = """
        import hashlib, hmac, json, sys
        for case in json.loads(sys.stdin.read()):
            blank = lambda text: all(c in " \\t\\n\\x0b\\x0c\\r\\x1c\\x1d\\x1e\\x1f" for c in text)
            kept = sorted(((n.encode(), v.encode()) for n, v in case["parameters"] if n and not blank(v)),
                          key=lambda pair: pair[0])
            text = b"".join(n + v for n, v in kept)
            secret = case["secret"].encode()
            print(hashlib.md5(secret + text + secret).hexdigest().upper(),
                  hmac.new(secret, text, "md5").hexdigest().upper(), hmac.new(secret, text, "sha256").hexdigest().upper())
        """

    @Test("Random parameters are signed as Python's hmac signs them")
    func randomParametersAreSigned() async throws {
        var random = RandomParameters(seed: 5)
        let cases = (0..<200).map { _ in (secret: random.text(), parameters: random.parameters()) }
        let input = RandomParameters.json(cases)
        let answers = try await Command.succeed(["python3", "-c", Self.judge], input: input).split(separator: "\n")
        #expect(answers.count == cases.count)
        for (item, answer) in zip(cases, answers) {
            let signs = try SignMethod.allCases.map { method in
                try Signer(method: method, secret: Secret(item.secret)).sign(item.parameters)
            }
            #expect(signs.joined(separator: " ") == answer)
        }
    }
}
