import Crypto
import TOP
import TestSupport
import Testing

@Suite("Form encoding")
struct FormEncodingTests {
    static func form(_ pairs: [(String, String)]) -> String {
        String(decoding: FormEncoding.encode(pairs.map { Parameter(name: $0.0, value: $0.1) }), as: UTF8.self)
    }

    @Test("What stands for itself, what becomes a plus, and what is escaped")
    func whatStandsForItself() {
        let plain = "ABCXYZabcxyz0189-._*"
        #expect(Self.form([("a", plain)]) == "a=\(plain)")
        #expect(Self.form([("a b", " x ")]) == "a+b=+x+")
        #expect(
            Self.form([("a&=", "&=+%~/?#中😀\0\n\u{7F}")])
                == "a%26%3D=%26%3D%2B%25%7E%2F%3F%23%E4%B8%AD%F0%9F%98%80%00%0A%7F")
    }

    @Test("Parameters keep their order, and what is not signed is not sent")
    func parametersKeepTheirOrder() {
        #expect(
            Self.form([("b", "2"), ("a", ""), ("c", " \t"), ("", "x"), ("a", "1"), ("sign", "S")]) == "b=2&a=1&sign=S")
        #expect(Self.form([]).isEmpty)
        #expect(Self.form([("a", "")]).isEmpty)
    }

    @Test("A form that is appended to gets its separator")
    func formThatIsAppended() {
        var form = FormEncoding.encode([Parameter(name: "a", value: "1")])
        FormEncoding.append(ParameterList([Parameter(name: "b", value: "2")]), to: &form)
        #expect(String(decoding: form, as: UTF8.self) == "a=1&b=2")
    }

    @Test("Python decodes random forms to what was encoded")
    func pythonDecodesRandomForms() async throws {
        let script = """
            import json, sys, urllib.parse
            forms, cases = sys.stdin.read().split("\\n", 1)
            for form, case in zip(forms.split(" "), json.loads(cases)):
                blank = lambda text: all(c in " \\t\\n\\x0b\\x0c\\r\\x1c\\x1d\\x1e\\x1f" for c in text)
                sent = [(n, v) for n, v in case["parameters"] if n and not blank(v)]
                assert urllib.parse.parse_qsl(form, keep_blank_values=True, strict_parsing=bool(sent)) == sent
                quoted = "&".join(urllib.parse.quote_plus(n, safe="*") + "=" + urllib.parse.quote_plus(v, safe="*")
                                  for n, v in sent)
                assert form == quoted.replace("~", "%7E")
            print("same", len(json.loads(cases)))
            """
        var random = RandomParameters(seed: 6)
        let cases = (0..<200).map { _ in (secret: "", parameters: random.parameters()) }
        let forms = cases.map { String(decoding: FormEncoding.encode($0.parameters), as: UTF8.self) }
        let input = forms.joined(separator: " ") + "\n" + RandomParameters.json(cases)
        #expect(try await Command.succeed(["python3", "-c", script], input: input) == "same 200")
    }
}
