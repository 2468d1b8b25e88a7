internal import Bytes
internal import CLibcurl
internal import HTTP1

/// One request and its response, without I/O. Its connection and its client share it.
final class Exchange {
    let template: RequestTemplate
    /// When the request was given to the client, and its deadline, on the clock of `EventLoop.now()`.
    let start: UInt64
    let deadline: UInt64
    let connectTimeout: Duration
    /// Is told the result; set before the request is carried.
    var completion: ((CurlResult) -> Void)?

    /// Whether a byte of the request was given to a connection, whatever happened to it.
    private(set) var mayHaveBeenSent = false
    var timings = CurlTimings()
    /// Whether the connection can take another request after the response.
    private(set) var keepsAlive = false

    private var requestBody: [UInt8]
    private let maximumResponseBytes: Int
    private var parser = ResponseParser()
    private var status = 0
    private var contentType: String?
    private var location: String?
    private var coding = ContentCoding.identity
    private var responseBody: [UInt8] = []

    init(_ request: consuming CurlRequest, _ template: RequestTemplate, start: UInt64) {
        self.template = template
        self.start = start
        deadline = request.deadline
        connectTimeout = request.connectTimeout
        requestBody = request.body
        maximumResponseBytes = request.maximumResponseBytes
    }

    /// Appends the request to `bytes`, and frees the body. From now on the request counts as possibly sent.
    func takeRequest(into bytes: inout [UInt8]) {
        template.append(requestBody, to: &bytes)
        requestBody = []
        mayHaveBeenSent = true
    }
}

// MARK: - The response

extension Exchange {
    /// The maximum size that is reserved at once because a server announces a body of that length.
    private static let maximumReserve = 1 << 20

    /// Continues to read the response at `position`, and moves it past the bytes that were used.
    /// - Returns: whether the response is complete.
    func receive(
        _ input: Span<UInt8>, at position: inout Int, now: UInt64
    ) throws(TransferError) -> Bool {
        if timings.firstByteNanoseconds == 0 { timings.firstByteNanoseconds = now - start }
        while true {
            switch try nextEvent(input, at: &position) {
            case .interim: break
            case .head(let head): try begin(head)
            case .body(let range): try append(input.extracting(range))
            case .end: return true
            case .needsInput: return false
            }
        }
    }

    /// Notes the end of the connection.
    /// - Throws: an error unless the end completes the response.
    func endOfInput() throws(TransferError) {
        guard !parser.isEmpty else { throw TransferError(CURLE_GOT_NOTHING) }
        do throws(ParseError) { try parser.endOfInput() } catch { throw TransferError(CURLE_RECV_ERROR) }
    }

    private func nextEvent(
        _ input: Span<UInt8>, at position: inout Int
    ) throws(TransferError) -> ResponseParser.Event {
        do throws(ParseError) {
            return try parser.next(input, at: &position)
        } catch {
            switch error {
            case .headTooLarge: throw TransferError(CURLE_FILESIZE_EXCEEDED)
            case .transferCodingUnsupported: throw TransferError(CURLE_BAD_CONTENT_ENCODING)
            default: throw TransferError(CURLE_WEIRD_SERVER_REPLY)
            }
        }
    }

    private func begin(_ head: ResponseHead) throws(TransferError) {
        status = head.status
        keepsAlive = head.keepsAlive
        for index in head.fields.indices {
            switch head.fields.nameLength(at: index) {
            case 8 where head.fields.isName("Location", at: index): location = head.fields.value(at: index)
            case 12 where head.fields.isName("Content-Type", at: index):
                contentType = head.fields.value(at: index)
            case 16 where head.fields.isName("Content-Encoding", at: index):
                coding = coding.followed(by: ContentCoding(head.fields.value(at: index)))
            default: break
            }
        }
        guard case .length(let length) = head.body else { return }
        guard length <= maximumResponseBytes else { throw TransferError(CURLE_FILESIZE_EXCEEDED) }
        responseBody.reserveCapacity(min(length, Self.maximumReserve))
    }

    private func append(_ bytes: Span<UInt8>) throws(TransferError) {
        guard bytes.count <= maximumResponseBytes - responseBody.count else {
            throw TransferError(CURLE_FILESIZE_EXCEEDED)
        }
        responseBody.append(bytes)
    }
}

// MARK: - The result

extension Exchange {
    /// The result of a complete response.
    func takeResult(now: UInt64) -> CurlResult {
        timings.totalNanoseconds = now - start
        do throws(TransferError) {
            let body = try decodedBody()
            var result = CurlResult(
                outcome: .answered(status: status, contentType: contentType, body: body),
                mayHaveBeenSent: mayHaveBeenSent, timings: timings)
            result.location = location
            return result
        } catch {
            return failure(FailedTransfer(code: error.code, url: template.key.url, isConnected: true), now: now)
        }
    }

    /// The result of an exchange that failed.
    func failure(_ transfer: FailedTransfer, now: UInt64) -> CurlResult {
        timings.totalNanoseconds = now - start
        return CurlResult(
            outcome: .failed(CurlFailure(transfer)), mayHaveBeenSent: mayHaveBeenSent, timings: timings)
    }

    /// The body without its content coding, in UTF-8 if the type declares a Chinese character set.
    private func decodedBody() throws(TransferError) -> [UInt8] {
        var body: [UInt8] = []
        swap(&body, &responseBody)
        switch coding {
        case .identity: break
        case .other: throw TransferError(CURLE_BAD_CONTENT_ENCODING)
        case .gzip:
            // A response without a body may also announce a coding.
            if !body.isEmpty { body = try inflated(body) }
        }
        guard let charset = contentType.flatMap({ Charset(declaredBy: $0) }) else { return body }
        guard let text = charset.utf8(body, limit: maximumResponseBytes) else {
            throw TransferError(CURLE_FILESIZE_EXCEEDED)
        }
        return text
    }

    private func inflated(_ body: [UInt8]) throws(TransferError) -> [UInt8] {
        do throws(Gunzip.Failure) {
            return try Gunzip.inflate(body, limit: maximumResponseBytes)
        } catch {
            throw TransferError(error == .tooLarge ? CURLE_FILESIZE_EXCEEDED : CURLE_BAD_CONTENT_ENCODING)
        }
    }
}
