import Foundation
import TestSupport
import Testing

@testable import Catalog
@testable import CatalogImport

/// The five pages that the embedded entries come from.
enum SeedPages {
    static let methods = [carProfiles, vehicleModels, zeroDownPayments, addressAbilities, cardSales]

    static func text(_ method: String) throws -> String {
        try String(contentsOf: folder.appending(path: "pages/\(method).txt"), encoding: .utf8)
    }

    private static let folder = URL(filePath: Repository.fixtures)
}

@Suite("Importing pages")
struct ImportTests {
    @Test("The embedded pages are what the importer writes, byte for byte", arguments: SeedPages.methods)
    func embeddedPagesAreWhatImporter(method: String) throws {
        let imported = try ImportedPage(try SeedPages.text(method))
        let file = try #require(CatalogFile.embedded.first { $0.name == "\(method).yaml" })
        #expect(imported.method == method)
        #expect(imported.yaml == file.text)
        #expect(!imported.isPartial)
    }

    @Test("A page that is cut anywhere is imported as far as it goes, or refused", arguments: SeedPages.methods)
    func cutAnywhere(method: String) throws {
        let bytes = Array(try SeedPages.text(method).utf8)
        let whole = try ImportedPage(bytes: bytes)
        let end = try #require(
            ByteSearch.first("</\(whole.method.replacing(".", with: "_"))", in: String(decoding: bytes, as: UTF8.self))
                ?? ByteSearch.first("_response>\n\n", in: String(decoding: bytes, as: UTF8.self)))
        for count in stride(from: 0, to: bytes.count, by: 37) {
            guard let cut = try? ImportedPage(bytes: Array(bytes.prefix(count))) else { continue }
            #expect(cut.isPartial || count > end, "\(count) bytes")
            #expect(!cut.isPartial || !cut.warnings.isEmpty)
        }
    }

    @Test("What is no page of a method to call is refused with a reason")
    func whatIsNoPage() throws {
        #expect(refusal("") == "this is not a documentation page of a TOP method: no line names a method")
        #expect(refusal("hello\nworld") == "this is not a documentation page of a TOP method: no line names a method")
        #expect(
            refusal("example.com (x)\n")
                == "this is not a documentation page of a TOP method: it has neither 请求参数 nor 响应参数")
        let page = try SeedPages.text(carProfiles).replacing(carProfiles, with: "qimen.taobao.stock.query")
        #expect(
            refusal(page)
                == "qimen.taobao.stock.query is a call from the platform to a service, which cannot be relayed")
        #expect(
            refusal(String(repeating: "x", count: ImportedPage.maximumBytes + 1)).hasPrefix("the page is longer than"))
    }

    @Test(
        "Mutated pages neither crash the importer nor make an entry that cannot be read", arguments: SeedPages.methods)
    func mutatedPagesNeitherCrash(method: String) throws {
        let bytes = Array(try SeedPages.text(method).utf8)
        var random = SeededNumbers(bytes.count)
        var count = 0
        for _ in 0..<testInputs(150) {
            var page = bytes
            for _ in 0..<Int.random(in: 1...6, using: &random) { Self.mutate(&page, &random) }
            if let imported = try? ImportedPage(bytes: page) {
                _ = try Entry.read(page: CatalogFile(name: "page.yaml", text: imported.yaml))
                count += 1
            }
        }
        #expect(count > testInputs(50))
    }

    @Test("A megabyte of noise is read in one go")
    func megabyteOfNoiseIsRead() throws {
        let head = "taobao.made.up.get (x)\n请求参数\n名称 类型 是否必须 示例值 更多限制 描述\n"
        let tail = "响应参数\n名称 类型 示例值 描述\n"
        for noise in [
            "• ", "• └ a\n", "<a>", "<a><b></a>", "a String 必须 1\n", "{", "\n", "obj1.setA(", "• a\n• B []\n• 必须\n",
            "最大长度:",
        ] {
            let filling = String(repeating: noise, count: (1 << 18) / noise.utf8.count) + "\n"
            let page = head + filling + tail + filling + "请求示例\n" + filling + "响应示例\n<a_response>" + filling
            let isPartial = try? ImportedPage(page).isPartial
            #expect(isPartial != false, "\(noise)")
        }
    }

    static func mutate(_ page: inout [UInt8], _ random: inout SeededNumbers) {
        guard !page.isEmpty else { return }
        let place = Int.random(in: 0..<page.count, using: &random)
        let length = min(page.count - place, Int.random(in: 1...40, using: &random))
        switch Int.random(in: 0..<5, using: &random) {
        case 0: page.removeSubrange(place..<(place + length))
        case 1: page[place] = UInt8.random(in: 0...255, using: &random)
        case 2: page.insert(contentsOf: page[place..<(place + length)], at: Int.random(in: 0...place, using: &random))
        case 3:
            page.insert(
                contentsOf: ["\n", "•", "└", "<", "\"", "[]", " ", "'", ":"].randomElement(using: &random)!.utf8,
                at: place)
        default: page.swapAt(place, Int.random(in: 0..<page.count, using: &random))
        }
    }

    private func refusal(_ page: String) -> String {
        do throws(ImportError) {
            _ = try ImportedPage(page)
            return ""
        } catch {
            return error.description
        }
    }
}
