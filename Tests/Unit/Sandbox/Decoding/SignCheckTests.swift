import Testing

@testable import Sandbox

@Suite("The sandbox's own sign")
struct SignCheckTests {
    private static let item = [
        ("method", "taobao.item.seller.get"), ("app_key", "12345678"), ("session", "test"),
        ("timestamp", "2016-01-01 12:00:00"), ("format", "json"), ("v", "2.0"),
        ("fields", "num_iid,title,nick,price,num"), ("num_iid", "11223344"),
    ]
    private static let mixed =
        item + [
            ("title", "混合 品+&=%20😀"), ("memo", "@abc"), ("A_upper", "Z"), ("a-dash", "1"), ("a.dot", "2"),
            ("aZ", "3"),
        ]
    private static let order = [("foo", "1"), ("bar", "2"), ("foo_bar", "3"), ("foobar", "4")]

    private func sign(
        _ parameters: [(String, String)], _ secret: String, _ method: SignCheck, named: String?
    ) -> String {
        let all = parameters + (named.map { [("sign_method", $0)] } ?? [])
        return method.sign(all.map { ReceivedParameter(name: $0.0, value: $0.1) }, secret: secret)
    }

    @Test("Is the published one for the documentation's example")
    func isPublishedOneForDocumentation() {
        #expect(sign(Self.item, "helloworld", .md5, named: "md5") == "66987CB115214E59E6EC978214934FB8")
        #expect(sign(Self.item, "helloworld", .hmac, named: "md5") == "B4DDA503460D60A86B16E950E5D303E9")
    }

    @Test("Is that of TOP's Java SDK, for each method")
    func isThatOfTOP() {
        #expect(sign(Self.item, "helloworld", .hmac, named: "hmac") == "D56D7858309C31B6251083A874D48273")
        #expect(
            sign(Self.item, "helloworld", .hmacSHA256, named: "hmac-sha256")
                == "04DB15AD0774D5CFCE2C837DE43E3FCEA9011ED74F3038FB6AB5F3C4CEA119E8")
        #expect(sign(Self.mixed, "秘密 secret", .md5, named: "md5") == "61E664A162979F3FCE5E2376B55D410D")
        #expect(sign(Self.mixed, "秘密 secret", .hmac, named: "hmac") == "698BE7DE0BB0BD4C78AA69CCBAA86A1C")
        #expect(
            sign(Self.mixed, "秘密 secret", .hmacSHA256, named: "hmac-sha256")
                == "2313F59A19360B203316D439E6C356FEFA37EEE811A440079820203678F3628A")
        #expect(sign(Self.order, "helloworld", .md5, named: nil) == "5AAF1C690262A24768F5478B084C2C8A")
    }

    @Test("Covers empty values and repeated names as received, and never the sign itself")
    func asReceived() {
        let received = [("b", ""), ("a", "1"), ("sign", "X"), ("a", "2")].map(ReceivedParameter.init)
        #expect(String(decoding: SignCheck.baseString(received), as: UTF8.self) == "a1a2b")
    }
}
