import JSON
import Masking
import TOP
import Testing

@testable import Catalog

@Suite("Private values as others write them")
struct EchoTests {
    private static let plate = SensitiveValue(text: "浙AEW5561", masked: "<plate>", isNumber: true)
    private static let vin = SensitiveValue(text: "LSV1NP2A37N412345", masked: "<vin>", isNumber: true)
    private static let engine = SensitiveValue(text: "EN88a41C", masked: "<engine>", isNumber: true)
    private static let phone = SensitiveValue(text: "1370000000", masked: "<phone>", isNumber: true)
    private static let name = SensitiveValue(text: "Li Lei", masked: "<name>")
    private static let number = SensitiveValue(text: "10001", masked: "<number>", isNumber: true)
    private static let mask = ValueMask([plate, vin, engine, phone, name, number])

    @Test(
        "A value is found in either case, and a number with blanks, hyphens and dots in it",
        arguments: [
            ("浙A·EW5561", "<plate>"), ("浙A•ew5561!", "<plate>!"), ("浙a EW5561,", "<plate>,"), ("浙A-E W5561", "<plate>"),
            (#"\u6d59A\u00b7EW5561"#, "<plate>"), ("%E6%B5%99A%C2%B7EW5561", "<plate>"), ("浙Ａ・ＥＷ５５６１", "<plate>"),
            ("isv.exists:浙a·ew5561", "isv.exists:<plate>"), ("浙B·EW5561", "浙B·EW5561"),
            ("浙A····EW5561", "浙A····EW5561"),
            ("lsv1np2a37n412345", "<vin>"), ("LSV1NP2A-37N412345.", "<vin>."), ("lsv1np2a37n41234", "lsv1np2a37n41234"),
            ("en88A41c", "<engine>"), ("EN-88A41C", "<engine>"), ("EN88A41", "EN88A41"),
            ("137-000-0000", "<phone>"), ("137 000 0000", "<phone>"), ("(137)0000.000", "(<phone>"),
            ("LI LEI", "<name>"), ("Li-Lei", "Li-Lei"), ("LiLei", "LiLei"),
            ("10001", "<number>"), ("10 001", "10 001"), ("1000-1", "1000-1"),
        ])
    func valueIsFoundInEither(text: String, shown: String) {
        #expect(Self.mask.masked(text) == shown)
        #expect(Self.mask.masked(Array("前\(text)".utf8)) == Array("前\(shown)".utf8))
    }

    @Test("What TOP writes otherwise than the caller is masked, whichever of the two wrote it plainly")
    func bothWays() throws {
        for (sent, answered) in [
            ("浙AEW5561", "浙A·EW5561"), ("浙A·EW5561", "浙AEW5561"), ("浙a·ew5561", "浙A EW5561"),
            ("浙A EW5561", "浙a•ew5561"),
        ] {
            let text = Example.carProfile.replacing("浙A8B7Y1", with: sent)
            let masked = try mapped(carProfiles, text).mask.masked(#"{"msg":"\#(answered) exists"}"#)
            #expect(!masked.contains("5561") && masked.contains("****61 exists"), "\(sent) \(answered)")
        }
        for sent in ["008613700001234", "+86 137-0000-1234", "８６１３７００００１２３４"] {
            let text = Example.carProfile.replacing("1370000000", with: sent)
            let masked = try mapped(carProfiles, text).mask.masked("13700001234 13700 001234")
            #expect(masked.split(separator: "****").count == 3 && !masked.contains("00"), "\(sent)")
        }
    }

    @Test(
        "Values of two and three characters are masked in answers where they stand alone",
        arguments: [
            (#"{"111":"ok","x":222,"y":["7K9",111]}"#, #"{"***":"ok","x":"***","y":["***","***"]}"#),
            ("card 111,222;7k9 failed", "card ***,***;*** failed"), ("卡7K9失败", "卡***失败"),
            (#"a\n111\t%20222%20\u4e2d7K9\"111\""#, #"a\n***\t%20***%20\u4e2d***\"***\""#),
            ("1111 a111 111b 7K91 %31111 \\u0031111", "1111 a111 111b 7K91 %31111 \\u0031111"),
            ("0.111 111.5 45:45 2010-45-45 45/4 45", "0.111 111.5 45:45 2010-45-45 45/4 ***"), ("5 Z", "5 Z"),
            (#"{"111"#, #"{"***"#),
        ])
    func valuesOfTwoAndThree(text: String, shown: String) {
        let mask = ValueMask(["111", "222", "7K9", "45", "5", "Z"].map { SensitiveValue(text: $0, masked: "***") })
        #expect(mask.masked(text) == shown)
    }

    @Test("Short card ids are masked in what TOP says of them, and not where the request has the same number otherwise")
    func shortCards() throws {
        let call = try mapped(cardSales, Example.cardSale.replacing(#""shop_id":"4564334""#, with: #""shop_id":"111""#))
        #expect(call.maskedRequest.contains(#"\"shop_id\":\"111\""#))
        #expect(
            call.mask.masked(#"{"result_map":"{\"111\":\"SUCCESS\",\"222\":\"1111\"}"}"#)
                == #"{"result_map":"{\"***\":\"SUCCESS\",\"***\":\"1111\"}"}"#)
    }

    @Test(
        "What is masked outside of strings leaves JSON behind",
        arguments: [
            (#"{"mobile": 13312340612,"x":1}"#, #"{"mobile": "133****0612","x":1}"#),
            (#"[1370000000.0,-1370000000 ,"a:1370000000,"]"#, #"["<phone>.0","-<phone>" ,"a:<phone>,"]"#),
            (#"{"a\"b":"\\","c":8613312340612}"#, #"{"a\"b":"\\","c":"86133****0612"}"#),
            (#"{"13312340612":true}"#, #"{"133****0612":true}"#), (#"{"c":1370000000"#, #"{"c":"<phone>""#),
            ("c:1370000000,", "c:<phone>,"),
        ])
    func whatIsMaskedOutside(text: String, shown: String) {
        #expect(Self.mask.masked(text) == shown)
    }

    @Test("A number of a request that is masked by value becomes a string of its JSON")
    func numbersOfRequests() throws {
        let text = Example.carProfile.replacing(#""acid":50006718"#, with: #""acid":13312340612"#)
        let list = try #require(try document(mapped(carProfiles, text).maskedRequest).root["list"]?.string)
        #expect(try document(list).root["acid"]?.string == "133****0612")
    }

    @Test(
        "Mobile numbers are found however they are grouped",
        arguments: [
            ("008613812345678", "0086138****5678"), ("(138)12345678", "(138)****5678"),
            ("(138) 1234-5678", "(138)****5678"),
            ("138.1234.5678", "138****5678"), ("138-12345678", "138****5678"), ("13812 345678", "138****5678"),
            ("1381234 5678", "138****5678"), ("138-1234 5678", "138****5678"), ("１３８１２３４５６７８", "138****5678"),
            ("+８６ １３８ １２３４ ５６７８", "+８６ 138****5678"), (#"138\u002d1234\u002d0987"#, "138****0987"),
            ("138%2D1234%2D0987", "138****0987"), ("0086 138 1234 5678", "0086 138****5678"),
            // Decimals, dates, addresses of machines and longer numbers are not mobile numbers.
            ("138.12345678", "138.12345678"), ("13812.345678", "13812.345678"), ("139.123.123.12", "139.123.123.12"),
            ("1500 300 2000", "1500 300 2000"), ("138-1234-56789", "138-1234-56789"),
            ("2138-1234-5678", "2138-1234-5678"),
            ("138--12345678", "138--12345678"), ("108613812345678", "108613812345678"),
            ("1656674541000", "1656674541000"),
            ("１１３８１２３４５６７８", "１１３８１２３４５６７８"), ("138,1234,5678", "138,1234,5678"), ("137 000", "137 000"),
        ])
    func mobileNumbersAreFound(text: String, shown: String) {
        #expect(ValueMask().masked(text) == shown)
    }
}
