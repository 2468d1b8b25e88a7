import TOP
import Testing

@Suite("multipart/form-data as TOP takes it")
struct MultipartEncodingTests {
    @Test("Parameters come first as text, then files with their names and types; what is not signed is not sent")
    func parametersComeFirstAsText() {
        let body = MultipartEncoding.encode(
            [Parameter(name: "a", value: "图\r\n"), Parameter(name: "blank", value: " ")],
            files: [
                FilePart(name: "f", bytes: [0, 0x0D, 0x0A, 0xFF]),
                FilePart(name: "g", bytes: [1], filename: "图.png", contentType: "image/png"),
            ], boundary: "B")
        let expected =
            Array(
                ("--B\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\n"
                    + "图\r\n\r\n--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"file\"\r\n"
                    + "Content-Type: application/octet-stream\r\n\r\n").utf8) + [0, 0x0D, 0x0A, 0xFF]
            + Array(
                ("\r\n--B\r\nContent-Disposition: form-data; name=\"g\"; filename=\"图.png\"\r\n"
                    + "Content-Type: image/png\r\n\r\n\u{1}\r\n--B--\r\n").utf8)
        #expect(body == expected)
    }

    @Test("No name, filename or type can end its quotes or its line")
    func noName() {
        let body = MultipartEncoding.encode(
            [],
            files: [FilePart(name: "a\"\r\nb", bytes: [], filename: "c\"\r\nX: 1", contentType: "a/b\r\nX: 1\0")],
            boundary: "B")
        let text = String(decoding: body, as: UTF8.self)
        #expect(
            text == "--B\r\nContent-Disposition: form-data; name=\"a%22%0D%0Ab\"; filename=\"c%22%0D%0AX: 1\"\r\n"
                + "Content-Type: a/bX: 1\r\n\r\n\r\n--B--\r\n")
    }

    @Test("A filename that is empty is called as one that is not known")
    func filenameThatIsEmpty() {
        let body = MultipartEncoding.encode([], files: [FilePart(name: "f", bytes: [], filename: "")], boundary: "B")
        #expect(String(decoding: body, as: UTF8.self).contains("filename=\"file\""))
    }
}
